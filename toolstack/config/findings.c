// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * findings.c - errors and warnings of a file, in the order in which they are found.
 */
#include "config/findings.h"
#include "json.h"

void findings_begin(struct findings *findings, const char *file)
{
	*findings = (struct findings){ .file = file };
	findings->errors = json_object_new_array();
	findings->warnings = json_object_new_array();
}

void findings_end(struct findings *findings)
{
	json_object_put(findings->errors);
	json_object_put(findings->warnings);
	findings->errors = findings->warnings = NULL;
}

/* @at gets the complete message. */
static void add(json_object *list, const struct findings *findings, const char *argument, int line,
		const struct error *err, struct error *at)
{
	json_object *finding = json_object_new_object();

	if (argument)
		error_set(at, err->code, "%.200s: %.800s", argument, err->text);
	else
		error_set(at, err->code, "%.200s:%d: %.800s", findings->file, line, err->text);
	error_about(at, err->key);
	json_put_string(finding, "message", at->text);
	if (*err->key)
		json_put_string(finding, "key", err->key);
	if (!argument)
		json_put_number(finding, "line", line);
	json_object_array_add(list, finding);
}

void findings_error(struct findings *findings, const char *argument, int line, const struct error *err)
{
	struct error at;

	if (json_object_array_length(findings->errors) >= FINDINGS_MAX)
		return;
	add(findings->errors, findings, argument, line, err, &at);
	if (!findings->first.code)
		findings->first = at;
}

void findings_warning(struct findings *findings, const char *argument, int line, const struct error *err)
{
	struct error at;

	if (json_object_array_length(findings->warnings) < FINDINGS_MAX)
		add(findings->warnings, findings, argument, line, err, &at);
}
