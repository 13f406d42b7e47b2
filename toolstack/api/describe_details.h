/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * describe_details.h - what is read of dom0 to tell more about a guest: processes, addresses, counters.
 */
#ifndef TOOLSTACK_API_DESCRIBE_DETAILS_H
#define TOOLSTACK_API_DESCRIBE_DETAILS_H

#include "guest/guest.h"

#include <json-c/json.h>

/** describe_details() - add what only Info has. */
void describe_details(const struct guest *guest, json_object *json);
/** describe_statistics() - the reply of Statistics. Adopts those that the previous vimod left. */
json_object *describe_statistics(struct guests *guests);

#endif
