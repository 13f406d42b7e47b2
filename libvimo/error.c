// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * error.c - codes, their names on the socket, and their text.
 */
#include "error.h"

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
};

int error_set(struct error *err, enum error_code code, const char *format, ...)
{
	va_list args;

	err->code = code;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return -1;
}

const char *error_name(enum error_code code)
{
	return code > ERROR_NONE && code <= ERROR_RESOURCES ? names[code] : names[ERROR_FAILED];
}

enum error_code error_from_name(const char *name)
{
	for (unsigned int n = ERROR_FAILED; n <= ERROR_RESOURCES; n++)
		if (!strcmp(name, names[n]))
			return n;
	return ERROR_FAILED;
}
