// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * state.c - the state file. A mapping: what is stored survives our death at
 * any instant, without a call.
 */
#include "core/state.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

struct dm_state *state_open(const char *path, struct error *err)
{
	CLEANUP_FD int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct dm_state *state;

	if (fd < 0 || ftruncate(fd, sizeof(*state))) {
		error_set(err, ERROR_FAILED, "%s: %s", path, strerror(errno));
		return NULL;
	}
	state = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (state == MAP_FAILED) {
		error_set(err, ERROR_FAILED, "%s: %s", path, strerror(errno));
		return NULL;
	}
	if (state->magic != STATE_MAGIC) {
		memset(state, 0, sizeof(*state));
		state->magic = STATE_MAGIC;
	}
	return state;
}
