/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log.h - lines on standard error, with a priority for journald. Control characters become '?': a line may quote a
 * guest's process, and ends up on terminals.
 */
#ifndef LIBVIMO_LOG_H
#define LIBVIMO_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_INFO = 6 };

#define LOG_LIMIT_LINES 50u
#define LOG_LIMIT_MS 10000u

/** Lines that a guest caused in the present interval; all zero at first. One thread's, or under a lock. */
struct log_limit {
	uint64_t begun_ms;
	unsigned int lines, left_out;
};

void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
/**
 * log_limited() - log "@who: ..." unless LOG_LIMIT_LINES lines were logged in LOG_LIMIT_MS; then a line tells how many
 * were left out.
 */
void log_limited(struct log_limit *limit, enum log_level level, const char *who, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/** log_limit_process() - limit log_line(), too: this process serves one guest, which may cause all its lines. */
void log_limit_process(void);
/**
 * log_limit_take() - count a line.
 * @left_out: gets how many lines were left out in the interval before, if this line is the first of an interval; or 0
 *
 * Return: whether the line may be logged.
 */
bool log_limit_take(struct log_limit *limit, uint64_t now_ms, unsigned int *left_out);

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)

#endif
