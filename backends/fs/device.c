// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * device.c - the thread: requests from the guest's queues, events of the daemon, the next daemon.
 */
#include "fs/device.h"

#include "fs/forget.h"
#include "fs/link.h"
#include "fs/repeat.h"
#include "fs/reply.h"
#include "fs/restore.h"
#include "fs/submit.h"
#include "fs/hide.h"
#include "container.h"
#include "log.h"

#include <errno.h>
#include <linux/virtio_ids.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define LOST_DAEMONS_MAX 20u /* while one request was submitted: then it fails, since it may be the cause */

static void clear_event(int fd)
{
	uint64_t count;
	ssize_t got = read(fd, &count, sizeof(count));

	(void)got;
}

static size_t bytes_of(const struct iovec *iov, unsigned int count)
{
	size_t bytes = 0;

	for (unsigned int i = 0; i < count; i++)
		bytes += iov[i].iov_len;
	return bytes;
}

/* Read and check the request of a chain. Return: an errno for the guest, or 0. */
static int read_request(struct fs_slot *slot)
{
	struct fs_request *request = &slot->request;
	size_t bytes = virtqueue_gather(&slot->chain, 0, &request->header, sizeof(request->header)), data = 0;

	request->operation = NULL;
	if (bytes < sizeof(request->header) || request->header.len < sizeof(request->header) ||
	    request->header.len > bytes)
		return EINVAL;
	request->operation = fs_operation(request->header.opcode);
	if (!request->operation)
		return ENOSYS;
	bytes = request->header.len - sizeof(request->header);
	if (request->header.opcode == FUSE_WRITE && bytes > request->operation->arguments) {
		data = bytes - request->operation->arguments;
		bytes -= data;
	}
	if (bytes > FS_ARGUMENTS_MAX)
		return E2BIG;
	request->bytes = (uint32_t)bytes;
	virtqueue_gather(&slot->chain, sizeof(request->header), request->arguments, bytes);
	return fs_check(request, data > UINT32_MAX ? UINT32_MAX : (uint32_t)data);
}

static void take(struct fs *fs, unsigned int index, bool again)
{
	struct fs_slot *slot = &fs->slot[index];
	struct fs_request *request = &slot->request;
	size_t room = bytes_of(slot->chain.iov + slot->chain.readable, slot->chain.writable);
	int error;

	memset(&request->header, 0, sizeof(request->header));
	request->room = room > UINT32_MAX ? UINT32_MAX : (uint32_t)room;
	error = read_request(slot);
	again = again && fs_is_noted(fs, slot);
	slot->used = true;
	slot->submitted = slot->repeat = again;
	slot->order = fs->order++;
	slot->found = slot->at_daemon = false;
	slot->lost_daemons = 0;
	if (room < sizeof(struct fuse_out_header) || (request->operation && request->operation->reply == FS_NOTHING)) {
		slot->used = false; /* the chain has no room for a reply, or the request has none */
		fs_give_back(fs, slot->queue, slot->chain.head, 0);
		if (!error && request->header.opcode != FUSE_INTERRUPT && request->operation->reply == FS_NOTHING)
			fs_forget(fs, request);
	} else if (error) {
		fs_reply_error(fs, index, error);
	} else {
		if (!again)
			fs_note_request(fs, slot);
		if (fs->ready && again)
			fs_repeat(fs, index); /* false can be ignored: fs_device_run() sees the daemon's end */
		else if (fs->ready)
			fs_submit(fs, index);
	}
}

static unsigned int free_slot(const struct fs *fs)
{
	unsigned int index = 0;

	while (index < FS_SLOTS && fs->slot[index].used)
		index++;
	return index;
}

static void serve_queue(struct fs *fs, unsigned int queue)
{
	struct virtio_device *device = fs_device(fs);
	struct virtqueue *ring = &device->queue[queue];
	unsigned int index;
	bool got, again;

	while ((index = free_slot(fs)) < FS_SLOTS) {
		fs->slot[index].queue = queue;
		pthread_mutex_lock(&device->lock);
		do {
			again = ring->repeated < ring->repeats;
			got = transport_running(device) && virtqueue_pop(ring, &fs->slot[index].chain);
		} while (!got && transport_running(device) && virtqueue_rearm(ring));
		fs->busy += got;
		pthread_mutex_unlock(&device->lock);
		if (!got)
			return;
		take(fs, index, again);
	}
}

/* With the lock, and without a daemon: the guest's memory is not accessed for these requests any more. */
static void drop_requests(struct fs *fs)
{
	for (unsigned int index = 0; index < FS_SLOTS; index++) {
		fs->busy -= fs->slot[index].used;
		fs->slot[index].used = false;
	}
	pthread_cond_broadcast(&fs_device(fs)->idle);
}

