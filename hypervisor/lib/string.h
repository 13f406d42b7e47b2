/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * string.h - the C library functions that EL2 and libfdt use.
 */
#ifndef LIB_STRING_H
#define LIB_STRING_H

#ifdef VIMO_HOST_TEST
#include <string.h>
#include <stdlib.h>
#else
#include <stddef.h>

void *memcpy(void *to, const void *from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
void *memchr(const void *s, int c, size_t bytes);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t max);
unsigned long strtoul(const char *s, char **end, int base); /* digits and 0x only, no sign or space */
#endif

#endif
