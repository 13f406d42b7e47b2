/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tool.h - run a program that parses what guests or strangers wrote, confined, and wait for its end.
 */
#ifndef TOOLSTACK_HOST_TOOL_H
#define TOOLSTACK_HOST_TOOL_H

#include "base/confine.h"

#include <stddef.h>

#define TOOL_ANSWER (256u << 10)

struct tool {
	int patience_ms;        /* a program that is silent for longer is killed; 0: 20 s */
	struct confine confine; /* the caller's: kind, user and files; the rest is tool_run()'s */
	char why[512];          /* gets the reason of a failure, in the program's words */
};

/** tool_qemu_img() - the path of qemu-img. */
const char *tool_qemu_img(void);
/**
 * tool_run() - run the program argv[0] to its end. Any thread.
 *
 * It starts in a control group of its own.
 *
 * Return: its output, to be freed, with a zero behind it; or NULL when it failed: tool->why.
 */
char *tool_run(struct tool *tool, const char *const argv[]);

#endif
