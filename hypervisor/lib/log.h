/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log.h - EL2's log: a ring that dom0 reads, and the UART before dom0 runs.
 *
 * A domain can never cause a LOG_ERROR line. Lines that a guest causes go
 * through log_guest(), which limits the rate of each domain by itself. A
 * character of a line that is not printable becomes '?'.
 */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include <vimo/device.h>
#include "lib/types.h"

enum log_level { LOG_ERROR = 0, LOG_WARN = 1, LOG_INFO = 2, LOG_DEBUG = 3 };

/* Format: %s %c %d %u %x %lu %ld %lx %zu %p %%, with width and 0. Any context; takes the log lock. */
void log_print(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define LOG_LINES_A_SECOND 10u
/* A domain as a cause of lines; all but its id begins as zero. Lock: log. */
struct log_source {
	uint32_t domain, lines, dropped; /* lines of this second */
	uint64_t second;
};
/* A line that a domain caused: at most LOG_LINES_A_SECOND; a line tells how many were dropped. */
void log_guest(struct log_source *source, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_level_set(enum log_level level);

/* For boot/ and io/: the log's memory (NULL before the heap exists), its clock, and a second output. */
void log_init(struct vimo_log *memory, uint64_t (*clock)(void));
struct vimo_log *log_ring(void);                              /* NULL before log_init() with memory */
void log_echo(void (*write)(const char *text, size_t bytes)); /* NULL: ring only */

#endif
