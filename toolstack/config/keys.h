/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keys.h - tables of keys: between JSON objects and structs, with a check for each value.
 */
#ifndef TOOLSTACK_CONFIG_KEYS_H
#define TOOLSTACK_CONFIG_KEYS_H

#include "error.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum key_type {
	KEY_TEXT,   /* char[] */
	KEY_PATH,   /* char[], absolute */
	KEY_IMAGE,  /* that, or the URI of an NBD server */
	KEY_NUMBER, /* uint32_t or uint64_t */
	KEY_FLAG,   /* bool */
	KEY_WORD,   /* an enum: index into words */
	KEY_LIST,   /* array of structs, each an object of its own table */
};

struct key {
	const char *name;
	enum key_type type;
	size_t offset, size; /* of the member */
	const char *hint;    /* how it is written */
	struct {
		/* A number below minimum means "not given"; of a list: how many there may be. */
		int64_t minimum, maximum, fallback;
	} range;
	int64_t unit; /* a number's, in what the member counts; 0: 1 */
	bool required;
	int (*check)(const char *text, struct error *err); /* NULL: any line of text that fits */
	const char *const *words;                          /* up to NULL; range.fallback is the usual one */
	const struct key_table *element;
	size_t count; /* of a list: offset of the uint32_t that counts */
};

/** A key that others know, and what is to be done about it here. */
struct foreign_key {
	const char *name, *advice; /* NULL: ignored without a word where xl writes it */
};

struct key_table {
	const struct key *keys;
	size_t keys_count;
	const struct foreign_key *foreign;
	size_t foreign_count;
	const char *page; /* where the keys are explained */
	size_t bytes;     /* of the struct */
};

/* The member's place, in a row of a table. */
#define KEY_FIELD(type, member) offsetof(type, member), sizeof(((type *)0)->member)

const struct key *keys_find(const struct key_table *table, const char *name);
const struct foreign_key *keys_find_foreign(const struct key_table *table, const char *name);
/** keys_unknown() - say what may have been meant by @name. Return: -1. */
int keys_unknown(const struct key_table *table, const char *name, struct error *err);
/** keys_take_value() - check one value and put it into its member of @to. Return: 0 or -1. */
int keys_take_value(const struct key *key, json_object *value, void *to, struct error *err);
/** keys_take() - a whole object into @to, which gets what is usual where nothing is said. Return: 0 or -1. */
int keys_take(const struct key_table *table, json_object *json, void *to, struct error *err);
/** keys_to_json() - the reverse; what was not given is not there. */
json_object *keys_to_json(const struct key_table *table, const void *from);

#endif
