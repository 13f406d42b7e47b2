/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vif.h - dom0's end of a guest's network: a tap interface in a bridge.
 */
#ifndef TOOLSTACK_HOST_VIF_H
#define TOOLSTACK_HOST_VIF_H

#include "config/config.h"

/** The queues of one interface. It exists as long as a queue is open. */
struct vif_taps {
	uint32_t count; /* 0: no interface */
	int fd[CONFIG_QUEUES];
};

/** vif_check() - check that the bridge and /dev/net/tun exist, and that the name is free. */
int vif_check(const struct vif_config *vif, struct error *err);
/** vif_name() - the name of the interface: vifname, or a name made of domain and slot. @name: IFNAMSIZ bytes */
void vif_name(const struct vif_config *vif, uint32_t domain, char *name);
/** vif_open() - make the interface; @vif->mtu becomes the bridge's if it is 0. */
int vif_open(struct vif_config *vif, const char *name, struct vif_taps *taps, struct error *err);
/** vif_close() - close all queues; *taps is empty. */
void vif_close(struct vif_taps *taps);
/** vif_is_lost() - whether the interface was deleted. */
bool vif_is_lost(const struct vif_taps *taps, const char *name);
/** The kernel's counters of an interface, as the guest sees them. */
struct vif_counters {
	uint64_t received_bytes, received_packets, sent_bytes, sent_packets;
};
/** vif_count() - add the counters of the interface; without such an interface nothing. */
void vif_count(const char *name, struct vif_counters *counters);
/** vif_vhost() - a descriptor of the kernel's back end, or -1 with errno. */
int vif_vhost(void);

#endif
