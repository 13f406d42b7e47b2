// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * user.c - the back ends "tap" and "user": an I/O thread moves packets, if dom0 has no
 * vhost-net, or if the other end is vimo-slirp. vimod starts another vimo-slirp if it ends.
 *
 * Completions of the ring report doorbells and arriving packets. Packets are moved under
 * the device's lock, a bounded number at a time. The tap is not polled while
 * the driver has no buffers for packets.
 */
#include "net/net.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_net.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUDGET 64u /* packets in one turn; then other work has its turn */

static struct virtio_device *device_of(const struct net_pair *pair)
{
	return &pair->net->endpoint->device;
}

static void wait_for_packet(struct net_pair *pair)
{
	struct io_uring_sqe *sqe;

	if (pair->waiting)
		return;
	pair->waiting = true;
	pair->watching++;
	sqe = io_thread_request(pair->thread);
	io_uring_prep_poll_add(sqe, pair->tap, POLLIN);
	io_uring_sqe_set_data(sqe, &pair->packet);
}

/* Return: whether to go on soon. */
static bool receive(struct net_pair *pair)
{
	bool merge = transport_feature(device_of(pair), VIRTIO_NET_F_MRG_RXBUF);

	switch (net_receive(pair->receiver, net_receive_queue(pair), pair->tap, merge, BUDGET)) {
	case NET_MORE: return true;
	case NET_WAIT_PACKET: wait_for_packet(pair); break;
	case NET_WAIT_BUFFERS: break;
	case NET_FAILED:
		if (!pair->failed)
			net_log_failure(pair->net, "its link is down",
					pair->net->backend->tap ? strerror(errno) : "vimo-slirp has ended");
		pair->failed = true;
		net_set_link(pair->net, false);
		break;
	}
	return false;
}

static void serve(struct io_source *source)
{
	struct net_pair *pair = container_of(source, struct net_pair, source);
	struct virtio_device *device = device_of(pair);
	bool more = false, sent = false, received = false;

	pthread_mutex_lock(&device->lock);
	if (transport_running(device) && pair->running && !pair->closing) {
		more = net_transmit(net_transmit_queue(pair), pair->tap, BUDGET);
		more |= receive(pair);
		sent = virtqueue_should_notify(net_transmit_queue(pair));
		received = virtqueue_should_notify(net_receive_queue(pair));
		transport_check(device);
	}
	pthread_mutex_unlock(&device->lock);
	if (more)
		io_thread_due(pair->thread, source);
	if (received)
		device->interrupt(device, TRANSPORT_USED);
	else if (sent)
		device->interrupt(device, TRANSPORT_USED_LATER);
}

/* Return: whether the operation has ended and is to be submitted again. */
static bool on_event(struct net_pair *pair, unsigned int flags)
{
	struct virtio_device *device = device_of(pair);

	if (!pair->closing)
		io_thread_due(pair->thread, &pair->source);
	if (flags & IORING_CQE_F_MORE)
		return false;
	if (!pair->closing)
		return true;
	pthread_mutex_lock(&device->lock);
	pair->watching--;
	pthread_cond_broadcast(&device->idle);
	pthread_mutex_unlock(&device->lock);
	return false;
}

static void on_receive_kick(struct io_op *op, int result, unsigned int flags)
{
	struct net_pair *pair = container_of(op, struct net_pair, receive);

	(void)result;
	if (on_event(pair, flags))
		io_thread_watch(pair->thread, op, pair->net->endpoint->kick[2 * pair->index]);
}

static void on_transmit_kick(struct io_op *op, int result, unsigned int flags)
{
	struct net_pair *pair = container_of(op, struct net_pair, transmit);

	(void)result;
	if (on_event(pair, flags))
		io_thread_watch(pair->thread, op, pair->net->endpoint->kick[2 * pair->index + 1]);
}

static void on_packet(struct io_op *op, int result, unsigned int flags)
{
	struct net_pair *pair = container_of(op, struct net_pair, packet);

	(void)result;
	pair->waiting = false;
	if (on_event(pair, flags))
		pair->watching--;
}

