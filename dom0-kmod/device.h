/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * device.h - a guest's devices: a shadow page and an event for each queue.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include "domain.h"
#include "signal.h"

struct guest_device {
	struct list_head node;
	struct rcu_head rcu; /* its events' handlers may look at it still */
	u64 ipa, pa;         /* of the shadow page */
	unsigned int first_event, queues;
	struct event_signal kick[];
};

int vimo_device_add(struct domain *domain, const struct vimo_ioc_device *args); /* or change its queues */
struct guest_device *vimo_device_find_locked(struct domain *domain, u64 ipa);
/* The domain is going: no event, no eventfd any more. Which pages it has stays known until vimo_devices_free(). */
void vimo_devices_release_locked(struct domain *domain);
void vimo_devices_free(struct domain *domain); /* phase GONE */

#endif
