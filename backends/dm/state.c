// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * state.c - the state file, as a mapping: a store survives a kill of vimo-dm at
 * any instant, without a call.
 */
#include "dm/state.h"

#include "host/state_file.h"

#include <sys/mman.h>

struct dm_state *state_open(int fd, struct error *err)
{
	size_t bytes = sizeof(struct dm_state);
	struct dm_state *state = state_file_map("dm.state", fd, bytes, &bytes, err);

	if (!state)
		return NULL;
	if (!state_file_begin("dm.state", state, bytes, STATE_MAGIC, err) &&
	    !state_file_reserve("dm.state", state, offsetof(struct dm_state, device), err))
		return state;
	munmap(state, bytes);
	return NULL;
}
