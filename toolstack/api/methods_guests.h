/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * methods_guests.h - methods of guests, for the table of methods.c.
 */
#ifndef TOOLSTACK_API_METHODS_GUESTS_H
#define TOOLSTACK_API_METHODS_GUESTS_H

#include "api/varlink.h"

void method_parse(struct call *call, json_object *parameters);
void method_create(struct call *call, json_object *parameters);
void method_list(struct call *call, json_object *parameters);
void method_statistics(struct call *call, json_object *parameters);
void method_info(struct call *call, json_object *parameters);
void method_shutdown(struct call *call, json_object *parameters);
void method_trigger(struct call *call, json_object *parameters);
void method_reboot(struct call *call, json_object *parameters);
void method_destroy(struct call *call, json_object *parameters);
void method_pause(struct call *call, json_object *parameters);
void method_unpause(struct call *call, json_object *parameters);
void method_monitor(struct call *call, json_object *parameters);

#endif
