// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * log.c - one write for each line, so that lines of several processes do not mix.
 */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void log_line(enum log_level level, const char *format, ...)
{
	/* systemd sets JOURNAL_STREAM if journald reads standard error. */
	int used = 0;
	char line[1280];
	va_list args;

	if (getenv("JOURNAL_STREAM"))
		used = snprintf(line, sizeof(line), "<%d>", level);
	va_start(args, format);
	vsnprintf(line + used, sizeof(line) - used, format, args);
	va_end(args);
	fprintf(stderr, "%s\n", line);
}
