// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rng.c - random bytes into a driver's buffers.
 */
#include "rng/rng.h"

#include <errno.h>
#include <linux/virtio_ids.h>
#include <sys/random.h>

const struct virtio_model rng_model = {
	.device_id = VIRTIO_ID_RNG,
};

/* Used by the event loop, one chain at a time. */
static struct virtqueue_chain chain;

int rng_ready(void)
{
	char byte;
	ssize_t got;

	do
		got = getrandom(&byte, sizeof(byte), 0);
	while (got < 0 && errno == EINTR);
	return got == sizeof(byte) ? 0 : -1;
}

/* Return: number of bytes filled in; after rng_ready(), at least one. */
static uint32_t fill(void)
{
	size_t done = 0;

	for (unsigned int i = 0; i < chain.writable && done < RNG_BUFFER_MAX; i++) {
		const struct iovec *segment = &chain.iov[chain.readable + i];
		size_t room = RNG_BUFFER_MAX - done;
		size_t part = segment->iov_len < room ? segment->iov_len : room;
		ssize_t got = getrandom(segment->iov_base, part, 0);

		done += got > 0 ? (size_t)got : 0;
		if (got < (ssize_t)part)
			break; /* a signal interrupted it: the bytes so far are enough */
	}
	return (uint32_t)done;
}

/* Return: whether there may be more buffers. */
static bool serve(struct rng *rng, struct virtqueue *queue, uint64_t now)
{
	unsigned int left = RNG_TURN_BUFFERS;
	uint32_t bytes;

	do {
		while (left) {
			rng->wait = limit_wait(&rng->limit, now);
			if (rng->wait)
				return false; /* without virtqueue_rearm(): a doorbell is not needed now */
			if (!virtqueue_pop(queue, &chain))
				break;
			left--;
			if (!chain.writable || chain.readable) { /* 5.4.6.1 */
				queue->broken = true;
				return false;
			}
			bytes = fill();
			limit_take(&rng->limit, bytes);
			virtqueue_push(queue, chain.head, bytes);
		}
	} while (left && virtqueue_rearm(queue));
	return !left;
}

bool rng_work(struct rng *rng, uint64_t now)
{
	struct virtio_device *device = rng->device;
	bool more = false;

	rng->wait = 0;
	pthread_mutex_lock(&device->lock);
	if (transport_running(device)) {
		struct virtqueue *queue = &device->queue[RNG_REQUESTS];

		more = serve(rng, queue, now);
		if (virtqueue_should_notify(queue))
			device->interrupt(device, TRANSPORT_USED);
		transport_check(device);
	}
	pthread_mutex_unlock(&device->lock);
	return more;
}
