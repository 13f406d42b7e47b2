// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * disk.c - open and lock images.
 *
 * The locks are those of QEMU's block/file-posix.c, so that qemu-img and other programs respect them. A program that
 * has a permission holds a shared lock on one byte. A program that refuses it to others holds a lock on another byte.
 * Both locks are taken, then the opposite ones are looked for.
 */
#include "host/disk.h"
#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_HAVE 100
#define LOCK_REFUSE 200
#define CLAIMS (1ull << 61) /* a byte for each disk of each guest, far from bytes that other programs lock */
#define SECTOR 512

enum { PERMISSION_READ = 1u << 0, PERMISSION_WRITE = 1u << 1, PERMISSION_RESIZE = 1u << 3, PERMISSIONS = 4 };

int disk_fail(const struct disk_config *disk, enum error_code code, const char *why, struct error *err)
{
	return error_key(err, code, "disk", "disk %s: %.600s %s", disk->vdev, disk->target, why);
}

static int check_type(const struct disk_config *disk, mode_t mode, struct error *err)
{
	if (S_ISDIR(mode))
		return disk_fail(disk, ERROR_FAILED, "is a directory: give the path of an image", err);
	if (!S_ISREG(mode) && !S_ISBLK(mode))
		return disk_fail(disk, ERROR_FAILED, "is neither a file nor a block device: give the path of an image",
				 err);
	return 0;
}

static int error_open(const struct disk_config *disk, struct error *err)
{
	switch (errno) {
	case ENOENT:
		return disk_fail(disk, ERROR_FAILED,
				 strncmp(disk->target, "/dev/", 5) ?
					 "does not exist: make it, or correct target" :
					 "does not exist: correct target, or activate the volume (lvchange -ay)",
				 err);
	case EBUSY:
		return disk_fail(
			disk, ERROR_STATE,
			"is in use, mounted, part of a volume or another guest's: end that use, or correct target",
			err);
	case EROFS: return disk_fail(disk, ERROR_FAILED, "can only be read: write access=ro", err);
	default:
		return error_key(err, ERROR_FAILED, "disk", "disk %s: cannot open %.600s: %s", disk->vdev, disk->target,
				 strerror(errno));
	}
}

/* O_NONBLOCK: open() must not block if the file has become a pipe meanwhile. */
static int open_image(const struct disk_config *disk, int found, mode_t mode, bool *direct)
{
	char path[32];
	int flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK | (disk->access == ACCESS_RO ? O_RDONLY : O_RDWR);
	int fd;

	if (S_ISBLK(mode) && disk->access != ACCESS_RO)
		flags |= O_EXCL;
	snprintf(path, sizeof(path), "/proc/self/fd/%d",
		 found); /* the file that was checked, whatever its name is now */
	fd = open(path, flags | O_DIRECT);
	*direct = fd >= 0;
	return fd < 0 && errno == EINVAL ? open(path, flags) : fd;
}

static bool lock_byte(int fd, off_t byte, int command, short type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };

	return !fcntl(fd, command, &lock) && (command != F_OFD_GETLK || lock.l_type == F_UNLCK);
}

/* @command on the bytes of @have, from @first on, and of @refused, from @second on. */
static bool lock_bytes(int fd, unsigned int have, off_t first, unsigned int refused, off_t second, int command,
		       short type)
{
	for (unsigned int n = 0; n < PERMISSIONS; n++)
		if ((have & 1u << n && !lock_byte(fd, first + n, command, type)) ||
		    (refused & 1u << n && !lock_byte(fd, second + n, command, type)))
			return false;
	return true;
}

#define REFUSED (PERMISSION_WRITE | PERMISSION_RESIZE)

static unsigned int permissions(const struct disk_config *disk)
{
	return PERMISSION_READ | (disk->access == ACCESS_RO ? 0 : PERMISSION_WRITE);
}

