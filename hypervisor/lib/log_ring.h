/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log_ring.h - the log's memory and where else lines go; boot and io/ only.
 */
#ifndef LIB_LOG_RING_H
#define LIB_LOG_RING_H

#include <vimo/device.h>
#include "lib/log.h"

void log_init(struct vimo_log *memory, uint64_t (*clock)(void));
struct vimo_log *log_ring(void);                              /* NULL before log_init */
void log_echo(void (*write)(const char *text, size_t bytes)); /* NULL: ring only */
void log_panic_line(const char *format, va_list args);
/* "[ssss.uuuuuu] tag" and "dN: " */
size_t format_stamp(char *out, size_t bytes, uint64_t us, const char *tag);
size_t format_tag(char *out, size_t bytes, unsigned int domain);

#endif
