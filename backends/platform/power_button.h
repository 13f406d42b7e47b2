/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * power_button.h - the guest's power button: a GPIO line, or the power key of a VirtIO device whose driver runs.
 *
 * Context: the event loop's thread; the request thread accesses registers under lock.
 */
#ifndef PLATFORM_POWER_BUTTON_H
#define PLATFORM_POWER_BUTTON_H

#include "host/endpoint.h"
#include "platform/pl061.h"

struct power_button {
	const struct endpoint_host *host;
	struct pl061 *gpio;   /* in dm.state, so that it outlives vimo-dm */
	pthread_mutex_t lock; /* gpio */
	uv_timer_t release;
	/* Press the power key of the VirtIO devices or release it. Return: whether a driver for it runs. */
	bool (*key)(void *context, bool down);
	void *context;
};

/** power_button_open() - add it to the guest; the caller has set gpio, key and context. Before ioreq_start(). */
void power_button_open(struct power_button *button, const struct endpoint_host *host);
/** power_button_press() - press it for a moment. The line does not move if a VirtIO device has a driver for the key. */
void power_button_press(struct power_button *button);
/** power_button_close() - no more events. */
void power_button_close(struct power_button *button);

#endif
