/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parameters.h - what the API's methods share; methods*.c only.
 */
#ifndef TOOLSTACK_API_PARAMETERS_H
#define TOOLSTACK_API_PARAMETERS_H

#include "api/varlink.h"

struct guest;

/** method_string() - a parameter, or NULL when the call has been answered with an error. */
const char *method_string(struct call *call, json_object *parameters, const char *key);
/** method_guest() - the guest that parameter name names, or NULL when the call has been answered. */
struct guest *method_guest(struct call *call, json_object *parameters);
/** method_done() - answer with nothing, or with @err when @result is not 0. */
void method_done(struct call *call, int result, const struct error *err);
/** method_wrap() - an object with one member. */
json_object *method_wrap(const char *key, json_object *value);

/* methods_console.c */
void method_console(struct call *call, json_object *parameters);
void method_channel(struct call *call, json_object *parameters);
void method_console_resize(struct call *call, json_object *parameters);

/* methods_devices.c */
void method_block_attach(struct call *call, json_object *parameters);
void method_block_detach(struct call *call, json_object *parameters);
void method_network_attach(struct call *call, json_object *parameters);
void method_network_detach(struct call *call, json_object *parameters);

#endif
