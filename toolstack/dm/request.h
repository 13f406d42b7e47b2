/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * request.h - requests to a guest's vimo-dm on its control socket.
 *
 * All but dm_reconnect() block until vimo-dm has answered, 5 s at most. They return 0, or -1: ERROR_FAILED when
 * vimo-dm did not get the request, ERROR_STATE with vimo-dm's words when it refuses, ERROR_UNREACHABLE when it
 * did not answer and may have done it.
 */
#ifndef TOOLSTACK_DM_REQUEST_H
#define TOOLSTACK_DM_REQUEST_H

#include "base/fd_list.h"
#include "base/watch.h"
#include "config/config.h"
#include "error.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

/** dm_resize() - set the size of the terminal on the VirtIO console. */
int dm_resize(const char *name, int64_t cols, int64_t rows, struct error *err);
/** dm_power_button() - ask the guest to shut down. */
int dm_power_button(const char *name, struct error *err);
/** dm_trigger() - press keys of the guest's keyboard. @event, @key: as the API's Trigger has them; @key: or NULL. */
int dm_trigger(const char *name, const char *event, const char *key, struct error *err);
/** dm_add() - add one device, with its descriptors. */
int dm_add(const char *name, json_object *device, const struct fd_list *fds, struct error *err);
/** dm_remove() - remove the device of a slot; @force: even if the guest's driver uses it. */
int dm_remove(const char *name, uint32_t slot, bool force, struct error *err);
/** dm_grow() - the image of a slot's disk has grown. */
int dm_grow(const char *name, uint32_t slot, struct error *err);
/** dm_retry() - repeat the disk transfers that failed and paused the guest. */
int dm_retry(const char *name, struct error *err);

/* The most descriptors of one device: two for each pair of a network's queues. */
#define DM_DEVICE_FDS (CONFIG_QUEUES * 2)

struct dm_request; /* under way */
typedef void (*dm_request_fn)(void *arg, int result, const struct error *err);
/**
 * dm_reconnect() - give the device of a slot a new connection to its back end, without blocking.
 * @fds: copied
 * @done: called once, later, with the result as above
 *
 * Return: the request, for dm_request_cancel(); NULL with @err when vimo-dm did not get it.
 */
struct dm_request *dm_reconnect(uv_loop_t *loop, const char *name, uint32_t slot, const struct fd_list *fds,
				dm_request_fn done, void *arg, struct error *err);
/** dm_request_cancel() - @done is not called any more. *request may be NULL and becomes NULL. */
void dm_request_cancel(struct dm_request **request);

#endif
