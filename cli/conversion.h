/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conversion.h - what the conversions to a guest.cfg share.
 */
#ifndef CLI_CONVERSION_H
#define CLI_CONVERSION_H

#include "error.h"

#include <json-c/json.h>

/** A conversion under way. */
struct conversion {
	const char *file;    /* its name, for notes */
	json_object *config; /* keys of guest.cfg; a list has strings as xl writes them, or objects */
};

/** convert_note() - tell on standard error what is not carried over from a line, and why. */
void convert_note(const struct conversion *conversion, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/** convert_put() - set a key; without control characters, which guest.cfg does not take. */
void convert_put(json_object *to, const char *key, const char *text);
/** convert_add() - append an entry, which is taken over, to the list @key. */
void convert_add(const struct conversion *conversion, const char *key, json_object *entry);
/** convert_action() - set on_poweroff, on_reboot or on_crash from xl's or libvirt's word. */
void convert_action(const struct conversion *conversion, int line, const char *key, const char *word);
/** convert_vdev() - "vda" to "vdp" for a disk of that name, without a leading x; NULL: the order decides. */
const char *convert_vdev(const char *name);

#endif
