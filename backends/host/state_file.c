// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * state_file.c - map, empty and reserve, by calls on the mapping once the descriptor is closed.
 */
#include "host/state_file.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void *state_file_map(const char *name, int fd, size_t least, size_t *bytes, struct error *err)
{
	struct stat status;
	void *file;

	if (fstat(fd, &status)) {
		error_errno(err, "%s", name);
		return NULL;
	}
	if (status.st_size < (off_t)least) {
		error_set(err, ERROR_USAGE, "%s has %lld bytes: vimod and vimo-dm differ: install one release of both",
			  name, (long long)status.st_size);
		return NULL;
	}
	if (status.st_size < (off_t)*bytes)
		*bytes = (size_t)status.st_size;
	file = mmap(NULL, *bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (file != MAP_FAILED)
		return file;
	error_errno(err, "%s", name);
	return NULL;
}

int state_file_begin(const char *name, void *file, size_t bytes, uint64_t magic, struct error *err)
{
	uint64_t *found = file;

	if (state_file_reserve(name, file, sizeof(*found), err))
		return -1;
	if (*found == magic)
		return 0;
	/* A hole reads as zeroes and takes no memory. */
	if (madvise(file, bytes, MADV_REMOVE))
		return error_errno(err, "%s", name);
	if (state_file_reserve(name, file, sizeof(*found), err))
		return -1;
	*found = magic;
	return 0;
}

int state_file_reserve(const char *name, void *part, size_t bytes, struct error *err)
{
	size_t before = (uintptr_t)part % (size_t)sysconf(_SC_PAGESIZE);

	/* EFAULT: a store would raise SIGBUS. EINVAL: the kernel is older than the call (5.14). */
	if (madvise((char *)part - before, bytes + before, MADV_POPULATE_WRITE) && errno != EINVAL)
		return error_set(err, ERROR_RESOURCES, "%s: %s: make room in /run", name,
				 strerror(errno == EFAULT ? ENOSPC : errno));
	return 0;
}
