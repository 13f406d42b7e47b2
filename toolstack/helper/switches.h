/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * switches.h - switch links: connections to vhost-user switches, which serve a guest's network in its memory. vimod
 * makes the connections, vimo-dm has them. When a connection ends, vimo-dm asks for another in its status (dm_files.h).
 * vimod gives it another as soon as the switch has answered a first request: neither vimo-dm nor vimod blocks on a
 * switch that does not answer.
 */
#ifndef TOOLSTACK_HELPER_SWITCHES_H
#define TOOLSTACK_HELPER_SWITCHES_H

#include "base/watch.h"
#include "config/config.h"
#include "helper/reconnect.h"

/** A switch link that is to be made again. */
struct switch_link {
	char guest[64], name[32];
	struct vif_config vif;
	int status_fd;
	struct reconnect reconnect; /* its failures: without a connection that vimo-dm has taken */
	int fd;                     /* the switch's first answer is awaited on it; -1: none */
	struct watch *answer, *timer;
	uint8_t features[20];  /* the answer, */
	size_t got;            /* of which so many bytes are there */
	unsigned int flaps;    /* connections in a row that ended soon */
	uint64_t connected_ms; /* 0: not connected since */
};

/** switch_connect() - connect without waiting. Return: a blocking descriptor, or -1. */
int switch_connect(const struct vif_config *vif, struct error *err);
/**
 * switches_look() - make those links again that vimo-dm asks for. Event loop only.
 * @links: by slot; NULL: nothing to do
 * @status_fd: vimo-dm's status, open until switches_forget()
 */
void switches_look(struct switch_link **links, const struct guest_config *config, int status_fd, uv_loop_t *loop);
/** switches_forget() - end all tries, and free *links. */
void switches_forget(struct switch_link **links);

#endif