static void serve_queues(struct fs *fs)
{
	struct virtio_device *device = fs_device(fs);
	bool notify = false;

	for (unsigned int queue = 0; queue < FS_QUEUES; queue++)
		serve_queue(fs, queue);
	fs_send_forgets(fs);
	pthread_mutex_lock(&device->lock);
	for (unsigned int queue = 0; queue < FS_QUEUES; queue++)
		notify |= virtqueue_should_notify(&device->queue[queue]);
	if (device->draining && fs->socket < 0)
		drop_requests(fs);
	transport_check(device);
	pthread_mutex_unlock(&device->lock);
	if (notify)
		device->interrupt(device, TRANSPORT_USED);
}

void fs_disconnect(struct fs *fs)
{
	close(fs->socket);
	fs->socket = -1;
	fs->ready = fs->own_pending = false;
	fs->forget_count = 0;
	memset(fs->forget_pending, 0, sizeof(fs->forget_pending));
	fs_nodes_unknown(&fs->nodes); /* now: the next daemon must not get forgets of the nodes of this one */
	for (unsigned int index = 0; index < FS_SLOTS; index++) {
		struct fs_slot *slot = &fs->slot[index];

		slot->repeat |= slot->used && slot->submitted;
		slot->found = slot->at_daemon = false;
		slot->lost_daemons += slot->used && slot->submitted;
		if (slot->used && slot->lost_daemons == LOST_DAEMONS_MAX) {
			log_error("fs %s: virtiofsd ended %u times during a request of type %u: the request fails",
				  fs->tag, LOST_DAEMONS_MAX, slot->request.header.opcode);
			fs_reply_error(fs, index, EIO);
		}
	}
	log_warning("fs %s: virtiofsd ended: requests wait for the next virtiofsd", fs->tag);
}

/* Make the daemon at fs->socket know what the guest knows. */
static void connect_next(struct fs *fs)
{
	struct error err;

	if (fs_connect(fs, &err)) {
		log_error("fs %s: %s", fs->tag, err.text);
		fs_disconnect(fs);
	} else if (!fs_restore(fs)) {
		fs_disconnect(fs);
	} else {
		log_info("fs %s: connected to the next virtiofsd", fs->tag);
	}
}

static void take_next(struct fs *fs)
{
	struct virtio_device *device = fs_device(fs);
	int next;

	pthread_mutex_lock(&device->lock);
	next = fs->next;
	fs->next = -1;
	pthread_mutex_unlock(&device->lock);
	if (next < 0)
		return;
	if (fs->socket >= 0) {
		fs_take_answers(fs);
		fs_disconnect(fs);
	}
	fs->socket = next;
	connect_next(fs);
}

/* Send the requests of vimo-dm that follow from answers. Return: whether the guest got replies by them. */
static bool follow_up(struct fs *fs)
{
	bool any = fs->any_found;

	fs->any_found = false;
	for (unsigned int index = 0; any && index < FS_SLOTS && fs->socket >= 0; index++)
		if (fs->slot[index].used && fs->slot[index].found && !fs_open_existing(fs, index))
			fs_disconnect(fs);
	if (fs->ready && fs->nodes.closed_count && !fs_show_closed(fs))
		fs_disconnect(fs);
	return any;
}

void *fs_device_run(void *argument)
{
	struct fs *fs = argument;

	close(fs->state); /* the file could grow by the descriptor, and the mapping stays */
	/* The daemon that fs_add() connected. The guest may know files already, by the previous vimo-dm. */
	serve_queues(fs);
	if (!fs_restore(fs))
		fs_disconnect(fs);
	for (;;) {
		struct pollfd wait[] = {
			{ .fd = fs->wake, .events = POLLIN },
			{ .fd = fs->ring.call, .events = POLLIN },
			{ .fd = fs->endpoint->kick[FS_URGENT], .events = POLLIN },
			{ .fd = fs->endpoint->kick[FS_REQUESTS], .events = POLLIN },
			{ .fd = fs->socket, .events = POLLIN },
		};

		do
			serve_queues(fs);
		while (follow_up(fs));
		if (poll(wait, sizeof(wait) / sizeof(wait[0]), -1) < 0)
			continue;
		for (unsigned int n = 0; n < 4; n++)
			if (wait[n].revents)
				clear_event(wait[n].fd);
		/* The daemon sends nothing unasked: an event of its socket is its end. */
		if (fs->socket >= 0 && (!fs_take_answers(fs) || wait[4].revents))
			fs_disconnect(fs);
		take_next(fs);
	}
	return NULL;
}

static void drain(struct virtio_device *device)
{
	struct endpoint *endpoint = container_of(device, struct endpoint, device);
	const struct fs *fs = endpoint->context;

	endpoint_kick(endpoint, FS_REQUESTS); /* the thread drops the requests if there is no daemon */
	while (fs->busy)
		pthread_cond_wait(&device->idle, &device->lock);
}

/* A doorbell may have rung before the device was ready. */
static void started(struct virtio_device *device)
{
	endpoint_kick(container_of(device, struct endpoint, device), FS_REQUESTS);
	endpoint_kick(container_of(device, struct endpoint, device), FS_URGENT);
}

const struct virtio_model fs_model = {
	.device_id = VIRTIO_ID_FS,
	.out_of_order = true,
	.started = started,
	.drain = drain,
};
