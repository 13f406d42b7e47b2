/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chain.h - common to both layouts of rings: a buffer's descriptors, as checked copies, and indirect tables.
 */
#ifndef VIRTIO_CHAIN_H
#define VIRTIO_CHAIN_H

#include "virtio/queue.h"

#include <linux/virtio_ring.h>

static inline bool chain_add_segment(const struct virtqueue *queue, struct virtqueue_chain *chain,
				     const struct vring_desc *desc)
{
	unsigned int count = chain->readable + chain->writable;
	void *data = guest_memory_at(queue->memory, desc->addr, desc->len);

	if (!data || !desc->len || count == VIRTQUEUE_SIZE_MAX)
		return false;
	if (desc->flags & VRING_DESC_F_WRITE)
		chain->writable++;
	else if (chain->writable)
		return false; /* readable segments come first */
	else
		chain->readable++;
	chain->iov[count] = (struct iovec){ .iov_base = data, .iov_len = desc->len };
	return true;
}

/** chain_table() - the table that an indirect descriptor names. Return: NULL when the descriptor is not valid. */
static inline const void *chain_table(const struct virtqueue *queue, const struct vring_desc *desc, uint32_t *count)
{
	*count = desc->len / sizeof(*desc);
	if (desc->flags & VRING_DESC_F_NEXT || desc->len % sizeof(*desc) || !*count || *count > VIRTQUEUE_SIZE_MAX ||
	    desc->addr & 15)
		return NULL;
	return guest_memory_at(queue->memory, desc->addr, desc->len);
}

#endif
