/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * findings.h - all that is wrong, or without effect, in a file of settings.
 */
#ifndef TOOLSTACK_CONFIG_FINDINGS_H
#define TOOLSTACK_CONFIG_FINDINGS_H

#include "error.h"

#include <json-c/json.h>

#define FINDINGS_MAX 100u /* of errors, and of warnings */

/** Arrays of objects with message, key and line, as the API's Finding. */
struct findings {
	const char *file; /* its name, for messages */
	json_object *errors, *warnings;
	struct error first; /* error; code ERROR_NONE: none */
};

/** findings_begin() - nothing found yet in @file, whose name stays the caller's. */
void findings_begin(struct findings *findings, const char *file);
void findings_end(struct findings *findings);
/**
 * findings_error() - add an error of a line, with its key; the message begins with file and line.
 * @argument: the argument of the command line that is wrong in place of a line; NULL: none
 */
void findings_error(struct findings *findings, const char *argument, int line, const struct error *err);
/** findings_warning() - the same for what has no effect. */
void findings_warning(struct findings *findings, const char *argument, int line, const struct error *err);

#endif
