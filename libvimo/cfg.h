/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cfg.h - the syntax of guest.cfg, vimod.conf and xl.cfg: text to a tree of settings.
 *
 * It is what xl and libconfig have in common, and what each of them adds: text in '' or "", comments by #, // and C's,
 * "=" or ":", "," or ";" or nothing between settings, a comma after the last entry of a list, CRLF, a byte order mark.
 */
#ifndef LIBVIMO_CFG_H
#define LIBVIMO_CFG_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>

#define CFG_TEXT_MAX (64u << 10)

/* CFG_BAD: a value that is not understood; the error has been reported. */
enum cfg_type { CFG_BAD, CFG_TEXT, CFG_NUMBER, CFG_FRACTION, CFG_FLAG, CFG_LIST, CFG_GROUP };

/** A setting, or a value of a list. */
struct cfg {
	enum cfg_type type;
	int line;                 /* of the name, or of the value in a list */
	char *name;               /* NULL: a value in a list */
	char *text;               /* CFG_TEXT: without quotes, UTF-8 without NUL */
	int64_t number;           /* CFG_NUMBER, limited to what fits; CFG_FLAG */
	struct cfg *first, *next; /* members of a list or group; the next in the same one */
};

/** Takes an error of the syntax; @err is without file and line. */
typedef void (*cfg_report_fn)(void *arg, int line, const struct error *err);

/**
 * cfg_parse() - the settings of a text, which has CFG_TEXT_MAX bytes at most.
 *
 * An error costs the setting in which it is; each is reported.
 * Return: a group of all settings in their order, for cfg_free().
 */
struct cfg *cfg_parse(const char *text, cfg_report_fn report, void *arg);
/**
 * cfg_parse_argument() - the setting in an argument KEY=VALUE of a command line, which a shell has unquoted: a value
 * that begins with a quote or a bracket is as in a file, and any other is text.
 *
 * Return: as cfg_parse().
 */
struct cfg *cfg_parse_argument(const char *argument, cfg_report_fn report, void *arg);
void cfg_free(struct cfg *cfg);

/** cfg_find() - the first setting of @name in a group, or NULL. */
const struct cfg *cfg_find(const struct cfg *group, const char *name);

/**
 * cfg_check_text() - whether @bytes bytes of a file can be a configuration: UTF-8 without NUL, not too long.
 *
 * Return: 0; or the first line that is wrong, with @err set, without file and line.
 */
int cfg_check_text(const char *text, size_t bytes, struct error *err);

#endif
