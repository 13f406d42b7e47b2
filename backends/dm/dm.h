/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dm.h - vimo-dm's data: all that serves one guest.
 */
#ifndef DM_DM_H
#define DM_DM_H

#include "dm/state.h"
#include "host/endpoint.h"
#include "host/io_thread.h"
#include "host/status.h"
#include "platform/power_button.h"
#include "platform/serial.h"

#define DM_IO_THREADS 4u

/** Descriptors of each vimo-dm; load.c has their names. */
enum dm_file { DM_STATE, DM_STATUS, DM_CONTROL, DM_SERIAL, DM_SERIAL_LOG, DM_SERIAL_OLD, DM_FILES };

struct dm {
	struct endpoint_host host; /* name, domain; complete after dm_open_slots() */
	int files[DM_FILES];
	uv_loop_t loop;
	struct guest_memory memory;
	struct dm_state *state;
	struct status status;
	struct ioreq ioreq;

	struct endpoint endpoint[VIMO_GUEST_VIRTIO_COUNT];
	unsigned int slots; /* in the guest's device tree */
	struct io_thread io_threads[DM_IO_THREADS];

	struct serial serial;
	struct power_button power_button;

	uv_poll_t control;

	uv_poll_t domain_poll;
	uv_signal_t terminate;
	uv_timer_t drain;
	bool leaving;
};

#endif
