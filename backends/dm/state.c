// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * state.c - the state file, as a mapping: a store survives a kill of vimo-dm at
 * any instant, without a call.
 */
#include "dm/state.h"

#include "host/map.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file of another build, of @bytes, is emptied. A hole reads as zeroes and takes no memory, so nothing is written. */
static int make_empty(int fd, off_t bytes)
{
	uint64_t magic = 0;

	if (pread(fd, &magic, sizeof(magic), 0) < 0)
		return -1;
	return magic != STATE_MAGIC && (ftruncate(fd, 0) || ftruncate(fd, bytes)) ? -1 : 0;
}

struct dm_state *state_open(int fd, struct error *err)
{
	struct dm_state *state;
	struct stat status;

	if (fstat(fd, &status)) {
		error_errno(err, "dm.state");
		return NULL;
	}
	if (status.st_size < (off_t)sizeof(*state)) {
		error_set(err, ERROR_USAGE,
			  "dm.state has %lld bytes: vimod and vimo-dm differ: install one release of both",
			  (long long)status.st_size);
		return NULL;
	}
	if (make_empty(fd, status.st_size)) {
		error_errno(err, "dm.state");
		return NULL;
	}
	state = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (state == MAP_FAILED) {
		error_errno(err, "dm.state");
		return NULL;
	}
	if (map_reserve(state, offsetof(struct dm_state, device), err)) {
		munmap(state, sizeof(*state));
		return NULL;
	}
	state->magic = STATE_MAGIC;
	return state;
}
