// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * log.c - EL2's log ring (owner of ring and level). Any context.
 */
#include "lib/log.h"
#include <stdarg.h>
#include "lib/format.h"
#include "lib/lock.h"
#include "lib/panic.h"
#include "lib/string.h"

#define LINE_MAX_BYTES 256u

static struct vimo_log *ring;
static spinlock_t log_lock;
static enum log_level level_max = LOG_INFO;
static void (*echo)(const char *text, size_t bytes);
static uint64_t (*clock_ns)(void);

struct vimo_log *log_ring(void)
{
	return ring;
}

void log_echo(void (*write)(const char *text, size_t bytes))
{
	echo = write;
}

void log_level_set(enum log_level level)
{
	level_max = level;
}

static void ring_append(const char *text, size_t bytes)
{
	uint64_t head;

	if (!ring)
		return;
	head = ring->head;
	for (size_t i = 0; i < bytes; i++)
		ring->text[(head + i) % VIMO_LOG_TEXT] = (uint8_t)text[i];
	/* A reader that sees the new head sees the text. */
	__atomic_store_n(&ring->head, head + bytes, __ATOMIC_RELEASE);
}

static size_t format_line(char *line, const char *tag, const char *format, va_list args)
{
	uint64_t us = clock_ns ? clock_ns() / 1000 : 0;
	size_t used;

	used = format_args(line, LINE_MAX_BYTES, "[%5lu.%06lu] %s", (unsigned long)(us / 1000000),
			   (unsigned long)(us % 1000000), tag);
	used += format_text(line + used, LINE_MAX_BYTES - used - 1, format, args);
	used = MIN(used, LINE_MAX_BYTES - 2);
	/* Not a guest, and not a device tree, controls the terminal that shows the log. */
	for (size_t i = 0; i < used; i++)
		if (line[i] < ' ' || line[i] > '~')
			line[i] = '?';
	line[used++] = '\n';
	return used;
}

static void emit(const char *tag, const char *format, va_list args)
{
	char line[LINE_MAX_BYTES];
	size_t bytes = format_line(line, tag, format, args);

	spin_lock(&log_lock);
	ring_append(line, bytes);
	if (echo)
		echo(line, bytes);
	spin_unlock(&log_lock);
}

/* panic_print */
static void print_panic(const char *format, va_list args)
{
	char line[LINE_MAX_BYTES];

	/* The CPU that panics may hold the lock: print without it. */
	size_t bytes = format_line(line, "panic: ", format, args);

	ring_append(line, bytes);
	if (echo)
		echo(line, bytes);
}

void log_init(struct vimo_log *memory, uint64_t (*clock)(void))
{
	ring = memory;
	clock_ns = clock;
	panic_print = print_panic;
}

void log_print(enum log_level level, const char *format, ...)
{
	static const char *const tags[] = { "error: ", "warning: ", "", "" };
	va_list args;

	if (level > level_max)
		return;
	va_start(args, format);
	emit(tags[level], format, args);
	va_end(args);
}

static bool guest_line_allowed(struct log_source *source, unsigned int *dropped)
{
	uint64_t second = clock_ns ? clock_ns() / 1000000000ull : 0;
	bool allowed;

	*dropped = 0;
	spin_lock(&log_lock);
	if (second != source->second) {
		*dropped = source->dropped;
		source->second = second;
		source->lines = source->dropped = 0;
	}
	allowed = source->lines < LOG_LINES_A_SECOND;
	if (allowed)
		source->lines++;
	else
		source->dropped++;
	spin_unlock(&log_lock);
	return allowed;
}

void log_guest(struct log_source *source, const char *format, ...)
{
	unsigned int dropped;
	char tag[32];
	va_list args;

	if (!guest_line_allowed(source, &dropped))
		return;
	if (dropped)
		log_print(LOG_INFO, "d%u: %u lines were dropped", source->domain, dropped);
	format_args(tag, sizeof(tag), "d%u: ", source->domain);
	va_start(args, format);
	emit(tag, format, args);
	va_end(args);
}
