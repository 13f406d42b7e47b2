/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * methods_console.h - methods of consoles and channels, for the table of methods.c.
 */
#ifndef TOOLSTACK_API_METHODS_CONSOLE_H
#define TOOLSTACK_API_METHODS_CONSOLE_H

#include "api/varlink.h"

void method_console(struct call *call, json_object *parameters);
void method_console_log(struct call *call, json_object *parameters);
void method_channel(struct call *call, json_object *parameters);
void method_console_resize(struct call *call, json_object *parameters);

#endif
