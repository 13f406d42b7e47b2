/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dm.h - one device model: all that serves one guest.
 */
#ifndef DM_DM_H
#define DM_DM_H

#include "console/channels.h"
#include "console/console.h"
#include "host/endpoint.h"
#include "host/io_thread.h"
#include "dm/state.h"
#include "input/input.h"
#include "platform/uart.h"
#include "rng/rng.h"

#include <json-c/json.h>

#define DM_IO_THREADS 4u
#define DM_SPEC_FDS 32u

struct dm {
	const char *name, *run_dir, *log_dir;
	int domain;
	uv_loop_t loop;
	struct guest_memory memory;
	struct dm_state *state;
	struct ioreq ioreq;

	struct endpoint_host host;
	struct endpoint endpoint[VIMO_GUEST_VIRTIO_COUNT];
	unsigned int slots; /* that the guest's device tree shows */
	struct io_thread io_threads[DM_IO_THREADS];
	unsigned int io_thread_count;

	struct endpoint *console; /* NULL: none */
	struct hub console_hub;
	struct channels *channels; /* NULL: none */

	bool has_input;
	struct input input;

	struct endpoint *rng_endpoint; /* NULL: none */
	struct rng rng;
	uv_timer_t rng_later;

	bool has_uart;
	struct uart uart;
	int uart_event;
	uv_poll_t uart_poll;

	pthread_mutex_t gpio_lock; /* state->gpio */
	uv_timer_t power_release;
	uv_poll_t control;
	int control_fd;

	uv_poll_t domain_poll;
	uv_signal_t terminate;
	uv_timer_t drain;
	bool leaving;
};

/** A device as vimod wants it: dm.json or a request on control.sock. */
struct device_spec {
	json_object *json;
	int fds[DM_SPEC_FDS]; /* the device's once it is added, else the caller's */
	unsigned int fd_count;
};

/** dm_path() - RUN_DIR/@file in a static buffer. */
const char *dm_path(const struct dm *dm, const char *file);
/** dm_open_slots() - all slots, empty; I/O threads, not running. */
int dm_open_slots(struct dm *dm, struct error *err);
/** dm_add_device() - Return: 0, or -1 and there is nothing new. */
int dm_add_device(struct dm *dm, const struct device_spec *spec, struct error *err);
/** dm_remove_device() - the one in the slot that @json names, if its driver has let go or "force" is set. */
int dm_remove_device(struct dm *dm, json_object *json, struct error *err);
/** dm_reconnect() - what serves a device was started again; the descriptor leads to it. */
int dm_reconnect(struct dm *dm, const struct device_spec *spec, struct error *err);
/** dm_retry() - what stalled the guest may be mended: do it again. Return: 0 or -1. */
int dm_retry(struct dm *dm, struct error *err);
/** dm_fill_slots() - show the guest that the others are empty. */
int dm_fill_slots(struct dm *dm, struct error *err);
/** dm_add_platform() - clock, power button and, when has_uart, the serial port. */
int dm_add_platform(struct dm *dm, struct error *err);
/** dm_start_devices() - threads run. */
int dm_start_devices(struct dm *dm, struct error *err);
/** dm_forget_state() - the guest has ended. */
void dm_forget_state(struct dm *dm);
/** dm_close_devices() - the last output, then nothing more. */
void dm_close_devices(struct dm *dm);
/** dm_close_platform() - its part of that. */
void dm_close_platform(struct dm *dm);
/** dm_open_control() - listen on control.sock. */
int dm_open_control(struct dm *dm, struct error *err);
/** dm_close_control() - no more requests. */
void dm_close_control(struct dm *dm);
/** dm_power_button() - press it; it is let go a moment later. */
void dm_power_button(struct dm *dm);

#endif
