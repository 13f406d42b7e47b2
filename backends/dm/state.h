/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state.h - what the next vimo-dm of this guest must know: RUN_DIR/dm.state.
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

#endif
