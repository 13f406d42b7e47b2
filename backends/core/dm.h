/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dm.h - one device model: all that serves one guest.
 */
#ifndef CORE_DM_H
#define CORE_DM_H

#include "console/console.h"
#include "core/endpoint.h"
#include "core/state.h"
#include "input/input.h"
#include "platform/uart.h"

struct dm {
	const char *name, *run_dir, *log_dir;
	int domain;
	uv_loop_t loop;
	struct guest_memory memory;
	struct dm_state *state;
	struct ioreq ioreq;

	bool has_console;
	struct endpoint console;
	struct hub console_hub;

	bool has_input;
	struct endpoint input_endpoint;
	struct input input;

	bool has_uart;
	struct uart uart;
	int uart_event;
	uv_poll_t uart_poll;

	pthread_mutex_t gpio_lock; /* state->gpio */
	uv_timer_t power_release;
	uv_pipe_t control;

	uv_poll_t domain_poll;
	uv_signal_t terminate;
	uv_timer_t drain;
	bool leaving;
};

/** dm_path() - RUN_DIR/@file in a static buffer. */
const char *dm_path(const struct dm *dm, const char *file);
/** dm_add_console() - the VirtIO console in @slot. */
int dm_add_console(struct dm *dm, unsigned int slot, struct error *err);
/** dm_add_input() - the VirtIO power button in @slot. */
int dm_add_input(struct dm *dm, unsigned int slot, struct error *err);
/** dm_add_platform() - clock, power button and, when has_uart, the serial port. */
int dm_add_platform(struct dm *dm, struct error *err);
/** dm_close_devices() - the last output, then nothing more. */
void dm_close_devices(struct dm *dm);
/** dm_open_control() - listen on control.sock. */
int dm_open_control(struct dm *dm, struct error *err);
/** dm_power_button() - press it; it is let go a moment later. */
void dm_power_button(struct dm *dm);

#endif
