/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cfg_scan.h - tokens of guest.cfg's syntax (cfg.h). Only cfg.c uses it.
 */
#ifndef LIBVIMO_CFG_SCAN_H
#define LIBVIMO_CFG_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* TOKEN_BAD: a text without its end. */
enum token { TOKEN_END, TOKEN_WORD, TOKEN_TEXT, TOKEN_BAD, TOKEN_PUNCTUATION };

/** A position in the text, and the token there. */
struct scan {
	const char *begin; /* of the text */
	const char *next;  /* behind the token */
	int line;          /* of @next */
	enum token token;
	const char *at; /* the token */
	size_t bytes;
	int token_line;
	bool leads, column_one; /* the first of its line; with no space before it */
};

/** scan_begin() - the first token of a text. */
void scan_begin(struct scan *scan, const char *text);
/** scan_next() - the token behind the present one. */
void scan_next(struct scan *scan);

/**
 * scan_unescape() - decode one escape behind its backslash, up to @end.
 *
 * Return: the bytes that were read, with the decoded byte in *@to; 0: it is not an escape.
 */
int scan_unescape(const char *at, const char *end, char *to);
/**
 * scan_number() - a whole number as libconfig and xl write them: decimal, or 0x and hexadecimal, perhaps with L or LL.
 *
 * Return: whether all of @word is a number; *@number is limited to what fits.
 */
bool scan_number(const char *word, int64_t *number);

#endif
