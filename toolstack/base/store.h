/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store.h - state that outlives vimod: JSON files that are whole or do not exist.
 */
#ifndef TOOLSTACK_BASE_STORE_H
#define TOOLSTACK_BASE_STORE_H

#include "error.h"

#include <json-c/json.h>

/** store_root() - $VIMO_RUN_DIR or /run/vimo. */
const char *store_root(void);
/** store_path() - ROOT/guests/NAME/FILE in a static buffer, for the event loop only; @file may be "". */
const char *store_path(const char *name, const char *file);
/** store_make() - make the directory of a guest, if it does not exist. Return: 0 or -1. */
int store_make(const char *name, struct error *err);
/** store_write() - write a file of a guest, whole or not at all. Return: 0 or -1. */
int store_write(const char *name, const char *file, json_object *json, struct error *err);
/** store_read() - read a file of a guest. Return: a new object; NULL if it does not exist or is damaged. */
json_object *store_read(const char *name, const char *file);
/** store_remove() - the guest's directory and all files in it. */
void store_remove(const char *name);
/** store_cause() / store_read_cause() - why a guest ended that does not exist any more. */
void store_cause(const char *name, const char *cause);
json_object *store_read_cause(const char *name);

#endif
