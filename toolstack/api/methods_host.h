/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * methods_host.h - methods of dom0's start and shutdown, and of guests' histories, for the table of methods.c.
 */
#ifndef TOOLSTACK_API_METHODS_HOST_H
#define TOOLSTACK_API_METHODS_HOST_H

#include "api/varlink.h"

void method_start_all(struct call *call, json_object *parameters);
void method_shutdown_all(struct call *call, json_object *parameters);
void method_history(struct call *call, json_object *parameters);

#endif
