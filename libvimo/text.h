/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text.h - untrusted text: made printable, and compared with known words.
 */
#ifndef LIBVIMO_TEXT_H
#define LIBVIMO_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/** text_clean() - put '?' for control characters and for bytes that are not UTF-8. */
void text_clean(char *text);

/** text_is_plain() - whether @bytes bytes are UTF-8 without NUL. */
bool text_is_plain(const char *text, size_t bytes);

/**
 * text_nearest() - find the word that a misspelt @word means.
 * @words: each word is the first member, a const char *, of an element
 * @stride: size of an element
 *
 * Return: the index of the nearest word, or -1 if all are far.
 */
int text_nearest(const char *word, const void *words, size_t count, size_t stride);

#endif
