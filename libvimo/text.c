// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * text.c - UTF-8 (RFC 3629) and the distance between words.
 */
#include "text.h"

#include <string.h>

#define WORD_MAX 32
#define NEAR 2u

/* Bytes of the character at @at, where @left bytes are left; 0: not a character. */
static size_t character(const unsigned char *at, size_t left)
{
	size_t bytes = *at < 0x80 ? 1 : *at < 0xc2 ? 0 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : *at < 0xf5 ? 4 : 0;

	if (bytes > left)
		return 0;
	for (size_t n = 1; n < bytes; n++)
		if ((at[n] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates, and values above U+10FFFF. */
	if ((*at == 0xe0 && at[1] < 0xa0) || (*at == 0xed && at[1] > 0x9f) || (*at == 0xf0 && at[1] < 0x90) ||
	    (*at == 0xf4 && at[1] > 0x8f))
		return 0;
	return bytes;
}

void text_clean(char *text)
{
	unsigned char *at = (unsigned char *)text;
	size_t left = strlen(text);

	while (left) {
		size_t bytes = character(at, left);
		/* U+0080 to U+009F are control characters, too. */
		bool control = *at < 0x20 || *at == 0x7f || (bytes == 2 && *at == 0xc2 && at[1] < 0xa0);

		if (!bytes || control)
			memset(at, '?', bytes = bytes ? bytes : 1);
		at += bytes;
		left -= bytes;
	}
}

bool text_is_plain(const char *text, size_t bytes)
{
	const unsigned char *at = (const unsigned char *)text;

	while (bytes) {
		size_t step = *at ? character(at, bytes) : 0;

		if (!step)
			return false;
		at += step;
		bytes -= step;
	}
	return true;
}

/* Levenshtein's distance of two words of less than WORD_MAX characters. */
static unsigned int distance(const char *a, const char *b)
{
	size_t length = strlen(b);
	unsigned int row[WORD_MAX];

	if (length >= WORD_MAX || strlen(a) >= WORD_MAX)
		return WORD_MAX;
	for (size_t n = 0; n <= length; n++)
		row[n] = n;
	for (size_t i = 0; a[i]; i++) {
		unsigned int corner = row[0]++;

		for (size_t n = 1; n <= length; n++) {
			unsigned int best = corner + (a[i] != b[n - 1]);

			corner = row[n];
			best = corner + 1 < best ? corner + 1 : best;
			row[n] = row[n - 1] + 1 < best ? row[n - 1] + 1 : best;
		}
	}
	return row[length];
}

int text_nearest(const char *word, const void *words, size_t count, size_t stride)
{
	unsigned int nearest = WORD_MAX;
	int found = -1;

	for (size_t n = 0; n < count; n++) {
		const char *other = *(const char *const *)((const char *)words + n * stride);
		unsigned int apart = distance(word, other);

		if (apart < nearest && apart <= NEAR && apart < strlen(other)) {
			nearest = apart;
			found = n;
		}
	}
	return found;
}
