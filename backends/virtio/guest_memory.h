/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest_memory.h - the guest's RAM in vimo-dm's address space, with bounds.
 */
#ifndef VIRTIO_GUEST_MEMORY_H
#define VIRTIO_GUEST_MEMORY_H

#include <stddef.h>
#include <stdint.h>

struct guest_memory {
	uint8_t *base; /* of ipa, readable and writable */
	uint64_t ipa;  /* first guest physical address */
	uint64_t bytes;
};

/**
 * guest_memory_at() - address of a guest range in vimo-dm.
 * @ipa, @bytes: as the guest gave them, unchecked
 *
 * Return: pointer to @bytes bytes, or NULL when a part lies outside RAM.
 */
static inline void *guest_memory_at(const struct guest_memory *memory, uint64_t ipa, uint64_t bytes)
{
	uint64_t offset = ipa - memory->ipa;

	if (ipa < memory->ipa || offset > memory->bytes || bytes > memory->bytes - offset)
		return NULL;
	return memory->base + offset;
}

#endif
