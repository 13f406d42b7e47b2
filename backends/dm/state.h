/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state.h - what the next device model of this guest must know: RUN_DIR/dm.state.
 */
#ifndef DM_STATE_H
#define DM_STATE_H

#include "host/hub.h"
#include "virtio/transport.h"
#include "error.h"
#include "platform/pl061.h"

#include <vimo/guest_map.h>

#define STATE_MAGIC 0x344d446f4d6956ull /* "ViMoDM4" */

struct dm_state {
	uint64_t magic;
	struct pl061 gpio;
	struct hub_mark console, serial;
	struct transport_state device[VIMO_GUEST_VIRTIO_COUNT];
};

/** state_open() - map the file, new or as it stands. Return: NULL on error. */
struct dm_state *state_open(const char *path, struct error *err);
/**
 * state_reserve() - have memory for a part of it now, not by the first store, which could not fail but by our death.
 * Return: 0, or -1 where there is none.
 */
int state_reserve(void *part, size_t bytes, struct error *err);

#endif
