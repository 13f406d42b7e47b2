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
/** store_path() - ROOT/guests/NAME/FILE in a static buffer; file may be "". */
const char *store_path(const char *name, const char *file);
int store_make(const char *name, struct error *err);
int store_write(const char *name, const char *file, json_object *json, struct error *err);
json_object *store_read(const char *name, const char *file);
/** store_remove() - the guest's directory and all files in it. */
void store_remove(const char *name);
/** store_cause() / store_read_cause() - why a guest ended that does not exist any more. */
void store_cause(const char *name, const char *cause);
json_object *store_read_cause(const char *name);

#endif
