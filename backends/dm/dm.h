/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dm.h - vimo-dm's data: all that serves one guest.
 */
#ifndef DM_DM_H
#define DM_DM_H

#include "dm/state.h"
#include "host/endpoint.h"
#include "host/io_thread.h"
#include "platform/power_button.h"
#include "platform/serial.h"

#define DM_IO_THREADS 4u

struct dm {
	struct endpoint_host host; /* names, directories, domain; complete after dm_open_slots() */
	uv_loop_t loop;
	struct guest_memory memory;
	struct dm_state *state;
	struct ioreq ioreq;

	struct endpoint endpoint[VIMO_GUEST_VIRTIO_COUNT];
	unsigned int slots; /* in the guest's device tree */
	struct io_thread io_threads[DM_IO_THREADS];

	bool has_serial;
	struct serial serial;
	struct power_button power_button;

	uv_poll_t control;
	int control_fd;

	uv_poll_t domain_poll;
	uv_signal_t terminate;
	uv_timer_t drain;
	bool leaving;
};

#endif
