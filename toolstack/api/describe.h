/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * describe.h - a guest as clients see it.
 */
#ifndef TOOLSTACK_API_DESCRIBE_H
#define TOOLSTACK_API_DESCRIBE_H

#include "guest/guest.h"

#include <json-c/json.h>

/** describe_guest() - type Guest of io.vimo.varlink. */
json_object *describe_guest(const struct guest *guest);
/** describe_guests() - an object with all as "guests". Adopts those that the previous vimod left. */
json_object *describe_guests(struct guests *guests);

#endif
