/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vif.h - dom0's end of a guest's network: a tap interface in a bridge.
 */
#ifndef TOOLSTACK_HOST_VIF_H
#define TOOLSTACK_HOST_VIF_H

#include "config/config.h"

/** The queues of one interface, which lives as long as one of them is open. */
struct vif_taps {
	uint32_t count; /* 0: there is none */
	int fd[CONFIG_QUEUES];
};

/** vif_check() - the bridge and what taps need are there, the name is free. */
int vif_check(const struct vif_config *vif, struct error *err);
/** vif_name() - of the interface: vifname, or one made of domain and slot. @name: IFNAMSIZ bytes */
void vif_name(const struct vif_config *vif, uint32_t domain, char *name);
/** vif_open() - make the interface; @vif->mtu becomes the bridge's when none is given. */
int vif_open(struct vif_config *vif, const char *name, struct vif_taps *taps, struct error *err);
void vif_close(struct vif_taps *taps);
/** vif_is_lost() - somebody deleted the interface. */
bool vif_is_lost(const struct vif_taps *taps, const char *name);
/** vif_vhost() - a descriptor of the kernel's back end, or -1 with errno. */
int vif_vhost(void);

#endif
