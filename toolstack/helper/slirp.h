/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * slirp.h - a vimo-slirp for each network without a bridge. It has dom0's network and no rights.
 *
 * vimo-dm has one end of a socket, vimo-slirp the other. vimod keeps a copy of the first for the next vimo-dm, so
 * connections outlive vimo-dm. vimo-slirp ends when no copy is left, and is found by guests/NAME/slirp-SLOT.pid.
 */
#ifndef TOOLSTACK_HELPER_SLIRP_H
#define TOOLSTACK_HELPER_SLIRP_H

#include "config/config.h"
#include "helper/process.h"
#include "host/resolver.h"
#include "host/vif.h"
#include "base/watch.h"

struct dm_request;

struct slirp {
	char guest[64];
	struct vif_config vif;
	struct vif_taps *end; /* vimo-dm's, as it is kept for the next one */
	struct helper process;
	struct resolver resolver;
	int messages_fd; /* -1: none */
	uv_loop_t *loop;
	struct watch *exit, *messages, *timer;
	struct dm_request *asked; /* vimo-dm, to take its end; NULL: it is not */
	uint64_t started_ms;
	unsigned int failures, tries, lines;
};

/** slirp_check() - dom0's ports are free, as far as that is to be seen. */
int slirp_check(const struct vif_config *vif, struct error *err);
/** slirp_start() - start it; from now on it is started again when it ends. Return: 0 or -1. */
int slirp_start(struct slirp *slirp, struct error *err);
/** slirp_end() - kill and free it; *slirp may be NULL and becomes NULL. */
void slirp_end(struct slirp **slirp);

/* Those of a guest, by slot; NULL where there is none. */
/** slirps_make() - one for each network that needs one and has none. None is started. @ends: get vimo-dm's of sockets
 */
void slirps_make(struct slirp **slirps, const struct guest_config *config, struct vif_taps *ends, uv_loop_t *loop);
/** slirps_adopt() - as slirp_start() for what the last vimod started, or should have. */
void slirps_adopt(struct slirp **slirps);
void slirps_end(struct slirp **slirps);

#endif
