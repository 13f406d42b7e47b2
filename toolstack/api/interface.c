// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * interface.c - read the texts of the interfaces. They are part of vimod, so a fault of theirs ends it at its start.
 */
#include "api/interface.h"
#include "alloc.h"
#include "log.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* The texts, a NUL after each, and an empty one. */
static const char texts[] = {
#include "interfaces.inc"
	0
};

struct reader {
	const char *at;
};

static struct interface *all;

static void fail(const struct reader *reader, const char *what)
{
	log_error("an interface of vimod is wrong: %s is expected at \"%.40s\"", what, reader->at);
	abort();
}

static void skip_space(struct reader *reader)
{
	for (;;) {
		reader->at += strspn(reader->at, " \t\n");
		if (*reader->at != '#')
			return;
		reader->at += strcspn(reader->at, "\n");
	}
}

/* Take @text if it is next. */
static bool take(struct reader *reader, const char *text)
{
	skip_space(reader);
	if (strncmp(reader->at, text, strlen(text)) != 0)
		return false;
	reader->at += strlen(text);
	return true;
}

static void expect(struct reader *reader, const char *text)
{
	if (!take(reader, text))
		fail(reader, text);
}

static char *take_name(struct reader *reader)
{
	size_t bytes = 0;
	char *name;

	skip_space(reader);
	while (isalnum((unsigned char)reader->at[bytes]) || (bytes && strchr("_.", reader->at[bytes])))
		if (!reader->at[bytes++])
			fail(reader, "a name");
	if (!bytes)
		fail(reader, "a name");
	name = alloc_zeroed(bytes + 1);
	memcpy(name, reader->at, bytes);
	reader->at += bytes;
	return name;
}

static struct type *take_type(struct reader *reader);

/* After its parenthesis: an enum if its members have no types. */
static void take_members(struct reader *reader, struct type *type)
{
	struct member **end = &type->members;

	type->kind = TYPE_STRUCT;
	while (!take(reader, ")")) {
		if (type->members)
			expect(reader, ",");
		*end = alloc_zeroed(sizeof(**end));
		(*end)->name = take_name(reader);
		if (take(reader, ":"))
			(*end)->type = take_type(reader);
		else
			type->kind = TYPE_ENUM;
		end = &(*end)->next;
	}
}

static void take_word(struct reader *reader, struct type *type)
{
	static const char *const words[] = { [TYPE_BOOL] = "bool",     [TYPE_INT] = "int",       [TYPE_FLOAT] = "float",
					     [TYPE_STRING] = "string", [TYPE_OBJECT] = "object", NULL };
	unsigned int n = 0;

	type->name = take_name(reader);
	while (words[n] && strcmp(words[n], type->name) != 0)
		n++;
	type->kind = words[n] ? n : TYPE_NAMED;
}

static struct type *take_type(struct reader *reader)
{
	struct type *type = alloc_zeroed(sizeof(*type));

	type->optional = take(reader, "?");
	if (take(reader, "[string]")) {
		type->kind = TYPE_MAP;
		type->element = take_type(reader);
	} else if (take(reader, "[]")) {
		type->kind = TYPE_ARRAY;
		type->element = take_type(reader);
	} else if (take(reader, "(")) {
		take_members(reader, type);
	} else {
		take_word(reader, type);
	}
	return type;
}

static struct declaration *take_declaration(struct reader *reader)
{
	struct declaration *declaration = alloc_zeroed(sizeof(*declaration));

	if (take(reader, "method "))
		declaration->kind = DECLARE_METHOD;
	else if (take(reader, "error "))
		declaration->kind = DECLARE_ERROR;
	else
		expect(reader, "type ");
	declaration->name = take_name(reader);
	declaration->type = take_type(reader);
	if (declaration->kind == DECLARE_METHOD) {
		expect(reader, "->");
		declaration->reply = take_type(reader);
	}
	return declaration;
}

static struct interface *read_interface(const char *text)
{
	struct interface *interface = alloc_zeroed(sizeof(*interface));
	struct declaration **end = &interface->declarations;
	struct reader reader = { text };

	interface->text = text;
	expect(&reader, "interface ");
	interface->name = take_name(&reader);
	for (skip_space(&reader); *reader.at; skip_space(&reader)) {
		*end = take_declaration(&reader);
		end = &(*end)->next;
	}
	return interface;
}

const struct interface *interfaces_all(void)
{
	struct interface **end = &all;

	for (const char *text = all ? "" : texts; *text; text += strlen(text) + 1) {
		*end = read_interface(text);
		end = &(*end)->next;
	}
	return all;
}

const struct interface *interface_find(const char *name, size_t bytes)
{
	const struct interface *interface = interfaces_all();

	while (interface && (strlen(interface->name) != bytes || memcmp(interface->name, name, bytes) != 0))
		interface = interface->next;
	return interface;
}

const struct declaration *interface_declaration(const struct interface *interface, enum declaration_kind kind,
						const char *name)
{
	const struct declaration *declaration = interface->declarations;

	while (declaration && (declaration->kind != kind || strcmp(declaration->name, name) != 0))
		declaration = declaration->next;
	return declaration;
}
