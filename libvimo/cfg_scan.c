// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cfg_scan.c - tokens, escapes and numbers.
 */
#include "cfg_scan.h"

#include <ctype.h>
#include <string.h>

/* Behind spaces and comments. */
static const char *skip_space(struct scan *scan)
{
	const char *at = scan->next, *end;

	for (;;) {
		if (*at == '\n') {
			scan->line++;
			scan->leads = true;
			at++;
		} else if (isspace((unsigned char)*at)) {
			at++;
		} else if (*at == '#' || (at[0] == '/' && at[1] == '/')) {
			at += strcspn(at, "\n");
		} else if (at[0] == '/' && at[1] == '*') {
			end = strstr(at + 2, "*/");
			end = end ? end + 2 : at + strlen(at);
			for (; at < end; at++) {
				scan->line += *at == '\n';
				scan->leads = scan->leads || *at == '\n';
			}
		} else {
			return at;
		}
	}
}

static bool ends_word(const char *at)
{
	return !*at || isspace((unsigned char)*at) || strchr("=:,;[](){}\"'#", *at) ||
	       (at[0] == '/' && (at[1] == '/' || at[1] == '*'));
}

/* The bytes of a text with both quotes; 0: it does not end on its line. */
static size_t quoted_bytes(const char *at)
{
	const char quote = *at, *end = at + 1;

	for (; *end && *end != '\n' && *end != quote; end++)
		if (*end == '\\' && end[1] && end[1] != '\n')
			end++;
	return *end == quote ? (size_t)(end + 1 - at) : 0;
}

void scan_next(struct scan *scan)
{
	const char *at;

	scan->leads = scan->next == scan->begin;
	at = skip_space(scan);
	scan->at = at;
	scan->token_line = scan->line;
	scan->column_one = scan->leads && (at == scan->begin || at[-1] == '\n');
	scan->bytes = 0;
	if (!*at) {
		scan->token = TOKEN_END;
	} else if (*at == '"' || *at == '\'') {
		scan->bytes = quoted_bytes(at);
		scan->token = scan->bytes ? TOKEN_TEXT : TOKEN_BAD;
		if (!scan->bytes)
			scan->bytes = strcspn(at, "\n");
	} else if (ends_word(at)) {
		scan->token = TOKEN_PUNCTUATION;
		scan->bytes = 1;
	} else {
		scan->token = TOKEN_WORD;
		while (!ends_word(at + scan->bytes))
			scan->bytes++;
	}
	scan->next = at + scan->bytes;
}

void scan_begin(struct scan *scan, const char *text)
{
	*scan = (struct scan){ .begin = text, .next = text, .line = 1 };
	scan_next(scan);
}

static int digits(const char *at, const char *end, unsigned int base, size_t most, unsigned int *value)
{
	int used = 0;

	for (*value = 0; at + used < end && (size_t)used < most; used++) {
		unsigned char c = (unsigned char)at[used];
		unsigned int digit = isdigit(c)  ? c - (unsigned int)'0' :
				     isxdigit(c) ? (unsigned int)tolower(c) - 'a' + 10 :
						   16;

		if (digit >= base)
			break;
		*value = *value * base + digit;
	}
	return used;
}

int scan_unescape(const char *at, const char *end, char *to)
{
	static const char from[] = "abfnrtv\\\"'", becomes[] = "\a\b\f\n\r\t\v\\\"'";
	const char *found = at < end && *at ? strchr(from, *at) : NULL;
	unsigned int value;
	int used;

	if (found) {
		*to = becomes[found - from];
		return 1;
	}
	used = at < end && *at == 'x' ? digits(at + 1, end, 16, 2, &value) : digits(at, end, 8, 3, &value);
	*to = (char)value;
	return !used || !value || value > 0xff ? 0 : used + (*at == 'x');
}

bool scan_number(const char *word, int64_t *number)
{
	bool minus = *word == '-';
	unsigned int base, digit;
	int all = 0;

	word += minus || *word == '+';
	base = word[0] == '0' && (word[1] == 'x' || word[1] == 'X') ? 16 : 10;
	word += base == 16 ? 2 : 0;
	*number = 0;
	for (; digits(word, word + 1, base, 1, &digit); word++, all++)
		if (__builtin_mul_overflow(*number, (int64_t)base, number) ||
		    __builtin_add_overflow(*number, (int64_t)digit, number))
			*number = INT64_MAX / base; /* stays above every limit */
	for (int n = 0; n < 2 && (*word == 'L' || *word == 'l'); n++)
		word++;
	*number = minus ? -*number : *number;
	return all && !*word;
}
