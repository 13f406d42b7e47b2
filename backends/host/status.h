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
	int fd;
	pthread_mutex_t lock; /* now */
	struct dm_status now;
};

/** status_open() - take @fd, with the previous vimo-dm's reports. */
void status_open(struct status *status, int fd);
/** status_stall() - the disk in @slot paused the guest. */
void status_stall(struct status *status, unsigned int slot, const char *why);
/** status_go_on() - there is no stall any more. */
void status_go_on(struct status *status);
/** status_link() - the network in @slot needs a connection to its switch, or has one. */
void status_link(struct status *status, unsigned int slot, bool down);

#endif
