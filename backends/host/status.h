/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status.h - the file by which vimo-dm reports stalls and lost switch links to vimod. Any thread.
 */
#ifndef HOST_STATUS_H
#define HOST_STATUS_H

#include "dm_files.h"
#include "error.h"

#include <pthread.h>

struct status {
	struct dm_status *file; /* mapped */
	int messages;           /* the FIFO of vimo-dm's lines */
	pthread_mutex_t lock;   /* of changes */
};

/**
 * status_open() - map the file @fd, with the previous vimo-dm's reports.
 * @fd: stays the caller's, and may be closed then
 * @messages: where an empty line asks vimod for a look after each change; -1: none
 *
 * Return: 0 or -1.
 */
int status_open(struct status *status, int fd, int messages, struct error *err);
void status_close(struct status *status);
/** status_stall() - the disk in @slot paused the guest. */
void status_stall(struct status *status, unsigned int slot, const char *why);
/** status_go_on() - there is no stall any more. */
void status_go_on(struct status *status);
/** status_link() - the network in @slot needs a connection to its switch, or the log DM_LOG_* is not kept; or no more.
 */
void status_link(struct status *status, unsigned int slot, bool down);

#endif
