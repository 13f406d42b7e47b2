// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * messages.c - a FIFO is read ten times a second at most: a vimo-dm that writes all the time does not keep vimod busy.
 */
#include "dm/messages.h"
#include "base/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "dm.messages"
#define QUIET_MS 100
#define LAST_READS 64 /* as much as a FIFO holds */

static void on_readable(void *arg);

static void log_text(struct dm_messages *messages, char *line)
{
	enum log_level level = LOG_LEVEL_WARNING;

	if (line[0] == '<' && line[1] && line[2] == '>') { /* log_line()'s, for the journal */
		level = line[1] == '3' ? LOG_LEVEL_ERROR : line[1] == '6' ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING;
		line += 3;
	}
	if (*line)
		log_limited(&messages->limit, level, messages->name, "%s", line);
}

/* Return: whether there was something to read. */
static bool read_lines(struct dm_messages *messages)
{
	const size_t room = sizeof(messages->text) - 1;
	ssize_t got = read(messages->fd, messages->text + messages->used, room - messages->used);
	char *end;

	if (got <= 0)
		return false;
	messages->used += (size_t)got;
	while ((end = memchr(messages->text, '\n', messages->used)) || messages->used == room) {
		size_t line = end ? (size_t)(end - messages->text) + 1 : messages->used;

		messages->text[end ? line - 1 : line] = '\0';
		log_text(messages, messages->text);
		messages->used -= line;
		memmove(messages->text, messages->text + line, messages->used);
	}
	return true;
}

static void on_quiet(void *arg)
{
	struct dm_messages *messages = arg;

	watch_end(&messages->watch);
	messages->watch = watch_fd(messages->loop, messages->fd, UV_READABLE, on_readable, messages);
}

static void on_readable(void *arg)
{
	struct dm_messages *messages = arg;

	read_lines(messages);
	watch_end(&messages->watch);
	messages->watch = watch_timer(messages->loop, QUIET_MS, on_quiet, messages);
	if (messages->notify) /* the last: it may end the watch */
		messages->notify(messages->notify_arg);
}

static int open_fifo(const char *name)
{
	const char *path = store_record(name, FILE_NAME);
	struct stat status;
	int fd;

	if (mkfifo(path, 0600) && errno != EEXIST)
		return -1;
	/* For both directions: a reader sees no end, and a writer has a reader. */
	fd = open(path, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || (!fstat(fd, &status) && S_ISFIFO(status.st_mode)))
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

int dm_messages_watch(struct dm_messages *messages, uv_loop_t *loop, const char *name)
{
	if (messages->fd >= 0)
		return 0;
	messages->fd = open_fifo(name);
	if (messages->fd < 0)
		return -1;
	messages->loop = loop;
	messages->used = 0;
	snprintf(messages->name, sizeof(messages->name), "%s", name);
	on_quiet(messages);
	return 0;
}

void dm_messages_notify(struct dm_messages *messages, void (*fn)(void *arg), void *arg)
{
	messages->notify = fn;
	messages->notify_arg = arg;
}

int dm_messages_open(const struct dm_messages *messages)
{
	return open_fifo(messages->name);
}

void dm_messages_end(struct dm_messages *messages)
{
	watch_end(&messages->watch);
	if (messages->fd < 0)
		return;
	for (unsigned int n = 0; n < LAST_READS && read_lines(messages); n++)
		;
	close(messages->fd);
	messages->fd = -1;
}
