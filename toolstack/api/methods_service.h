/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * methods_service.h - methods of vimod itself and of the hypervisor, for the table of methods.c.
 */
#ifndef TOOLSTACK_API_METHODS_SERVICE_H
#define TOOLSTACK_API_METHODS_SERVICE_H

#include "api/varlink.h"

void method_get_info(struct call *call, json_object *parameters);
void method_describe(struct call *call, json_object *parameters);
void method_log(struct call *call, json_object *parameters);
void method_version(struct call *call, json_object *parameters);

#endif
