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

static const char *const names[] = {
	[ERROR_FAILED] = "io.vimo.Failed",
	[ERROR_USAGE] = "org.varlink.service.InvalidParameter",
	[ERROR_NOT_FOUND] = "io.vimo.NotFound",
	[ERROR_STATE] = "io.vimo.WrongState",
	[ERROR_UNREACHABLE] = "io.vimo.Unreachable",
	[ERROR_RESOURCES] = "io.vimo.NoResources",
	[ERROR_NO_METHOD] = "org.varlink.service.MethodNotFound",
	[ERROR_DENIED] = "org.varlink.service.PermissionDenied",
};
#define NAMES (sizeof(names) / sizeof(names[0]))

static void set(struct error *err, enum error_code code, const char *key, const char *format, va_list args)
{
	err->code = code;
	snprintf(err->key, sizeof(err->key), "%s", key);
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
	return -1;
}

const char *error_name(enum error_code code)
{
	return code > ERROR_NONE && code < NAMES ? names[code] : names[ERROR_FAILED];
}

enum error_code error_from_name(const char *name)
{
	for (unsigned int n = ERROR_FAILED; n < NAMES; n++)
		if (!strcmp(name, names[n]))
			return n;
	return ERROR_FAILED;
}
