// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * image.c - check, place and load a guest's kernel and initrd.
 *
 * The header is Linux's Documentation/arm64/booting.rst. File contents are not
 * trusted: every size is checked before anything is computed from it.
 */
#include "boot/image.h"

#include <vimo/guest_map.h>

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define MIB (1ull << 20)
#define ALIGN_UP(value, to) (((value) + (to)-1) & ~((uint64_t)(to)-1))
#define HEAD_BYTES 4096
#define IMAGE_MAGIC 0x644d5241u /* "ARM\x64" */
#define IMAGE_MAX (1ull << 30)

struct image_header {
	uint32_t code[2];
	uint64_t text_offset, image_size, flags, reserved[3];
	uint32_t magic, pe_offset;
};
_Static_assert(sizeof(struct image_header) == 64, "booting.rst");

/* @what: the key of guest.cfg that names the file. */
static int open_file(const char *what, const char *path, uint64_t *bytes, struct error *err)
{
	/* O_NONBLOCK: open() must not block on a FIFO. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat stat;

	if (fd < 0) {
		return error_key(err, ERROR_FAILED, what,
				 "%s %s cannot be read: %s: correct the path in the configuration", what, path,
				 strerror(errno));
	}
	if (fstat(fd, &stat) || !S_ISREG(stat.st_mode) || stat.st_size == 0) {
		close(fd);
		return error_key(err, ERROR_FAILED, what, "%s %s is %s: give the path of a file", what, path,
				 S_ISREG(stat.st_mode) ? "empty" :
				 S_ISDIR(stat.st_mode) ? "a directory" :
							 "not a file");
	}
	*bytes = stat.st_size;
	return fd;
}

/* A stream of its own over the compressed kernel, from its start; NULL when memory is short. */
static gzFile open_gzip(const struct image *image)
{
	int fd = fcntl(image->kernel_fd, F_DUPFD_CLOEXEC, 0);
	gzFile file;

	if (fd < 0)
		return NULL;
	lseek(fd, 0, SEEK_SET); /* the offset belongs to both descriptors */
	file = gzdopen(fd, "rb");
	if (!file)
		close(fd);
	return file;
}

/* The first bytes of the kernel proper. Return: how many, or -1. */
static ssize_t read_head(struct image *image, uint8_t *head)
{
	uint8_t magic[2];
	ssize_t got;
	gzFile file;

	if (pread(image->kernel_fd, magic, 2, 0) != 2)
		return -1;
	image->gzip = magic[0] == 0x1f && magic[1] == 0x8b;
	if (!image->gzip)
		return pread(image->kernel_fd, head, HEAD_BYTES, 0);
	file = open_gzip(image);
	if (!file)
		return -1;
	got = gzread(file, head, HEAD_BYTES);
	gzclose(file);
	return got;
}

static uint32_t word(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return le32toh(value);
}

/* The length of the file by its own EFI header; 0 without a header. */
static uint64_t bytes_promised(const uint8_t *head, size_t bytes, uint32_t pe)
{
	uint64_t promised = 0;
	uint32_t sections, optional;

	if (pe < 64 || pe > bytes - 24 || memcmp(head + pe, "PE\0\0", 4))
		return 0;
	sections = word(head + pe + 4) >> 16;
	optional = word(head + pe + 20) & 0xffff;
	for (uint32_t n = 0; n < sections; n++) {
		uint64_t at = pe + 24ull + optional + 40ull * n;
		uint64_t end;

		if (at + 40 > bytes)
			break;
		end = (uint64_t)word(head + at + 16) + word(head + at + 20);
		promised = end > promised ? end : promised;
	}
	return promised;
}

/* What a file that is not an arm64 Image may be, and the remedy. */
static const char *guess(const uint8_t *head, size_t bytes)
{
	static const struct {
		size_t at;
		const char *bytes, *advice;
	} signatures[] = {
		{ 0, "\177ELF", " (this is an ELF file; vmlinux? give arch/arm64/boot/Image)" },
		{ 4, "zimg", " (this is an EFI zboot image: build the kernel's Image or Image.gz target)" },
		{ 0x202, "HdrS", " (this is an x86 kernel)" },
		{ 0x24, "\x18\x28\x6f\x01", " (this is a 32-bit Arm kernel)" },
		{ 0,
		  "\xfd"
		  "7zXZ",
		  " (this is compressed with xz: decompress it first)" },
		{ 0, "\x28\xb5\x2f\xfd", " (this is compressed with zstd: decompress it first)" },
		{ 0, "BZh", " (this is compressed with bzip2: decompress it first)" },
		{ 0, "\x02\x21\x4c\x18", " (this is compressed with lz4: decompress it first)" },
		{ 0, "\x27\x05\x19\x56", " (this is a U-Boot uImage: give the Image that it was made from)" },
		{ 0, "\xd0\x0d\xfe\xed", " (this is a device tree or a FIT image)" },
		{ 0, "07070", " (this is a cpio archive; an initrd?)" },
	};

	for (size_t n = 0; n < sizeof(signatures) / sizeof(signatures[0]); n++) {
		size_t length = strlen(signatures[n].bytes);

		if (signatures[n].at + length <= bytes && !memcmp(head + signatures[n].at, signatures[n].bytes, length))
			return signatures[n].advice;
	}
	return "";
}

/* Bits 1 and 2 of flags: 0 tells nothing, 1 to 3 are pages of 4, 16 and 64 KiB. */
static uint32_t page_bytes(uint64_t flags)
{
	static const uint32_t bytes[] = { 0, 4096, 16384, 65536 };

	return bytes[flags >> 1 & 3];
}

static int check_header(struct image *image, const uint8_t *head, ssize_t bytes, struct error *err)
{
	const char *path = image->kernel_path;
	uint64_t text_offset, size, promised;
	struct image_header header = { 0 };

	if (bytes < 2)
		return error_set(err, ERROR_FAILED,
				 "kernel %s is truncated or damaged, its header cannot be read: "
				 "copy it again",
				 path);
	memcpy(&header, head, (size_t)bytes < sizeof(header) ? (size_t)bytes : sizeof(header));
	if (le32toh(header.magic) != IMAGE_MAGIC)
		return error_set(err, ERROR_FAILED,
				 "kernel %s is not an arm64 kernel: give an arm64 Image or "
				 "Image.gz%s",
				 path, guess(head, bytes));
	if (le64toh(header.flags) & 1)
		return error_set(err, ERROR_FAILED, "kernel %s is big-endian: give a little-endian one", path);
	image->page_bytes = page_bytes(le64toh(header.flags));
	text_offset = le64toh(header.text_offset);
	size = le64toh(header.image_size);
	promised = bytes_promised(head, bytes, le32toh(header.pe_offset));
	if (!size) { /* before Linux 3.17, booting.rst */
		text_offset = 0x80000;
		size = image->gzip ? 32 * MIB : image->kernel_bytes;
	}
	if (size > IMAGE_MAX || text_offset > 16 * MIB || text_offset & 4095 || promised > size)
		return error_set(err, ERROR_FAILED,
				 "kernel %s has a damaged header (image_size %#llx, text_offset "
				 "%#llx): copy it again",
				 path, (unsigned long long)size, (unsigned long long)text_offset);
	if (!image->gzip && image->kernel_bytes < promised)
		return error_set(err, ERROR_FAILED, "kernel %s is truncated, it has %llu of %llu bytes: copy it again",
				 path, (unsigned long long)image->kernel_bytes, (unsigned long long)promised);
	if (!image->gzip && image->kernel_bytes > size)
		size = image->kernel_bytes;
	if (image->gzip)
		image->kernel_bytes = promised; /* at least this much must come out */
	image->layout.kernel = text_offset;
	image->layout.kernel_end = text_offset + size;
	return 0;
}

static int lay_out(struct image *image, uint64_t memory_bytes, struct error *err)
{
	struct image_layout *layout = &image->layout;

	layout->dtb = ALIGN_UP(layout->kernel_end, 2 * MIB); /* must not cross 2 MiB: booting.rst */
	layout->initrd = layout->dtb + IMAGE_DTB_BYTES;
	layout->end = layout->initrd + ALIGN_UP(layout->initrd_bytes, 4096);
	if (layout->end > memory_bytes) {
		return error_key(err, ERROR_FAILED, "memory",
				 "memory = %llu is too small for kernel and ramdisk, which take %llu "
				 "MiB: set memory to %llu or more",
				 (unsigned long long)(memory_bytes / MIB),
				 (unsigned long long)(ALIGN_UP(layout->end, MIB) / MIB),
				 (unsigned long long)(ALIGN_UP(layout->end, MIB) / MIB + 32));
	}
	return 0;
}

int image_open(struct image *image, const char *kernel, const char *ramdisk, uint64_t memory_bytes, struct error *err)
{
	uint8_t *head = malloc(HEAD_BYTES);
	int result = -1;

	*image = (struct image){ .kernel_fd = -1, .ramdisk_fd = -1, .kernel_path = kernel, .ramdisk_path = ramdisk };
	if (!head) {
		error_set(err, ERROR_RESOURCES, "no memory in dom0 to read the kernel: end a program");
		return -1;
	}
	image->kernel_fd = open_file("kernel", kernel, &image->kernel_bytes, err);
	if (image->kernel_fd < 0)
		goto out;
	if (check_header(image, head, read_head(image, head), err)) {
		error_about(err, "kernel");
		goto out;
	}
	if (*ramdisk) {
		image->ramdisk_fd = open_file("ramdisk", ramdisk, &image->layout.initrd_bytes, err);
		if (image->ramdisk_fd < 0)
			goto out;
	}
	result = lay_out(image, memory_bytes, err);
out:
	free(head);
	if (result)
		image_close(image);
	return result;
}

int image_check_pages(const struct image *image, uint64_t page_sizes, struct error *err)
{
	if (!image->page_bytes || !page_sizes || image->page_bytes & page_sizes)
		return 0;
	error_set(err, ERROR_FAILED,
		  "kernel %s is built for pages of %u KiB, which this machine's CPUs do not have: give a kernel "
		  "with pages of 4 KiB",
		  image->kernel_path, image->page_bytes >> 10);
	return error_about(err, "kernel");
}

static int read_whole(int fd, uint8_t *to, uint64_t bytes, const char *path, struct error *err)
{
	for (uint64_t done = 0; done < bytes;) {
		ssize_t got = pread(fd, to + done, bytes - done, done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return error_set(err, ERROR_FAILED, "cannot read %s at byte %llu: %s", path,
					 (unsigned long long)done, got ? strerror(errno) : "it shrank");
		done += got;
	}
	return 0;
}

/* Decompress into @to, or nowhere when it is NULL. */
static int unpack(struct image *image, uint8_t *to, struct error *err)
{
	uint64_t room = image->layout.kernel_end - image->layout.kernel, done = 0;
	uint8_t *scratch = to ? NULL : malloc(MIB);
	gzFile file = open_gzip(image);
	int got = -1, result = 0;

	if (!file || (!to && !scratch))
		result = error_set(err, ERROR_RESOURCES, "no memory in dom0 to decompress kernel %s: end a program",
				   image->kernel_path);
	while (!result && done <= room) {
		uint64_t want = room - done < MIB ? room - done : MIB;
		uint8_t extra;

		/* One byte more than fits tells a stream that is too long from the end of a correct stream. */
		got = want ? gzread(file, to ? to + done : scratch, want) : gzread(file, &extra, 1);
		if (got <= 0)
			break;
		done += got;
	}
	if (!result && (got < 0 || done < image->kernel_bytes || !done))
		result = error_set(err, ERROR_FAILED,
				   "kernel %s is truncated or damaged, it does not decompress: "
				   "copy it again",
				   image->kernel_path);
	else if (!result && done > room)
		result = error_set(err, ERROR_FAILED,
				   "kernel %s decompresses to more than its header says: copy "
				   "it again",
				   image->kernel_path);
	/* gzclose_r() reports a stream that ended early. */
	if (file && gzclose_r(file) == Z_BUF_ERROR && !result)
		result = error_set(err, ERROR_FAILED,
				   "kernel %s is truncated, the compressed data end early: copy "
				   "it again",
				   image->kernel_path);
	free(scratch);
	return result ? error_about(err, "kernel") : 0;
}

/*
 * A guest enters with its MMU off and reads and writes memory around the caches; DC CIVAC
 * cleans and invalidates each line to the point of coherency (Arm ARM DDI 0487, D7.4, B2.8).
 */
void image_clean(const void *start, size_t bytes)
{
#ifdef __aarch64__
	uint64_t type, line;

	asm volatile("mrs %0, ctr_el0" : "=r"(type));
	line = 4u << (type >> 16 & 15);
	for (uintptr_t at = (uintptr_t)start & ~(line - 1); at < (uintptr_t)start + bytes; at += line)
		asm volatile("dc civac, %0" : : "r"(at) : "memory");
	asm volatile("dsb sy" : : : "memory");
#else
	(void)start;
	(void)bytes;
#endif
}

int image_load(struct image *image, uint8_t *ram, struct error *err)
{
	const struct image_layout *layout = &image->layout;

	if (image->gzip ?
		    unpack(image, ram + layout->kernel, err) :
		    read_whole(image->kernel_fd, ram + layout->kernel, image->kernel_bytes, image->kernel_path, err))
		return -1;
	if (image->ramdisk_fd >= 0 &&
	    read_whole(image->ramdisk_fd, ram + layout->initrd, layout->initrd_bytes, image->ramdisk_path, err))
		return -1;
	image_clean(ram + layout->kernel, layout->kernel_end - layout->kernel);
	image_clean(ram + layout->initrd, layout->initrd_bytes);
	return 0;
}

int image_verify(struct image *image, struct error *err)
{
	return image->gzip ? unpack(image, NULL, err) : 0;
}

void image_close(struct image *image)
{
	if (image->kernel_fd >= 0)
		close(image->kernel_fd);
	if (image->ramdisk_fd >= 0)
		close(image->ramdisk_fd);
	image->kernel_fd = image->ramdisk_fd = -1;
}
