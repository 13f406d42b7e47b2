/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * methods_devices.h - methods of disks and networks, for the table of methods.c.
 */
#ifndef TOOLSTACK_API_METHODS_DEVICES_H
#define TOOLSTACK_API_METHODS_DEVICES_H

#include "api/varlink.h"

void method_block_attach(struct call *call, json_object *parameters);
void method_block_detach(struct call *call, json_object *parameters);
void method_block_resize(struct call *call, json_object *parameters);
void method_network_attach(struct call *call, json_object *parameters);
void method_network_detach(struct call *call, json_object *parameters);

#endif
