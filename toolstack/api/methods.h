/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * methods.h - the dispatcher of the API socket.
 */
#ifndef TOOLSTACK_API_METHODS_H
#define TOOLSTACK_API_METHODS_H

#include "api/varlink.h"

/** methods_dispatch() - run the method of a call; the service's context is a struct api. A varlink_fn. */
void methods_dispatch(struct call *call, const char *method, json_object *parameters);

#endif
