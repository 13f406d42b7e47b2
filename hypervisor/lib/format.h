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
/* "[ssss.uuuuuu] tag" and "dN: "; return the length written. */
size_t format_stamp(char *out, size_t bytes, uint64_t us, const char *tag);
size_t format_tag(char *out, size_t bytes, unsigned int domain);

#endif
