/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * image.h - guest kernels (arm64 Image, plain or gzip) and initrds in guest memory.
 */
#ifndef TOOLSTACK_BOOT_IMAGE_H
#define TOOLSTACK_BOOT_IMAGE_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>

#define IMAGE_DTB_BYTES 0x10000u

/** Places in guest RAM, as offsets from its start. */
struct image_layout {
	uint64_t kernel, kernel_end; /* with BSS */
	uint64_t dtb;
	uint64_t initrd, initrd_bytes;
	uint64_t end;
};

struct image {
	int kernel_fd, ramdisk_fd; /* -1: none */
	int gzip;
	uint32_t page_bytes;   /* that the kernel is built for; 0: its header does not tell */
	uint64_t kernel_bytes; /* of the file; 0 when gzip: known after loading */
	struct image_layout layout;
	const char *kernel_path, *ramdisk_path; /* the caller's */
};

/** image_open() - open and check kernel and ramdisk ("" = none), lay them out. */
int image_open(struct image *image, const char *kernel, const char *ramdisk, uint64_t memory_bytes, struct error *err);
/** image_check_pages() - @page_sizes: that guests can choose on this machine, ORed; 0: unknown, all pass. */
int image_check_pages(const struct image *image, uint64_t page_sizes, struct error *err);
/** image_load() - read kernel and ramdisk into @ram (at least layout.end bytes), clean to the point of coherency. */
int image_load(struct image *image, uint8_t *ram, struct error *err);
/** image_verify() - read a compressed kernel through without keeping it (dry run). */
int image_verify(struct image *image, struct error *err);
/** image_close() - close the files of image_open(); may be called again. */
void image_close(struct image *image);
/** image_clean() - clean the bytes to memory, where a guest with its MMU off reads them. */
void image_clean(const void *start, size_t bytes);

#endif
