// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conversion.c - notes, and values that need the same care from each source.
 */
#include "conversion.h"
#include "json.h"
#include "text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void convert_note(const struct conversion *conversion, int line, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	text_clean(text);
	fprintf(stderr, "vimoctl: note: %s:%d: %s\n", conversion->file, line, text);
}

void convert_put(json_object *to, const char *key, const char *text)
{
	char *copy = strdup(text + strspn(text, " \t\r\n"));
	size_t length;

	if (!copy)
		abort();
	for (length = strlen(copy); length && isspace((unsigned char)copy[length - 1]); length--)
		copy[length - 1] = '\0';
	for (char *c = copy; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = ' ';
	if (*copy)
		json_put_string(to, key, copy);
	free(copy);
}

void convert_add(const struct conversion *conversion, const char *key, json_object *entry)
{
	json_object *list;

	if (!json_object_object_get_ex(conversion->config, key, &list))
		json_object_object_add(conversion->config, key, list = json_object_new_array());
	json_object_array_add(list, entry);
}

void convert_action(const struct conversion *conversion, int line, const char *key, const char *word)
{
	static const struct {
		const char *from, *to;
	} actions[] = {
		{ "destroy", "destroy" },        { "restart", "restart" },          { "preserve", "preserve" },
		{ "rename-restart", "restart" }, { "coredump-destroy", "destroy" }, { "coredump-restart", "restart" },
	};

	for (size_t n = 0; n < sizeof(actions) / sizeof(actions[0]); n++) {
		if (strcmp(word, actions[n].from))
			continue;
		if (strcmp(word, actions[n].to))
			convert_note(conversion, line, "%s = %s became %s: there is no such action", key, word,
				     actions[n].to);
		json_put_string(conversion->config, key, actions[n].to);
		return;
	}
	convert_note(conversion, line, "%s = %.40s is not carried over: there is no such action", key, word);
}

const char *convert_vdev(const char *name)
{
	name += *name == 'x';
	return strlen(name) == 3 && !strncmp(name, "vd", 2) && name[2] >= 'a' && name[2] <= 'p' ? name : NULL;
}
