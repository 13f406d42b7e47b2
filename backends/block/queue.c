// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * queue.c - requests of one queue through an I/O thread's ring.
 *
 * Context: the I/O thread, with the device's lock where the virtqueue, the
 * limits or busy are touched; functions of the model: the request thread, with the lock.
 */
#include "block/block.h"

#include "log.h"

#include <errno.h>
#include <linux/virtio_ids.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* With so many requests in flight no doorbell is needed: a request ends soon, and the queue is looked at then. */
#define BUSY_ENOUGH 4u
#define ERRORS_LOGGED 10u

struct request {
	struct io_op op;
	struct block_queue *queue;
	struct request *next; /* in finished or free */
	uint64_t bytes;       /* for the moderation */
	struct block_request block;
};

static struct virtio_device *device_of(struct block_queue *queue)
{
	return &queue->block->endpoint->device;
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void finish(struct request *request)
{
	request->next = request->queue->finished;
	request->queue->finished = request;
	io_thread_due(request->queue->thread, &request->queue->source);
}

/* Return: false when the request must wait for a bounce buffer. */
static bool try_step(struct request *request)
{
	struct block_step step;

	if (request->block.action == BLOCK_FLUSH && request->queue->block->cache_lost) {
		request->block.result = VIRTIO_BLK_S_IOERR;
		finish(request);
		return true;
	}
	switch (block_step(&request->block, &request->queue->block->disk, &step)) {
	case BLOCK_GOES_ON: request->queue->block->backend->submit(request->queue, &step, &request->op); return true;
	case BLOCK_FAILED: finish(request); return true;
	default: return false;
	}
}

static void next_step(struct request *request)
{
	struct block_queue *queue = request->queue;

	if (try_step(request))
		return;
	request->next = NULL;
	*(queue->waiting ? queue->waiting_end : &queue->waiting) = request;
	queue->waiting_end = &request->next;
}

/* Requests that ended have given bounce buffers back. */
static void continue_waiting(struct block_queue *queue)
{
	while (queue->waiting) {
		struct request *next = queue->waiting->next; /* try_step() may put the request into another list */

		if (!try_step(queue->waiting))
			return;
		queue->waiting = next;
	}
}

/*
 * A flush that failed is not tried again if writes go through the page cache: the kernel reports pages
 * that it could not write once only, and the next flush would succeed without them.
 */
static bool may_stall(const struct request *request)
{
	return request->queue->block->stop_on_error && !device_of(request->queue)->draining &&
	       !(request->block.action == BLOCK_FLUSH && request->queue->block->cached);
}

static void handle_error(struct request *request, int result)
{
	struct block_queue *queue = request->queue;
	struct block *block = queue->block;
	const char *why = result ? strerror(-result) : "the image is shorter than it was";
	bool stall = may_stall(request);

	if (request->block.action == BLOCK_FLUSH && block->cached)
		block->cache_lost = true;
	if (__atomic_fetch_add(&block->errors, 1, __ATOMIC_RELAXED) < ERRORS_LOGGED)
		log_error("disk in slot %u: request at byte %llu failed: %s: the guest %s", block->endpoint->slot,
			  (unsigned long long)request->block.offset, why, stall ? "is paused" : "sees an I/O error");
	if (!stall) {
		finish(request);
		return;
	}
	request->next = queue->stalled;
	queue->stalled = request;
	if (!request->next)
		block->endpoint->host->stall(block->endpoint->host, block->endpoint->slot, why);
}

static void step_done(struct io_op *op, int result, unsigned int flags)
{
	struct request *request = container_of(op, struct request, op);

	(void)flags;
	if (result == -EINTR || result == -EAGAIN || !block_done(&request->block, result))
		next_step(request);
	else if (request->block.result == VIRTIO_BLK_S_IOERR)
		handle_error(request, result);
	else
		finish(request);
}

/* Call @go_on for each stalled request. */
static void release_stalled(struct block_queue *queue, void (*go_on)(struct request *request))
{
	struct request *request = queue->stalled, *next;

	queue->stalled = NULL;
	for (; request; request = next) {
		next = request->next;
		go_on(request);
	}
}

static void retry(struct io_thread *thread, void *argument)
{
	(void)thread;
	release_stalled(argument, next_step);
}

void block_queue_retry(struct block_queue *queue)
{
	io_thread_call(queue->thread, retry, queue);
}

static struct request *unused(const struct block_queue *queue)
{
	return queue->free ? queue->free : &queue->request[queue->fresh];
}

static void take_request(struct block_queue *queue)
{
	struct request *request = unused(queue);

	enum block_verdict verdict = block_parse(&request->block, &queue->block->disk);

	if (verdict == BLOCK_BROKEN) {
		device_of(queue)->queue[queue->index].broken = true;
		return;
	}
	if (queue->free) /* unused() was this request */
		queue->free = queue->free->next;
	else
		queue->fresh++;
	queue->busy++;
	request->op.done = step_done;
	request->queue = queue;
	request->block.bounces = &queue->bounces;
	request->bytes = moderation_began(&queue->moderation, &request->block);
	limit_take(&queue->block->operations, 1);
	limit_take(&queue->block->bytes, request->block.bytes);
	if (verdict == BLOCK_TO_DO)
		next_step(request);
	else
		finish(request);
}

static void timer_ended(struct block_timer *timer)
{
	struct block_queue *queue = timer->queue;
	struct virtio_device *device = device_of(queue);

	if (!queue->closing)
		io_thread_due(queue->thread, &queue->source);
	pthread_mutex_lock(&device->lock);
	timer->running = false;
	pthread_cond_broadcast(&device->idle);
	pthread_mutex_unlock(&device->lock);
}

static void pause_ended(struct io_op *op, int result, unsigned int flags)
{
	(void)result;
	(void)flags;
	timer_ended(container_of(op, struct block_timer, op));
}

static void hold_ended(struct io_op *op, int result, unsigned int flags)
{
	struct block_timer *timer = container_of(op, struct block_timer, op);

	(void)result;
	(void)flags;
	moderation_expired(&timer->queue->moderation);
	timer_ended(timer);
}

/* A timer that runs goes on. */
static void timer_start(struct block_timer *timer, uint64_t nanoseconds)
{
	struct io_uring_sqe *sqe;

	if (timer->running)
		return;
	timer->running = true;
	timer->time.tv_sec = (int64_t)(nanoseconds / 1000000000u);
	timer->time.tv_nsec = (int64_t)(nanoseconds % 1000000000u);
	sqe = io_thread_request(timer->queue->thread);
	io_uring_prep_timeout(sqe, &timer->time, 0, 0);
	io_uring_sqe_set_data(sqe, &timer->op);
}

/* Return: whether a limit is reached; the queue gets another turn then. */
static bool limited(struct block_queue *queue)
{
	struct block *block = queue->block;
	uint64_t time, wait, more;

	if (!block->operations.rate && !block->bytes.rate)
		return false;
	time = now();
	wait = limit_wait(&block->operations, time);
	more = limit_wait(&block->bytes, time);
	wait = wait > more ? wait : more;
	if (!wait)
		return false;
	timer_start(&queue->pause, wait);
	return true;
}

/* There are enough requests: a virtqueue has no more buffers, and none is taken twice. */
static void take_requests(struct block_queue *queue)
{
	struct virtqueue *ring = &device_of(queue)->queue[queue->index];

	do {
		while (!limited(queue) && virtqueue_pop(ring, &unused(queue)->block.chain))
			take_request(queue);
	} while (!queue->pause.running && queue->busy < BUSY_ENOUGH && virtqueue_rearm(ring));
}

static void give_back(struct block_queue *queue)
{
	struct virtqueue *ring = &device_of(queue)->queue[queue->index];

	while (queue->finished) {
		struct request *request = queue->finished;

		queue->finished = request->next;
		moderation_ended(&queue->moderation, &request->block, request->bytes);
		virtqueue_push(ring, request->block.chain.head, block_finish(&request->block));
		request->next = queue->free;
		queue->free = request;
		queue->busy--;
	}
}

/* Return: whether to interrupt the guest now for requests that ended. */
static bool should_interrupt(struct block_queue *queue)
{
	struct virtqueue *ring = &device_of(queue)->queue[queue->index];

	if (!virtqueue_pending_notify(ring))
		return false;
	if (!moderation_holds(&queue->moderation))
		return virtqueue_should_notify(ring);
	timer_start(&queue->hold, MODERATION_NS);
	return false;
}

static void serve(struct io_source *source)
{
	struct block_queue *queue = container_of(source, struct block_queue, source);
	struct virtio_device *device = device_of(queue);
	bool notify;

	pthread_mutex_lock(&device->lock);
	if (device->draining)
		release_stalled(queue, finish);
	give_back(queue);
	continue_waiting(queue);
	if (device->draining && !queue->busy)
		pthread_cond_broadcast(&device->idle);
	if (transport_running(device))
		take_requests(queue);
	notify = should_interrupt(queue);
	transport_check(device);
	pthread_mutex_unlock(&device->lock);
	if (notify)
		device->interrupt(device, TRANSPORT_USED);
}

static void on_kick(struct io_op *op, int result, unsigned int flags)
{
	struct block_queue *queue = container_of(op, struct block_queue, kick);
	struct virtio_device *device = device_of(queue);

	(void)result;
	if (!queue->closing)
		io_thread_due(queue->thread, &queue->source);
	if (flags & IORING_CQE_F_MORE)
		return;
	if (!queue->closing) {
		io_thread_watch(queue->thread, &queue->kick, queue->block->endpoint->kick[queue->index]);
		return;
	}
	pthread_mutex_lock(&device->lock);
	queue->watching = false;
	pthread_cond_broadcast(&device->idle);
	pthread_mutex_unlock(&device->lock);
}

bool block_queue_prepare(struct block_queue *queue, struct block *block, unsigned int index, struct io_thread *thread)
{
	queue->source.serve = serve;
	queue->kick.done = on_kick;
	queue->pause = (struct block_timer){ .op.done = pause_ended, .queue = queue };
	queue->hold = (struct block_timer){ .op.done = hold_ended, .queue = queue };
	queue->block = block;
	queue->index = index;
	queue->thread = thread;
	queue->request = calloc(VIRTQUEUE_SIZE_MAX, sizeof(*queue->request));
	return queue->request != NULL;
}

static void watch(struct io_thread *thread, void *argument)
{
	struct block_queue *queue = argument;

	io_thread_watch(thread, &queue->kick, queue->block->endpoint->kick[queue->index]);
}

void block_queue_open(struct block_queue *queue)
{
	queue->watching = true;
	io_thread_call(queue->thread, watch, queue);
}

static void cancel(struct io_thread *thread, void *argument)
{
	struct block_queue *queue = argument;

	queue->closing = true;
	io_thread_cancel(thread, &queue->kick);
	io_thread_cancel(thread, &queue->pause.op);
	io_thread_cancel(thread, &queue->hold.op);
}

void block_queue_close(struct block_queue *queue)
{
	struct virtio_device *device;

	if (queue->watching) {
		device = device_of(queue);
		io_thread_call(queue->thread, cancel, queue);
		pthread_mutex_lock(&device->lock);
		while (queue->watching || queue->pause.running || queue->hold.running)
			pthread_cond_wait(&device->idle, &device->lock);
		pthread_mutex_unlock(&device->lock);
		io_thread_settle(queue->thread);
	}
	free(queue->request);
}

static void drain(struct virtio_device *device)
{
	struct endpoint *endpoint = endpoint_of(device);
	const struct block *block = endpoint->context;

	/* Each queue gets a turn: its stalled requests fail now. */
	for (unsigned int i = 0; i < block->queues; i++)
		endpoint_kick(endpoint, i);
	for (unsigned int i = 0; i < block->queues; i++)
		while (block->queue[i].busy)
			pthread_cond_wait(&device->idle, &device->lock);
}

/* Each queue gets a turn, since its doorbell may have rung before it was ready. */
static void started(struct virtio_device *device)
{
	struct endpoint *endpoint = endpoint_of(device);
	struct block *block = endpoint->context;

	block->disk.write_through = !transport_feature(device, VIRTIO_BLK_F_FLUSH);
	for (unsigned int i = 0; i < block->queues; i++)
		endpoint_kick(endpoint, i);
}

const struct virtio_model block_model = {
	.device_id = VIRTIO_ID_BLOCK,
	.out_of_order = true,
	.started = started,
	.drain = drain,
};
