/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * describe.h - a guest as clients see it.
 */
#ifndef TOOLSTACK_API_DESCRIBE_H
#define TOOLSTACK_API_DESCRIBE_H

#include "guest/guest.h"

#include <json-c/json.h>

/** How much of a guest: each has what those before it have. */
enum describe_depth {
	DESCRIBE_FOR_ALL, /* what any user of dom0 may know: neither paths nor texts that hold some */
	DESCRIBE_EVENT,   /* type Guest of io.vimo.Events */
	DESCRIBE_WHOLE,   /* type Guest of io.vimo.Domains */
};

/** describe_guest() - a guest as JSON. */
json_object *describe_guest(const struct guest *guest, enum describe_depth depth);
/** describe_counters() - what any user of dom0 may know of a guest, and the hypervisor's counters. */
json_object *describe_counters(const struct guest *guest);
/** describe_guests() - an object with all as "guests". Adopts those that the previous vimod left. */
json_object *describe_guests(struct guests *guests, enum describe_depth depth);

#endif
