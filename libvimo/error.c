// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * error.c - codes, their names on the socket, and their text.
 */
#include "error.h"
#include "text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	const char *member; /* as error_member() */
} names[] = {
	[ERROR_NONE] = { "", NULL },
	[ERROR_FAILED] = { "Failed", NULL },
	[ERROR_USAGE] = { "InvalidParameter", "parameter" },
	[ERROR_NOT_FOUND] = { "NotFound", NULL },
	[ERROR_STATE] = { "WrongState", NULL },
	[ERROR_UNREACHABLE] = { "Unreachable", NULL },
	[ERROR_RESOURCES] = { "NoResources", NULL },
	[ERROR_NO_INTERFACE] = { "InterfaceNotFound", "interface" },
	[ERROR_NO_METHOD] = { "MethodNotFound", "method" },
	[ERROR_NOT_IMPLEMENTED] = { "MethodNotImplemented", "method" },
	[ERROR_DENIED] = { "PermissionDenied", "" },
	[ERROR_NO_MORE] = { "ExpectedMore", "" },
	[ERROR_BEHIND] = { "Behind", NULL },
};
#define NAMES (sizeof(names) / sizeof(names[0]))

static void set(struct error *err, enum error_code code, const char *key, const char *format, va_list args)
{
	err->code = code;
	error_about(err, key);
	vsnprintf(err->text, sizeof(err->text), format, args);
	text_clean(err->text); /* it may quote a stranger, and ends up on terminals and in JSON */
}

int error_set(struct error *err, enum error_code code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set(err, code, "", format, args);
	va_end(args);
	return -1;
}

int error_key(struct error *err, enum error_code code, const char *key, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set(err, code, key, format, args);
	va_end(args);
	return -1;
}

int error_errno(struct error *err, const char *format, ...)
{
	const char *why = strerror(errno);
	char what[sizeof(err->text)];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	return error_set(err, ERROR_FAILED, "%s: %s", what, why);
}

int error_about(struct error *err, const char *key)
{
	snprintf(err->key, sizeof(err->key), "%s", key);
	text_clean(err->key); /* it may be a stranger's, or cut within a character */
	return -1;
}

static enum error_code known(enum error_code code)
{
	return code > ERROR_NONE && code < NAMES ? code : ERROR_FAILED;
}

const char *error_name(enum error_code code)
{
	return names[known(code)].name;
}

const char *error_member(enum error_code code)
{
	return names[known(code)].member;
}

enum error_code error_from_name(const char *name)
{
	const char *dot = strrchr(name, '.');

	for (unsigned int n = ERROR_FAILED; dot && n < NAMES; n++)
		if (!strcmp(dot + 1, names[n].name))
			return n;
	return ERROR_FAILED;
}
