// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * log.c - one write for each line, so that lines of several processes do not mix.
 */
#include "log.h"
#include "text.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of process */
static struct {
	bool limited;
	struct log_limit limit;
} process;

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

static void write_line(enum log_level level, const char *who, const char *format, va_list args)
{
	/* systemd sets JOURNAL_STREAM if journald reads standard error. */
	int used = 0;
	char line[1280];

	if (getenv("JOURNAL_STREAM"))
		used = snprintf(line, sizeof(line), "<%d>", level);
	if (who)
		used += snprintf(line + used, sizeof(line) - used, "%.200s: ", who);
	vsnprintf(line + used, sizeof(line) - used, format, args);
	text_clean(line);
	fprintf(stderr, "%s\n", line);
}

__attribute__((format(printf, 3, 4))) static void write_now(enum log_level level, const char *who, const char *format,
							    ...)
{
	va_list args;

	va_start(args, format);
	write_line(level, who, format, args);
	va_end(args);
}

bool log_limit_take(struct log_limit *limit, uint64_t now_ms, unsigned int *left_out)
{
	*left_out = 0;
	if (!limit->lines || now_ms - limit->begun_ms >= LOG_LIMIT_MS) {
		*left_out = limit->left_out;
		*limit = (struct log_limit){ .begun_ms = now_ms };
	}
	if (limit->lines == LOG_LIMIT_LINES) {
		limit->left_out++;
		return false;
	}
	limit->lines++;
	return true;
}

/* Return: whether the caller may log its line. */
static bool take(struct log_limit *limit, const char *who)
{
	unsigned int left_out;
	bool may = log_limit_take(limit, now_ms(), &left_out);

	if (left_out)
		write_now(LOG_LEVEL_WARNING, who, "%u lines were left out", left_out);
	if (!may && limit->left_out == 1)
		write_now(LOG_LEVEL_WARNING, who, "more than %u lines in %u s: the next ones are left out",
			  LOG_LIMIT_LINES, LOG_LIMIT_MS / 1000);
	return may;
}

void log_limit_process(void)
{
	process.limited = true;
}

void log_line(enum log_level level, const char *format, ...)
{
	va_list args;
	bool may;

	pthread_mutex_lock(&lock);
	may = !process.limited || take(&process.limit, NULL);
	pthread_mutex_unlock(&lock);
	if (!may)
		return;
	va_start(args, format);
	write_line(level, NULL, format, args);
	va_end(args);
}

void log_limited(struct log_limit *limit, enum log_level level, const char *who, const char *format, ...)
{
	va_list args;

	if (!take(limit, who))
		return;
	va_start(args, format);
	write_line(level, who, format, args);
	va_end(args);
}
