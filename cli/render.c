// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * render.c - a configuration as vimod gives it, written as a guest.cfg that gives the same configuration.
 */
#include "vimoctl.h"

#include <stdio.h>
#include <string.h>

static void put_text(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++)
		fprintf(out, "%s%c", strchr("\"\\", *text) ? "\\" : "", *text);
	fputc('"', out);
}

/* A value of a key: text, a number, a flag, or a list of those. */
static void put_value(FILE *out, json_object *value)
{
	if (json_object_is_type(value, json_type_string)) {
		put_text(out, json_object_get_string(value));
	} else if (json_object_is_type(value, json_type_array)) {
		fputs("[ ", out);
		for (size_t n = 0; n < json_object_array_length(value); n++) {
			fputs(n ? ", " : "", out);
			put_value(out, json_object_array_get_idx(value, n));
		}
		fputs(" ]", out);
	} else {
		fputs(json_object_to_json_string(value), out);
	}
}

/* Each device is a group: a path may have any character in it. */
static void put_devices(FILE *out, json_object *devices)
{
	fputs("(\n", out);
	for (size_t n = 0; n < json_object_array_length(devices); n++) {
		fprintf(out, "%s  {", n ? ",\n" : "");
		json_object_object_foreach(json_object_array_get_idx(devices, n), key, value) {
			fprintf(out, " %s = ", key);
			put_value(out, value);
			fputc(';', out);
		}
		fputs(" }", out);
	}
	fputs("\n)", out);
}

void render_config(FILE *out, json_object *config)
{
	json_object_object_foreach(config, key, value) {
		fprintf(out, "%s = ", key);
		if (json_object_is_type(value, json_type_array) &&
		    !json_object_is_type(json_object_array_get_idx(value, 0), json_type_string))
			put_devices(out, value);
		else
			put_value(out, value);
		fputc('\n', out);
	}
}
