/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conform.h - whether parameters of a call or a reply are what the interface declares.
 */
#ifndef TOOLSTACK_API_CONFORM_H
#define TOOLSTACK_API_CONFORM_H

#include "api/interface.h"
#include "error.h"

#include <json-c/json.h>

/** conform_type() - check that @json is an object of @type. @interface: of named types; NULL: @type has none. Return:
 * 0, or -1 as conform_call(). */
int conform_type(const struct interface *interface, const struct type *type, json_object *json, struct error *err);

/**
 * conform_call() - check the parameters of a call of @method.
 * @parameters: NULL: none
 *
 * Every member must be declared and of its type, every member that is not optional must be there. A string holds
 * no NUL: C would read it up to there, and act on another name. Return: 0, or -1 with the parameter's path as key.
 */
int conform_call(const struct interface *interface, const struct declaration *method, json_object *parameters,
		 struct error *err);

/**
 * conform_reply() - check a reply to @method.
 * @error: the whole name of the error that the reply is; NULL: none
 *
 * An error is of the interface or of org.varlink.service. Return: 0 or -1.
 */
int conform_reply(const struct interface *interface, const struct declaration *method, const char *error,
		  json_object *parameters, struct error *err);

#endif
