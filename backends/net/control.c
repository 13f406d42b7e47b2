// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * control.c - parse a command and answer it.
 */
#include "net/control.h"

#include <endian.h>
#include <linux/virtio_net.h>
#include <string.h>

#define COMMAND_BYTES (sizeof(struct virtio_net_ctrl_hdr) + 8) /* the longest command known */

static bool set_pairs(const struct net_control *control, void *context, const uint8_t *data)
{
	uint16_t pairs;

	memcpy(&pairs, data, sizeof(pairs));
	return control->pairs(context, le16toh(pairs));
}

static bool set_offloads(const struct net_control *control, void *context, const uint8_t *data)
{
	uint64_t features;

	memcpy(&features, data, sizeof(features));
	return control->offloads(context, le64toh(features));
}

static const struct {
	uint8_t class, command;
	size_t bytes;
	bool (*act)(const struct net_control *control, void *context, const uint8_t *data);
} commands[] = {
	{ VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, 2, set_pairs },
	{ VIRTIO_NET_CTRL_GUEST_OFFLOADS, VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET, 8, set_offloads },
};

static bool act(const struct virtqueue_chain *chain, const struct net_control *control, void *context)
{
	uint8_t command[COMMAND_BYTES] = { 0 };
	size_t bytes = virtqueue_gather(chain, 0, command, sizeof(command));
	size_t header = sizeof(struct virtio_net_ctrl_hdr);

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (bytes == header + commands[i].bytes && command[0] == commands[i].class &&
		    command[1] == commands[i].command)
			return commands[i].act(control, context, command + header);
	return false;
}

bool net_control_work(struct virtqueue *queue, const struct net_control *control, void *context)
{
	struct virtqueue_chain chain;
	unsigned int left = queue->size;

	do {
		while (left && virtqueue_pop(queue, &chain)) {
			if (!chain.writable) {
				queue->broken = true; /* no room for an answer */
				return false;
			}
			*(uint8_t *)chain.iov[chain.readable].iov_base =
				act(&chain, control, context) ? VIRTIO_NET_OK : VIRTIO_NET_ERR;
			virtqueue_push(queue, chain.head, 1);
			left--;
		}
	} while (left && virtqueue_rearm(queue));
	return queue->running && !left;
}
