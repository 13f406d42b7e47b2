/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * io_thread.h - a thread that serves queues with io_uring. Several devices can
 * share one. Rings are made before vimo-dm enters its sandbox, and can do only
 * what io_thread.c lists. A guest that takes vimo-dm over cannot make other rings.
 */
#ifndef HOST_IO_THREAD_H
#define HOST_IO_THREAD_H

#include "error.h"

#include <liburing.h>
#include <pthread.h>
#include <stdbool.h>

/** An operation in flight; its address is the user data of the submission. */
struct io_op {
	void (*done)(struct io_op *op, int result, unsigned int flags); /* flags: IORING_CQE_F_* */
};

/** Work that is due once after a batch of completions, however many of them made it due. */
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
/** io_thread_call() - let the thread do @call once, and wait for its end. Context: the event loop's thread. */
void io_thread_call(struct io_thread *thread, void (*call)(struct io_thread *thread, void *argument), void *argument);
/** io_thread_settle() - wait until all sources that are due now have been served. Context: the same. */
void io_thread_settle(struct io_thread *thread);

/* In the thread: */

/** io_thread_request() - a submission entry, whose data are to be a struct io_op; submitted with the next wait. */
struct io_uring_sqe *io_thread_request(struct io_thread *thread);
/** io_thread_watch() - @op is done each time @fd is signalled; without IORING_CQE_F_MORE it was the last time. */
void io_thread_watch(struct io_thread *thread, struct io_op *op, int fd);
/** io_thread_cancel() - end the operation of @op, with -ECANCELED. */
void io_thread_cancel(struct io_thread *thread, struct io_op *op);
/** io_thread_due() - serve @source after this batch of completions. */
void io_thread_due(struct io_thread *thread, struct io_source *source);

#endif
