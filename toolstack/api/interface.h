/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * interface.h - the published interfaces (interfaces/), as text and parsed: the one description by which calls and
 * replies are checked.
 */
#ifndef TOOLSTACK_API_INTERFACE_H
#define TOOLSTACK_API_INTERFACE_H

#include <stdbool.h>
#include <stddef.h>

enum type_kind {
	TYPE_BOOL,
	TYPE_INT,
	TYPE_FLOAT,
	TYPE_STRING,
	TYPE_OBJECT, /* any JSON object */
	TYPE_ENUM,   /* a string: the name of a member */
	TYPE_STRUCT,
	TYPE_ARRAY, /* of element */
	TYPE_MAP,   /* a JSON object whose members are of element */
	TYPE_NAMED, /* the type that the interface declares as name */
};

struct type {
	enum type_kind kind;
	bool optional;
	char *name;
	struct member *members;
	struct type *element;
};

/** Of a struct, or of an enum, whose members have no type. */
struct member {
	struct member *next;
	char *name;
	struct type *type;
};

enum declaration_kind { DECLARE_TYPE, DECLARE_METHOD, DECLARE_ERROR };

struct declaration {
	struct declaration *next;
	enum declaration_kind kind;
	char *name;
	struct type *type;  /* of a type, of an error's parameters, or of a method's parameters */
	struct type *reply; /* of a method */
};

struct interface {
	struct interface *next;
	char *name;
	const char *text;
	struct declaration *declarations;
};

/** interfaces_all() - all interfaces, org.varlink.service first; parsed by the first call, for ever. */
const struct interface *interfaces_all(void);
/** interface_find() - the interface of that name, or NULL. @bytes: of the name */
const struct interface *interface_find(const char *name, size_t bytes);
/** interface_declaration() - what the interface declares by that name, or NULL. */
const struct declaration *interface_declaration(const struct interface *interface, enum declaration_kind kind,
						const char *name);

#endif
