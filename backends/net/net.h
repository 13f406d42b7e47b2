/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net.h - a virtio-net device (VirtIO 1.2, 5.1) on a tap of dom0, or on a socket of vimo-slirp or a switch.
 * The kernel (vhost-net), the switch or vimo-dm's I/O threads move its packets; features, configuration space
 * and the control queue are the same for all.
 *
 * Lock: device->lock for struct net, and in start and stop of a back end.
 */
#ifndef NET_NET_H
#define NET_NET_H

#include "host/endpoint.h"
#include "host/io_thread.h"
#include "host/watch.h"
#include "net/packets.h"

#include <linux/virtio_net.h>

#define NET_PAIRS ((TRANSPORT_QUEUES - 1) / 2)

/* Offloads of packets into the guest; the driver may turn them off by the control queue. */
#define NET_GUEST_OFFLOADS                                                                                     \
	(1ull << VIRTIO_NET_F_GUEST_CSUM | 1ull << VIRTIO_NET_F_GUEST_TSO4 | 1ull << VIRTIO_NET_F_GUEST_TSO6 | \
	 1ull << VIRTIO_NET_F_GUEST_ECN)
/** Features of back ends with a tap. */
#define NET_TAP_FEATURES                                                                                 \
	(1ull << VIRTIO_NET_F_CSUM | 1ull << VIRTIO_NET_F_HOST_TSO4 | 1ull << VIRTIO_NET_F_HOST_TSO6 |   \
	 1ull << VIRTIO_NET_F_HOST_ECN | NET_GUEST_OFFLOADS | 1ull << VIRTIO_NET_F_CTRL_GUEST_OFFLOADS | \
	 1ull << VIRTIO_NET_F_MRG_RXBUF)

struct net;

/** A receive and a transmit queue, and the tap's queue that serves them. */
struct net_pair {
	struct io_source source; /* of the back ends "tap" and "user", */
	struct io_op receive, transmit, packet;
	struct io_thread *thread;
	struct net_receiver *receiver;
	unsigned int watching; /* operations in the ring of its thread */
	bool waiting;          /* packet is one of them */
	bool closing, failed;
	bool running; /* of "vhost": the kernel serves it */
	struct net *net;
	unsigned int index;
	int tap, vhost; /* tap: or socket; vhost: -1 but with the back end "vhost" */
};

/** A back end, which moves packets. */
struct net_backend {
	const char *name;
	unsigned int fds; /* of each pair; 0: the guest's memory, and a socket if there is a connection */
	unsigned int pairs_max;
	bool tap;          /* the first one is a tap */
	bool packed;       /* queues may be packed, since vimo-dm serves them */
	uint64_t features; /* supported, as bits */
	bool large_queues; /* its queues may have VIRTQUEUE_IN_ORDER_MAX places */
	int (*open)(struct net_pair *pair, struct error *err);
	/* The endpoint has its doorbells now. May be NULL, as may close. */
	void (*watch)(struct net_pair *pair);
	/* Serve the pair, unless it is served already. Return: 0, or -1 with errno. */
	int (*start)(struct net_pair *pair);
	/* Returns when the back end touches the pair's buffers only under the lock. */
	void (*stop)(struct net_pair *pair);
	/* Undo open and watch; the pair is stopped for good. */
	void (*close)(struct net_pair *pair);
	/* See struct endpoint. */
	int (*reconnect)(struct endpoint *endpoint, int fd, struct error *err);
};

extern const struct net_backend net_vhost, net_tap, net_user, net_vhost_user;

struct net {
	struct endpoint *endpoint;
	const struct net_backend *backend;
	unsigned int failures;
	unsigned int pairs;
	uint8_t mac[6];
	uint16_t mtu;                   /* 0: not shown */
	bool packed;                    /* the driver may use packed rings */
	bool down;                      /* the link */
	uint64_t features;              /* the back end's */
	int socket_fd, memory_fd;       /* of "vhost-user": the first connection, or -1; the guest's RAM */
	struct switch_link *link;       /* of "vhost-user" */
	struct watch *control, *broken; /* doorbell of the control queue; errors from vhost */
	struct net_pair pair[NET_PAIRS];
};

/** A network as vimod describes it. */
struct net_options {
	const char *backend; /* "vhost", "tap", "user" or "vhost-user" */
	const char *mac;
	unsigned int pairs; /* 1..NET_PAIRS */
	unsigned int mtu;   /* 0, or 68..65535 */
	bool packed;        /* packed rings are offered */
};

/**
 * net_kind - kind.c. Its descriptors are: for each pair its tap queue, and for "vhost" its vhost-net descriptor; for
 * "user" a SOCK_SEQPACKET; for "vhost-user" the guest's memory and perhaps a connected socket.
 */
extern const struct device_kind net_kind;
/** net_receive_queue() / net_transmit_queue() - of a pair. */
struct virtqueue *net_receive_queue(const struct net_pair *pair);
struct virtqueue *net_transmit_queue(const struct net_pair *pair);

/* device.c: the model, its features, and the driver's settings. */
extern const struct virtio_model net_model;
uint64_t net_features(const struct net *net);
void net_show_config(struct virtio_device *device);
/** net_serve_pairs() - start the pairs that the driver uses, and stop the others. With device->lock. Return: 0 or -1.
 */
int net_serve_pairs(struct net *net);
/** net_set_link() - show the driver whether the link is up. With device->lock. */
void net_set_link(struct net *net, bool up);
/** net_log_failure() - log a failure; only the first ones, since a driver can cause them without end. */
void net_log_failure(struct net *net, const char *what, const char *why);
/** net_serve_control() - do the commands in the control queue. Context: the event loop. */
void net_serve_control(void *net);
/** net_find_broken() - the kernel reports that the driver broke a queue. Context: the event loop. */
void net_find_broken(void *net);

/* tap.c: dom0's end. */
/** net_tap_check() - set @fd up. Return: 0, or -1 when @fd is not a usable tap. */
int net_tap_check(int fd, struct error *err);
/** net_tap_offloads() - set offloads that the driver accepts, as bits of features. Return: 0, or -1 with errno. */
int net_tap_offloads(int fd, uint64_t features);
/** net_tap_attach() - let the tap send packets to this queue, or not. Return: 0, or -1 with errno. */
int net_tap_attach(int fd, bool attach);

#endif
