// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cause.c - kinds of causes, and their names.
 */
#include "guest/cause.h"

#include <string.h>

static const char *const names[CAUSE_KINDS] = {
	[CAUSE_UNKNOWN] = "unknown",
	[CAUSE_POWEROFF] = "poweroff",
	[CAUSE_REBOOT] = "reboot",
	[CAUSE_CRASH] = "crash",
	[CAUSE_PANIC] = "panic",
	[CAUSE_KILLED] = "killed",
	[CAUSE_DESTROYED] = "destroyed",
	[CAUSE_RESTARTED] = "restarted",
	[CAUSE_NOT_STARTED] = "not_started",
	[CAUSE_OUT_OF_MEMORY] = "out_of_memory",
	[CAUSE_HOST_SHUTDOWN] = "host_shutdown",
	[CAUSE_HOST_LOST] = "host_lost",
};

const char *cause_name(enum cause_kind kind)
{
	return names[kind];
}

enum cause_kind cause_find(const char *name)
{
	for (enum cause_kind kind = CAUSE_UNKNOWN; name && kind < CAUSE_KINDS; kind++)
		if (!strcmp(names[kind], name))
			return kind;
	return CAUSE_UNKNOWN;
}
