/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keys.h - tables of keys: between JSON objects and structs, with a check for each value.
 */
#ifndef TOOLSTACK_CONFIG_KEYS_H
#define TOOLSTACK_CONFIG_KEYS_H

#include "error.h"
#include "xl_keys.h"

#include <json-c/json.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum key_type {
	KEY_TEXT,   /* char[] */
	KEY_PATH,   /* char[], absolute */
	KEY_PATHS,  /* char[]: paths as above, a newline after each */
	KEY_IMAGE,  /* a path as above, or the URI of an NBD server */
	KEY_NUMBER, /* uint32_t or uint64_t */
	KEY_FLAG,   /* bool */
	KEY_WORD,   /* an enum: index into words */
	KEY_LIST,   /* array of structs, each an object of its own table */
};

struct key {
	const char *name;
	enum key_type type;
	size_t offset, size; /* of the member */
	const char *hint;    /* how guest.cfg writes it */
	struct {
		/* A number below minimum means "not given". A list's maximum is its length. */
		int64_t minimum, maximum, fallback;
	} range;
	int64_t unit; /* a number's, in units of the member; 0: 1 */
	bool required;
	int (*check)(const char *text, struct error *err); /* NULL: any line of text that fits */
	const char *const *words;                          /* up to NULL; range.fallback is the default */
	const struct key_table *element;
	size_t count; /* of a list: offset of the uint32_t that has its length */
};

struct key_table {
	const struct key *keys;
	size_t keys_count;
	const struct foreign_key *foreign;
	size_t foreign_count;
	const char *page; /* the manual page of the keys */
	size_t bytes;     /* of the struct */
};

/* The member's place, in a row of a table. */
#define KEY_FIELD(type, member) offsetof(type, member), sizeof(((type *)0)->member)

const struct key *keys_find(const struct key_table *table, const char *name);
const struct foreign_key *keys_find_foreign(const struct key_table *table, const char *name);
/** keys_unknown() - the error for @name, with the key that it may stand for. Return: -1. */
int keys_unknown(const struct key_table *table, const char *name, struct error *err);
/** keys_defaults() - an empty struct, with the defaults of all keys. */
void keys_defaults(const struct key_table *table, void *to);
/** keys_take_value() - check one value and put it into its member of @to. Return: 0 or -1. */
int keys_take_value(const struct key *key, json_object *value, void *to, struct error *err);
/** keys_take() - put a whole object into @to, with defaults for keys that are not given. Return: 0 or -1. */
int keys_take(const struct key_table *table, json_object *json, void *to, struct error *err);
/** keys_to_json() - the reverse; without keys that were not given. */
json_object *keys_to_json(const struct key_table *table, const void *from);
/** keys_next_path() - copy the first path of a KEY_PATHS member, and move @paths behind it. Return: false after the
 * last. */
bool keys_next_path(const char **paths, char path[PATH_MAX]);

#endif
