// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * state.c - the state file, as a mapping: a store survives a kill of vimo-dm at
 * any instant, without a call.
 */
#include "dm/state.h"

#include "host/map.h"
#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A file of another build is emptied. A hole reads as zeroes and takes no memory, so nothing is written. */
static int make_empty(int fd)
{
	uint64_t magic = 0;

	if (pread(fd, &magic, sizeof(magic), 0) < 0)
		return -1;
	return magic != STATE_MAGIC && ftruncate(fd, 0) ? -1 : ftruncate(fd, sizeof(struct dm_state));
}

struct dm_state *state_open(const char *path, struct error *err)
{
	CLEANUP_FD int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct dm_state *state;

	if (fd < 0 || make_empty(fd)) {
		error_set(err, ERROR_FAILED, "%s: %s", path, strerror(errno));
		return NULL;
	}
	state = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (state == MAP_FAILED) {
		error_set(err, ERROR_FAILED, "%s: %s", path, strerror(errno));
		return NULL;
	}
	if (map_reserve(state, offsetof(struct dm_state, device), err)) {
		munmap(state, sizeof(*state));
		return NULL;
	}
	state->magic = STATE_MAGIC;
	return state;
}
