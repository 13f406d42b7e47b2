/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * io_thread.h - a thread that serves queues with io_uring. Several devices can
 * share one. Rings are made before the sandbox is entered and can do from then on
 * what io_thread.c lists, so a device model that was taken over makes no others.
 */
#ifndef HOST_IO_THREAD_H
#define HOST_IO_THREAD_H

#include "error.h"

#include <liburing.h>
#include <pthread.h>
#include <stdbool.h>

/** What a completion belongs to; its address is the request's user data. */
struct io_op {
	void (*done)(struct io_op *op, int result, unsigned int flags); /* flags: IORING_CQE_F_* */
};

/** What is served once after a batch of completions, however many asked for it. */
struct io_source {
	void (*serve)(struct io_source *source);
	struct io_source *next;
	bool due;
};

struct io_thread {
	struct io_uring ring;
	pthread_t thread;
	bool started;
	struct io_source *due;
	pthread_mutex_t lock; /* call, argument */
	pthread_cond_t called;
	void (*call)(struct io_thread *thread, void *argument);
	void *argument;
	int wake;
	struct io_op woken;
};

/** io_thread_open() - make its ring; nothing runs. Return: 0 or -1. */
int io_thread_open(struct io_thread *thread, struct error *err);
/** io_thread_start() - run. Return: 0 or -1. */
int io_thread_start(struct io_thread *thread, struct error *err);
/** io_thread_call() - have the thread do @call once, and wait until it has. Context: the event loop's thread. */
void io_thread_call(struct io_thread *thread, void (*call)(struct io_thread *thread, void *argument), void *argument);
/** io_thread_settle() - wait until what is due now has been served. Context: the same. */
void io_thread_settle(struct io_thread *thread);

/* In the thread: */

/** io_thread_request() - a submission entry, for a struct io_op as its data; submitted with the next wait. */
struct io_uring_sqe *io_thread_request(struct io_thread *thread);
/** io_thread_watch() - @op is done each time @fd is signalled; without IORING_CQE_F_MORE it was the last time. */
void io_thread_watch(struct io_thread *thread, struct io_op *op, int fd);
/** io_thread_cancel() - end what completes into @op, with -ECANCELED. */
void io_thread_cancel(struct io_thread *thread, struct io_op *op);
/** io_thread_due() - serve @source when the completions at hand are through. */
void io_thread_due(struct io_thread *thread, struct io_source *source);

#endif