static void watch(struct io_thread *thread, void *argument)
{
	struct net_pair *pair = argument;
	const int *kick = &pair->net->endpoint->kick[2 * pair->index];

	io_thread_watch(thread, &pair->receive, kick[0]);
	io_thread_watch(thread, &pair->transmit, kick[1]);
	pair->watching = 2;
}

static int open_user(struct net_pair *pair, struct error *err)
{
	pair->receiver = calloc(1, sizeof(*pair->receiver));
	if (!pair->receiver)
		return error_set(err, ERROR_RESOURCES, "network: out of memory");
	pair->source.serve = serve;
	pair->receive.done = on_receive_kick;
	pair->transmit.done = on_transmit_kick;
	pair->packet.done = on_packet;
	return 0;
}

static void watch_user(struct net_pair *pair)
{
	io_thread_call(pair->thread, watch, pair);
}

static int start(struct net_pair *pair)
{
	pair->running = true;
	pair->failed = false;
	/* Doorbells may have rung before the pair ran. */
	endpoint_kick(pair->net->endpoint, 2 * pair->index);
	return 0;
}

static void stop(struct net_pair *pair)
{
	pair->running = false;
}

static void cancel(struct io_thread *thread, void *argument)
{
	struct net_pair *pair = argument;

	pair->closing = true;
	io_thread_cancel(thread, &pair->receive);
	io_thread_cancel(thread, &pair->transmit);
	io_thread_cancel(thread, &pair->packet);
}

static void close_user(struct net_pair *pair)
{
	struct virtio_device *device = device_of(pair);

	if (pair->watching) {
		io_thread_call(pair->thread, cancel, pair);
		pthread_mutex_lock(&device->lock);
		while (pair->watching)
			pthread_cond_wait(&device->idle, &device->lock);
		pthread_mutex_unlock(&device->lock);
		io_thread_settle(pair->thread);
	}
	free(pair->receiver);
}

/* In the I/O thread. */
static void poll_again(struct io_thread *thread, void *argument)
{
	struct net_pair *pair = argument;

	io_thread_cancel(thread, &pair->packet); /* it polls the old socket */
	io_thread_due(thread, &pair->source);
}

static int check_socket(int fd, struct error *err)
{
	int type = 0;
	socklen_t bytes = sizeof(type);

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &bytes) || type != SOCK_SEQPACKET)
		return error_set(err, ERROR_USAGE, "network: the descriptor is not a SOCK_SEQPACKET");
	return fcntl(fd, F_SETFL, O_NONBLOCK) ? error_set(err, ERROR_FAILED, "network: %s", strerror(errno)) : 0;
}

static int open_socket(struct net_pair *pair, struct error *err)
{
	return check_socket(pair->tap, err) ? -1 : open_user(pair, err);
}

/* The new socket gets the number of the old one, since operations of the I/O thread may use that number. */
static int reconnect(struct endpoint *endpoint, int fd, struct error *err)
{
	struct net *net = endpoint->context;
	struct net_pair *pair = &net->pair[0];
	struct virtio_device *device = &endpoint->device;
	int result;

	if (check_socket(fd, err))
		return -1;
	pthread_mutex_lock(&device->lock);
	result = dup3(fd, pair->tap, O_CLOEXEC);
	if (result >= 0) {
		pair->failed = false;
		net_set_link(net, true);
	}
	pthread_mutex_unlock(&device->lock);
	if (result < 0)
		return error_set(err, ERROR_FAILED, "network: %s", strerror(errno));
	close(fd);
	io_thread_call(pair->thread, poll_again, pair);
	return 0;
}

const struct net_backend net_user = {
	.name = "user",
	.fds = 1,
	.pairs_max = 1,
	.packed = true,
	.features = 1ull << VIRTIO_NET_F_MRG_RXBUF,
	.open = open_socket,
	.watch = watch_user,
	.start = start,
	.stop = stop,
	.close = close_user,
	.reconnect = reconnect,
};

const struct net_backend net_tap = {
	.name = "tap",
	.fds = 1,
	.pairs_max = NET_PAIRS,
	.tap = true,
	.packed = true,
	.features = NET_TAP_FEATURES,
	.open = open_user,
	.watch = watch_user,
	.start = start,
	.stop = stop,
	.close = close_user,
};
