/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * methods_snapshots.h - the API's methods of snapshots.
 */
#ifndef TOOLSTACK_API_METHODS_SNAPSHOTS_H
#define TOOLSTACK_API_METHODS_SNAPSHOTS_H

#include "api/varlink.h"

void method_snapshot_list(struct call *call, json_object *parameters);
void method_snapshot_create(struct call *call, json_object *parameters);
void method_snapshot_revert(struct call *call, json_object *parameters);
void method_snapshot_delete(struct call *call, json_object *parameters);

#endif
