/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store.h - state that outlives vimod: JSON files that are whole or do not exist.
 *
 *   records/NAME/  0700  what vimod trusts: domain.json, .pid files, sockets of vimo-dm and of helpers; and vimo-dm's
 * state, which vimod does not trust guests/NAME/   0755  sockets for clients causes/        0700  why the last guests
 * ended
 */
#ifndef TOOLSTACK_BASE_STORE_H
#define TOOLSTACK_BASE_STORE_H

#include "error.h"

#include <json-c/json.h>
#include <stdbool.h>

/** store_root() - $VIMO_RUN_DIR or /run/vimo. */
const char *store_root(void);
/**
 * store_record() - ROOT/records/NAME/FILE in a static buffer, for the event loop only; @file may be "".
 *
 * vimod trusts the files below records/, which only root can reach.
 */
const char *store_record(const char *name, const char *file);
/** store_path() - ROOT/guests/NAME/FILE, which others can reach, in a static buffer, for the event loop only. */
const char *store_path(const char *name, const char *file);
/** store_make() - make the directories of a guest, if they do not exist. Return: 0 or -1. */
int store_make(const char *name, struct error *err);
/** store_exists() - whether there is a guest of that name, adopted or not. */
bool store_exists(const char *name);
/** store_each() - call @fn with the name of each guest that has a directory of records. */
void store_each(void (*fn)(void *arg, const char *name), void *arg);
/** store_each_old() - call @fn with the name of each guest of an older release, whose records others can write. */
void store_each_old(void (*fn)(void *arg, const char *name), void *arg);
/** store_write() - write a record, whole or not at all; for root only. Return: 0 or -1. */
int store_write(const char *name, const char *file, json_object *json, struct error *err);
/**
 * store_read() - read a record: one JSON object in a regular file of vimod's user that no other user can write.
 *
 * Return: a new object; NULL: @err is ERROR_NOT_FOUND when there is no such file, else why it is refused.
 */
json_object *store_read(const char *name, const char *file, struct error *err);
/** store_remove() - the guest's directories and all files in them. */
void store_remove(const char *name);
/** store_cause() / store_read_cause() - why a guest ended that does not exist any more. */
void store_cause(const char *name, const char *cause);
json_object *store_read_cause(const char *name);

#endif
