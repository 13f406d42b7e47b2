/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log.h - EL2's log: a ring that dom0 reads, and the UART before dom0 runs.
 *
 * LOG_ERROR is never something a domain can cause; what a guest causes uses
 * log_guest(), which is rate-limited for the whole machine.
 */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include <stdarg.h>
#include "lib/types.h"

enum log_level { LOG_ERROR = 0, LOG_WARN = 1, LOG_INFO = 2, LOG_DEBUG = 3 };

/* Format: %s %c %d %u %x %lu %ld %lx %zu %p %%, with width and 0. Any context; takes the log lock. */
void log_print(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A line a domain caused: at most 10 a second, and says how many were dropped. */
void log_guest(unsigned int domain, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_level_set(enum log_level level);
/* vsnprintf of the same formats; always terminates; returns the length needed. */
size_t format_text(char *out, size_t bytes, const char *format, va_list args);

/* Print and stop this CPU for good; EL2's own bugs only. Never for what a domain did. */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define ASSERT(x) ((x) ? (void)0 : panic("%s:%d: %s", __FILE__, __LINE__, #x))

#endif
