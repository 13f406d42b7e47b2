/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kind.h - a kind of VirtIO device, as its folder exports it to dm/kinds.c.
 */
#ifndef HOST_KIND_H
#define HOST_KIND_H

#include "error.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#define DEVICE_FDS 32u

struct endpoint;

/** A device as vimod describes it, at the start or in a request on the control socket. */
struct device_spec {
	json_object *json;
	int fds[DEVICE_FDS]; /* the device's once it is added, else the caller's */
	unsigned int fd_count;
};

/** Context of all functions: the event loop's thread, device->lock not held. All but add may be NULL. */
struct device_kind {
	const char *type; /* "type" in the description */
	unsigned int fds_min, fds_max;
	bool single; /* a guest has one such device at most */
	/*
	 * Check the description and put the device into an empty endpoint by endpoint_attach().
	 * Return: 0, or -1 and the endpoint is empty as before.
	 */
	int (*add)(struct endpoint *endpoint, const struct device_spec *spec, struct error *err);
	/* Start threads; vimo-dm has entered its sandbox. Return: 0 or -1. */
	int (*start)(struct endpoint *endpoint, struct error *err);
	/* Repeat the requests that stalled the guest. */
	void (*retry)(struct endpoint *endpoint);
	/* Show the guest that its disk's image has grown. Return: 0 or -1. */
	int (*grow)(struct endpoint *endpoint, struct error *err);
	/* Set the size of the terminal. */
	void (*resize)(struct endpoint *endpoint, uint16_t cols, uint16_t rows);
	/* Press the power key or release it. Return: false when the guest runs no driver for it. */
	bool (*power_key)(struct endpoint *endpoint, bool down);
	/* Press and release the keys of vimod's trigger request. Return: 0 or -1. */
	int (*trigger)(struct endpoint *endpoint, json_object *request, struct error *err);
	/* Free the device, which is being removed. NULL: it stays as long as the guest. */
	void (*removed)(struct endpoint *endpoint);
	/* Move the last output and close sockets: vimo-dm is about to exit. */
	void (*close)(struct endpoint *endpoint);
};

#endif
