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

/* One at a time: the event loop's. */
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

/* Return: how many bytes there are in it now; with rng_ready() said, at least one. */
static uint32_t fill(void)
{
	size_t done = 0;

	for (unsigned int i = 0; i < chain.writable && done < RNG_BUFFER_MAX; i++) {
		const struct iovec *segment = &chain.iov[chain.readable + i];
		size_t room = RNG_BUFFER_MAX - done;
		size_t want = segment->iov_len < room ? segment->iov_len : room;
		ssize_t got = getrandom(segment->iov_base, want, 0);

		done += got > 0 ? (size_t)got : 0;
		if (got < (ssize_t)want)
			break; /* a signal came: what is there is enough */
	}
	return (uint32_t)done;
}

/* Return: whether the driver had more than one turn's worth. */
static bool serve(struct rng *rng, struct virtqueue *queue, uint64_t now)
{
	unsigned int left = RNG_TURN_BUFFERS;
	uint32_t bytes;

	do {
		while (left) {
			rng->wait = limit_wait(&rng->limit, now);
			if (rng->wait)
				return false; /* a doorbell does no harm, but is not needed */
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
