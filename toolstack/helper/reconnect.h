/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reconnect.h - give vimo-dm a new connection to a device's back end, again and again until vimo-dm has taken it.
 * Event loop only.
 */
#ifndef TOOLSTACK_HELPER_RECONNECT_H
#define TOOLSTACK_HELPER_RECONNECT_H

#include "base/watch.h"
#include "dm/request.h"

#include <stdbool.h>

struct reconnect {
	/* Set by the owner: */
	uv_loop_t *loop;
	const char *guest, *name; /* name: the device, for messages */
	uint32_t slot;
	unsigned int base, limit;     /* of watch_retry()'s failures: added, and the most */
	bool quiet;                   /* failures are not logged */
	void (*connect)(void *arg);   /* time for a try: reconnect_offer() or reconnect_failed(), now or later */
	void (*connected)(void *arg); /* vimo-dm has taken the connection */
	void *arg;
	/* reconnect.c's own: */
	unsigned int failures; /* in a row */
	struct dm_request *request;
	struct watch *timer;
};

/** reconnect_later() - call connect after a delay that grows with base and the failures. */
void reconnect_later(struct reconnect *reconnect);
/** reconnect_offer() - give @fd to vimo-dm: connected, or reconnect_failed(). Takes @fd over. */
void reconnect_offer(struct reconnect *reconnect, int fd);
/** reconnect_failed() - log @why, the first of failures in a row, and try again later. */
void reconnect_failed(struct reconnect *reconnect, const char *why);
/** reconnect_is_active() - a try is due, or vimo-dm has not answered yet. */
bool reconnect_is_active(const struct reconnect *reconnect);
/** reconnect_end() - no more tries. */
void reconnect_end(struct reconnect *reconnect);

#endif
