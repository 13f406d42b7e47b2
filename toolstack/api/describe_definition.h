/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * describe_definition.h - guests that are defined, as clients see them.
 */
#ifndef TOOLSTACK_API_DESCRIBE_DEFINITION_H
#define TOOLSTACK_API_DESCRIBE_DEFINITION_H

#include "api/describe.h"
#include "guest/definition.h"

/** describe_definition() - the reply of method Definition. */
json_object *describe_definition(const struct definition *definition);
/** describe_defined() - type Guest, of a defined guest that does not run. Return: NULL: the error is set. */
json_object *describe_defined(const char *name, enum describe_depth depth, struct error *err);
/** describe_if_defined() - add to @guest, of type Guest, what its definition tells, if there is one. */
void describe_if_defined(const char *name, json_object *guest);
/** describe_add_defined() - add to @reply of describe_guests() all that definitions tell. */
void describe_add_defined(struct guests *guests, enum describe_depth depth, json_object *reply);

#endif
