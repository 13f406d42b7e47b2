/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * slirp.h - vimo-slirp: a guest's network without a bridge. libslirp is the other end of the guest's packets: it makes
 * the guest's connections from this process, which has no rights.
 *
 * One thread. The socket leads to vimo-dm: each message is one struct virtio_net_hdr_v1 and a
 * frame. Messages are as untrusted as the guest.
 */
#ifndef SLIRP_SLIRP_H
#define SLIRP_SLIRP_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define FRAME_MTU_MAX 65521u /* libslirp's */
#define FRAME_QUEUE 256u

/* frames.c: between socket and libslirp. */
struct frame {
	size_t bytes;
	uint8_t *data;
};

struct frames {
	int fd;
	size_t mtu;
	struct frame queue[FRAME_QUEUE]; /* for the guest, while the socket is full */
	unsigned int first, count;
	uint64_t dropped;
};

/** frames_send() - send to the guest; a frame is dropped if the queue is full. */
void frames_send(struct frames *frames, const void *data, size_t bytes);
/** frames_flush() - send waiting frames, as far as there is room now. Return: whether the queue is empty. */
bool frames_flush(struct frames *frames);
/**
 * frames_receive() - receive a frame of the guest.
 * @frame: gets the frame, without header, and zeros after it; @size bytes
 *
 * Return: its length, 0 when a message was not valid and was dropped, -1 when there is none now.
 */
ssize_t frames_receive(struct frames *frames, uint8_t *frame, size_t size);

/* filter.c */
/** filter_enter() - allow only sockets, their data and memory from now on. Return: 0 or -1. */
int filter_enter(struct error *err);

#endif
