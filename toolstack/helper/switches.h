/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * switches.h - connections to vhost-user switches, which serve a guest's network in its memory. vimod makes
 * them, vimo-dm has them. When one ends, vimo-dm leaves link-SLOT.down in the guest's directory, and gets another
 * as soon as there is somebody to connect to who answers: vimo-dm does not wait for one who sleeps, nor do we.
 */
#ifndef TOOLSTACK_HELPER_SWITCHES_H
#define TOOLSTACK_HELPER_SWITCHES_H

#include "config/config.h"
#include "base/watch.h"

struct dm_request;

struct switch_link {
	char guest[64];
	struct vif_config vif;
	uv_loop_t *loop;
	int fd; /* whose first answer is awaited; -1: none */
	struct watch *answer, *timer;
	struct dm_request *asked; /* vimo-dm, to take a connection; NULL: it is not */
	uint8_t said[20];
	size_t got;
	unsigned int failures; /* in a row, to get a connection */
	unsigned int flaps;    /* connections in a row that ended at once */
	uint64_t connected_ms; /* 0: it is not */
};

/** switch_connect() - Return: a connection, or -1. */
int switch_connect(const struct vif_config *vif, struct error *err);
/** switches_look() - connect what vimo-dm wants connected, until it is. @links: by slot; NULL where nothing is to do */
void switches_look(struct switch_link **links, const struct guest_config *config, uv_loop_t *loop);
/** switches_forget() - no longer. */
void switches_forget(struct switch_link **links);

#endif
