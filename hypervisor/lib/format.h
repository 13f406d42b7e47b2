/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * format.h - printf's formats that EL2 uses, into a bounded buffer.
 */
#ifndef LIB_FORMAT_H
#define LIB_FORMAT_H

#include <stdarg.h>
#include "lib/types.h"

/* vsnprintf of the formats of log_print(); always terminates; returns the length needed. */
size_t format_text(char *out, size_t bytes, const char *format, va_list args);
/* The same with the arguments themselves; returns the length written. */
size_t format_args(char *out, size_t bytes, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