/* Return: false with errno; EAGAIN and EACCES: another program has a lock. */
static bool take_locks(const struct disk_config *disk, int fd)
{
	return lock_bytes(fd, permissions(disk), LOCK_HAVE, REFUSED, LOCK_REFUSE, F_OFD_SETLK, F_RDLCK);
}

static int error_lock(const struct disk_config *disk, struct error *err)
{
	return error_key(err, ERROR_FAILED, "disk", "disk %s: cannot lock %.600s: %s: use a file system that has locks",
			 disk->vdev, disk->target, strerror(errno));
}

int disk_lock(const struct disk_config *disk, int fd, struct error *err)
{
	bool locked = take_locks(disk, fd);

	if (!locked && errno != EAGAIN && errno != EACCES)
		return error_lock(disk, err);
	if (locked && lock_bytes(fd, permissions(disk), LOCK_REFUSE, REFUSED, LOCK_HAVE, F_OFD_GETLK, F_WRLCK))
		return 0;
	return disk_fail(disk, ERROR_STATE,
			 disk->access == ACCESS_RO ?
				 "is locked, another guest or program writes it: end that one first" :
				 "is locked by another guest or program: end that one, or give a copy",
			 err);
}

/* FNV-1a: two disks of one image that get the same byte by chance only wait for each other. */
static off_t claim_byte(const char *uuid, uint32_t slot)
{
	uint64_t hash = 0xcbf29ce484222325u ^ slot;

	for (; *uuid; uuid++)
		hash = (hash ^ (unsigned char)*uuid) * 0x100000001b3u;
	return (off_t)(CLAIMS + (hash >> 4));
}

static int claim(const struct disk_config *disk, int fd, off_t byte, struct error *err)
{
	if (lock_byte(fd, byte, F_OFD_SETLK, F_RDLCK) && lock_byte(fd, byte, F_OFD_GETLK, F_WRLCK))
		return 0;
	return disk_fail(disk, ERROR_STATE, "has transfers of the guest's previous vimo-dm under way: try again", err);
}

int disk_claim(const struct disk_config *disk, int fd, const char *uuid, struct error *err)
{
	return claim(disk, fd, claim_byte(uuid, disk->slot), err);
}

/* Direct transfers to the file are multiples of more than a sector. */
static bool has_large_blocks(int fd)
{
#ifdef STATX_DIOALIGN
	struct statx now;

	return fcntl(fd, F_GETFL) & O_DIRECT && !statx(fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_DIOALIGN, &now) &&
	       S_ISREG(now.stx_mode) && now.stx_mask & STATX_DIOALIGN && now.stx_dio_offset_align > SECTOR;
#else
	(void)fd;
	return false;
#endif
}

int disk_open_cached(const struct disk_config *disk, int fd, const char *uuid, int *cached, struct error *err)
{
	char path[32];

	*cached = -1;
	if (!has_large_blocks(fd))
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	*cached = open(path, O_CLOEXEC | O_NOCTTY | (disk->access == ACCESS_RO ? O_RDONLY : O_RDWR));
	if (*cached < 0)
		return error_open(disk, err);
	/* @fd has looked for the locks of others, and would find these. */
	if (!take_locks(disk, *cached))
		error_lock(disk, err);
	else if (!claim(disk, *cached, claim_byte(uuid, disk->slot + CONFIG_SLOTS), err))
		return 0;
	close(*cached);
	*cached = -1;
	return -1;
}

static int64_t grow_file(const struct disk_config *disk, int fd, int64_t size, int64_t bytes, struct error *err)
{
	bytes = (bytes + SECTOR - 1) / SECTOR * SECTOR;
	if (bytes < size)
		return disk_fail(disk, ERROR_USAGE, "is larger than that: a disk can only grow while its guest runs",
				 err);
	if (!ftruncate(fd, bytes))
		return bytes;
	return error_key(err, errno == ENOSPC || errno == EDQUOT ? ERROR_RESOURCES : ERROR_FAILED, "disk",
			 "disk %s: cannot enlarge %.600s: %s", disk->vdev, disk->target, strerror(errno));
}

