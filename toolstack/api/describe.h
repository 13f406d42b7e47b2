/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * describe.h - a guest as clients see it.
 */
#ifndef TOOLSTACK_API_DESCRIBE_H
#define TOOLSTACK_API_DESCRIBE_H

#include "guest/guest.h"

#include <json-c/json.h>

/**
 * describe_guest() - type Guest of io.vimo.varlink.
 * @trusted: without it, the members that any user of dom0 may know: neither paths nor texts that hold some
 */
json_object *describe_guest(const struct guest *guest, bool trusted);
/** describe_guests() - an object with all as "guests". Adopts those that the previous vimod left. @trusted: as above */
json_object *describe_guests(struct guests *guests, bool trusted);

#endif
