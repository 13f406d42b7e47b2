// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * io_thread.c - submit, wait, deliver completions, serve sources that are due.
 */
#include "host/io_thread.h"

#include "container.h"
#include "log.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define ENTRIES 1024u /* more than all queues of a guest submit before the threads run */
#define COMPLETIONS 4096u

/* The operations that a ring allows. */
static const uint8_t operations[] = {
	IORING_OP_READV,    IORING_OP_WRITEV,  IORING_OP_FSYNC,        IORING_OP_FALLOCATE,
	IORING_OP_POLL_ADD, IORING_OP_TIMEOUT, IORING_OP_ASYNC_CANCEL,
};

static int failed(struct error *err, const char *what, int code)
{
	return error_set(err, ERROR_FAILED,
			 "io_uring: %s: %s: use a kernel with io_uring, and set kernel.io_uring_disabled to 0", what,
			 strerror(code));
}

static int restrict_ring(struct io_uring *ring)
{
	struct io_uring_restriction allowed[sizeof(operations) + 2] = { 0 };
	unsigned int count = 0;

	for (; count < sizeof(operations); count++) {
		allowed[count].opcode = IORING_RESTRICTION_SQE_OP;
		allowed[count].sqe_op = operations[count];
	}
	allowed[count].opcode = IORING_RESTRICTION_REGISTER_OP;
	allowed[count++].register_op = IORING_REGISTER_RING_FDS;
	allowed[count].opcode = IORING_RESTRICTION_SQE_FLAGS_ALLOWED;
	allowed[count++].sqe_flags = 0;
	/* Debian 12's liburing.so lacks the functions for this and for enabling. */
	return io_uring_register((unsigned int)ring->ring_fd, IORING_REGISTER_RESTRICTIONS, allowed, count);
}

int io_thread_open(struct io_thread *thread, struct error *err)
{
	struct io_uring_params parameters = {
		.flags = IORING_SETUP_R_DISABLED | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
			 IORING_SETUP_CQSIZE,
		.cq_entries = COMPLETIONS,
	};
	int status = io_uring_queue_init_params(ENTRIES, &thread->ring, &parameters);

	if (status)
		return failed(err, "cannot make a ring", -status);
	status = restrict_ring(&thread->ring);
	if (status)
		return failed(err, "cannot restrict a ring", -status);
	thread->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (thread->wake < 0)
		return failed(err, "eventfd", errno);
	pthread_mutex_init(&thread->lock, NULL);
	pthread_cond_init(&thread->called, NULL);
	return 0;
}

struct io_uring_sqe *io_thread_request(struct io_thread *thread)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&thread->ring);

	while (!sqe) { /* full: the kernel takes all entries */
		io_uring_submit(&thread->ring);
		sqe = io_uring_get_sqe(&thread->ring);
	}
	return sqe;
}

void io_thread_watch(struct io_thread *thread, struct io_op *op, int fd)
{
	struct io_uring_sqe *sqe = io_thread_request(thread);

	io_uring_prep_poll_multishot(sqe, fd, POLLIN);
	io_uring_sqe_set_data(sqe, op);
}

void io_thread_cancel(struct io_thread *thread, struct io_op *op)
{
	struct io_uring_sqe *sqe = io_thread_request(thread);

	io_uring_prep_cancel(sqe, op, 0);
	io_uring_sqe_set_data(sqe, NULL);
}

void io_thread_due(struct io_thread *thread, struct io_source *source)
{
	if (source->due)
		return;
	source->due = true;
	source->next = thread->due;
	thread->due = source;
}

static void listen_to_calls(struct io_thread *thread)
{
	io_thread_watch(thread, &thread->woken, thread->wake);
}

static void do_call(struct io_op *op, int result, unsigned int flags)
{
	struct io_thread *thread = container_of(op, struct io_thread, woken);

	(void)result;
	pthread_mutex_lock(&thread->lock);
	if (thread->call)
		thread->call(thread, thread->argument);
	thread->call = NULL;
	pthread_cond_signal(&thread->called);
	pthread_mutex_unlock(&thread->lock);
	if (!(flags & IORING_CQE_F_MORE))
		listen_to_calls(thread);
}

void io_thread_call(struct io_thread *thread, void (*call)(struct io_thread *thread, void *argument), void *argument)
{
	const uint64_t one = 1;

	if (!thread->started) { /* submissions wait in the ring */
		call(thread, argument);
		return;
	}
	pthread_mutex_lock(&thread->lock);
	thread->call = call;
	thread->argument = argument;
	while (write(thread->wake, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	while (thread->call)
		pthread_cond_wait(&thread->called, &thread->lock);
	pthread_mutex_unlock(&thread->lock);
}

static void nothing(struct io_thread *thread, void *argument)
{
	(void)thread;
	(void)argument;
}

/* A call is a completion: sources that earlier completions made due are served before the call. */
void io_thread_settle(struct io_thread *thread)
{
	io_thread_call(thread, nothing, NULL);
}

/* A source that becomes due again meanwhile is served after the next batch of completions. */
static void serve_due(struct io_thread *thread)
{
	struct io_source *source = thread->due, *next;

	thread->due = NULL;
	for (; source; source = next) {
		next = source->next;
		source->due = false;
		source->serve(source);
	}
}

static void *run(void *argument)
{
	struct io_thread *thread = argument;
	int status = io_uring_register((unsigned int)thread->ring.ring_fd, IORING_REGISTER_ENABLE_RINGS, NULL, 0);

	if (status) {
		log_error("io_uring: cannot enable a ring: %s", strerror(-status));
		_exit(1); /* vimod starts the next vimo-dm; without the ring, no disk would answer */
	}
	io_uring_register_ring_fd(&thread->ring); /* saves a look-up in each call; optional */
	listen_to_calls(thread);
	for (;;) {
		struct io_uring_cqe *cqe;
		unsigned int head, count = 0;

		if (thread->due)
			io_uring_submit_and_get_events(&thread->ring);
		else
			io_uring_submit_and_wait(&thread->ring, 1);
		io_uring_for_each_cqe(&thread->ring, head, cqe)
		{
			struct io_op *op = io_uring_cqe_get_data(cqe);

			count++;
			if (op)
				op->done(op, cqe->res, cqe->flags);
		}
		io_uring_cq_advance(&thread->ring, count);
		serve_due(thread);
	}
	return NULL;
}

int io_thread_start(struct io_thread *thread, struct error *err)
{
	int status;

	thread->woken.done = do_call;
	thread->started = true;
	status = pthread_create(&thread->thread, NULL, run, thread);
	return status ? error_set(err, ERROR_RESOURCES, "an I/O thread: %s", strerror(status)) : 0;
}
