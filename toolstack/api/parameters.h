/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parameters.h - what the API's methods share: their context, parameters and replies. A method runs when its parameters
 * are as its interface declares them: those that are not optional are there, and are of their types.
 */
#ifndef TOOLSTACK_API_PARAMETERS_H
#define TOOLSTACK_API_PARAMETERS_H

#include "api/monitor.h"
#include "api/varlink.h"
#include "guest/guest.h"

/** The context of each call. */
struct api {
	struct guests *guests;
	struct monitors monitors;
};

/** method_guests() - all guests. */
struct guests *method_guests(const struct call *call);
/** method_find() - a guest by its name, or by its domain as a decimal number; NULL: none. */
struct guest *method_find(struct guests *guests, const char *word);
/** method_guest() - the guest that parameter name names, or NULL when the call has been answered. */
struct guest *method_guest(struct call *call, json_object *parameters);
/** method_asked() - note that the call's client asks for the guest's end. */
void method_asked(const struct call *call, struct guest *guest);
/** method_done() - answer with nothing, or with @err when @result is not 0. */
void method_done(struct call *call, int result, const struct error *err);
/** method_wrap() - an object with one member. */
json_object *method_wrap(const char *key, json_object *value);

#endif
