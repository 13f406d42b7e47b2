/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state.h - what the next vimo-dm of this guest must know: the file dm.state.
 *
 * A guest that took over the previous vimo-dm may have written it. The size and magic are checked here, the state of a
 * device by transport_decode_state() when the device is added, that of a queue when the queue starts. Any values of the
 * rest are good: a GPIO's registers are the guest's anyway, and a mark loses output of the guest's console at worst.
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

/** state_open() - map the file in @fd, all zeroes or as it stands; @fd stays the caller's, and may be closed then.
 * Return: NULL on error. */
struct dm_state *state_open(int fd, struct error *err);

#endif
