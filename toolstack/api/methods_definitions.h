/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * methods_definitions.h - methods of guests that stay, for the table of methods.c.
 */
#ifndef TOOLSTACK_API_METHODS_DEFINITIONS_H
#define TOOLSTACK_API_METHODS_DEFINITIONS_H

#include "api/varlink.h"

void method_define(struct call *call, json_object *parameters);
void method_undefine(struct call *call, json_object *parameters);
void method_start(struct call *call, json_object *parameters);
void method_rename(struct call *call, json_object *parameters);
void method_autostart(struct call *call, json_object *parameters);
void method_definition(struct call *call, json_object *parameters);

#endif
