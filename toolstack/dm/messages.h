/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * messages.h - lines that a vimo-dm writes to standard output and error. They go into vimod's log, which limits them:
 * the journal's own limit is of all guests together.
 *
 * A FIFO in the guest's directory of records carries them, so that the next vimod reads on. vimo-dm has both ends:
 * without a vimod it neither waits nor gets a signal; lines that the FIFO has no room for are lost. An empty line is
 * not logged: it tells vimod that vimo-dm has changed its status (problems.c).
 */
#ifndef TOOLSTACK_DM_MESSAGES_H
#define TOOLSTACK_DM_MESSAGES_H

#include "base/watch.h"
#include "log.h"

#include <stddef.h>

struct dm_messages {
	char name[64]; /* the guest's */
	int fd;        /* vimod's end; -1: none */
	uv_loop_t *loop;
	struct watch *watch;
	struct log_limit limit;
	char text[1024]; /* a line whose end is missing */
	size_t used;
	void (*notify)(void *arg); /* NULL: none */
	void *notify_arg;
};

/** dm_messages_watch() - log the lines of the guest's vimo-dm from now on. Again: no change. Return: 0, or -1 with
 * errno. */
int dm_messages_watch(struct dm_messages *messages, uv_loop_t *loop, const char *name);
/** dm_messages_notify() - call @fn after each read of lines, empty ones too, ten times a second at most; NULL: no more.
 */
void dm_messages_notify(struct dm_messages *messages, void (*fn)(void *arg), void *arg);
/** dm_messages_open() - vimo-dm's end, of a guest whose messages are watched. Return: a descriptor, or -1 with errno.
 */
int dm_messages_open(const struct dm_messages *messages);
/** dm_messages_end() - log what is left. */
void dm_messages_end(struct dm_messages *messages);

#endif
