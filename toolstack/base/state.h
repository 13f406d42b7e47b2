/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state.h - what outlives a restart of dom0: files in directories below /var/lib/vimo, for root only.
 */
#ifndef TOOLSTACK_BASE_STATE_H
#define TOOLSTACK_BASE_STATE_H

#include "error.h"

#include <limits.h>
#include <stdbool.h>

/** state_path() - ROOT/KIND/NAME.SUFFIX, or ROOT/KIND when @name is ""; ROOT is $VIMO_STATE_DIR or /var/lib/vimo. */
void state_path(char path[PATH_MAX], const char *kind, const char *name, const char *suffix);
/** state_make() - make the directory of @kind, if it does not exist. Return: 0 or -1. */
int state_make(const char *kind, struct error *err);
/** state_exists() - whether there is such a file, of any kind. */
bool state_exists(const char *kind, const char *name, const char *suffix);
/** state_each() - call @fn with the name of each file of @kind and @suffix; @fn may remove that file. */
void state_each(const char *kind, const char *suffix, void (*fn)(void *arg, const char *name), void *arg);

#endif