int disk_pad(const struct disk_config *disk, int fd, struct error *err)
{
	int64_t size = lseek(fd, 0, SEEK_END);

	if (size % SECTOR == 0 || disk->access == ACCESS_RO || disk->format != FORMAT_RAW)
		return 0;
	return grow_file(disk, fd, size, size + SECTOR - size % SECTOR, err) < 0 ? -1 : 0;
}

int64_t disk_grow(const struct disk_config *disk, const char *uuid, int64_t bytes, struct error *err)
{
	CLEANUP_FD int found = disk_find(disk, err), fd = -1;
	struct stat status;
	char path[32];
	int64_t size;
	bool file;

	if (found < 0)
		return -1;
	if (fstat(found, &status))
		return error_open(disk, err);
	if (check_type(disk, status.st_mode, err))
		return -1;
	if (bytes && disk->access == ACCESS_RO)
		return disk_fail(disk, ERROR_STATE, "is read-only for its guest: resize it with its owner", err);
	file = S_ISREG(status.st_mode);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", found);
	fd = open(path, O_CLOEXEC | O_NOCTTY | O_NONBLOCK | (file && bytes ? O_RDWR : O_RDONLY));
	size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	if (size < 0)
		return error_open(disk, err);
	if (lock_byte(fd, claim_byte(uuid, disk->slot), F_OFD_GETLK, F_WRLCK))
		return disk_fail(
			disk, ERROR_STATE,
			"is not the file that the guest uses, or its vimo-dm is starting: put the guest's file "
			"back, or try again",
			err);
	if (!bytes || bytes == size)
		return size;
	if (!file)
		return disk_fail(disk, ERROR_USAGE,
				 "is a block device: resize it first (lvextend), then run block-resize without a size",
				 err);
	return grow_file(disk, fd, size, bytes, err);
}

static int check_image(const struct disk_config *disk, int fd, struct error *err)
{
	off_t size = lseek(fd, 0, SEEK_END);
	struct stat status;
	int readonly = 0;

	if (fstat(fd, &status))
		return error_open(disk, err);
	if (check_type(disk, status.st_mode, err))
		return -1;
	/* The device opens for writing; only writes would fail. */
	if (S_ISBLK(status.st_mode) && disk->access != ACCESS_RO && !ioctl(fd, BLKROGET, &readonly) && readonly) {
		errno = EROFS;
		return error_open(disk, err);
	}
	if (size <= 0)
		return disk_fail(disk, ERROR_FAILED, "is empty: give it a size with truncate -s 10G", err);
	return 0;
}

int disk_find(const struct disk_config *disk, struct error *err)
{
	int fd = open(disk->target, O_PATH | O_CLOEXEC);

	return fd < 0 ? error_open(disk, err) : fd;
}

int disk_open_found(const struct disk_config *disk, int found, bool *direct, struct error *err)
{
	struct stat status;
	int fd;

	/* Before open(), which may have an effect on a device. */
	if (fstat(found, &status))
		return error_open(disk, err);
	if (check_type(disk, status.st_mode, err))
		return -1;
	fd = open_image(disk, found, status.st_mode, direct);
	if (fd < 0)
		return error_open(disk, err);
	if (check_image(disk, fd, err)) {
		close(fd);
		return -1;
	}
	/* With O_NONBLOCK, io_uring would not wait for the disk. */
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	return fd;
}

int disk_open(const struct disk_config *disk, bool *direct, struct error *err)
{
	CLEANUP_FD int found = disk_find(disk, err);
	int fd = found < 0 ? -1 : disk_open_found(disk, found, direct, err);

	if (fd < 0 || !disk_lock(disk, fd, err))
		return fd;
	close(fd);
	return -1;
}
