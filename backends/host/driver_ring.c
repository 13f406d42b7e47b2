// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * driver_ring.c - put buffers into a ring, and take them out.
 */
#include "host/driver_ring.h"

#include "host/vhost_user.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

int driver_ring_open(struct driver_ring *ring, const struct guest_memory *memory, size_t bytes, struct error *err)
{
	void *shared = MAP_FAILED;

	ring->memory = memory;
	ring->bytes = bytes;
	ring->shared = NULL;
	ring->kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ring->call = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ring->fd = memfd_create("vimo-ring", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	/* The helper has the file, too: it can neither take pages away below this process nor fill dom0's memory. */
	if (ring->kick >= 0 && ring->call >= 0 && ring->fd >= 0 && !ftruncate(ring->fd, (off_t)bytes) &&
	    !fcntl(ring->fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL))
		shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, 0);
	if (shared == MAP_FAILED)
		return error_set(err, ERROR_RESOURCES, "a ring for a helper: %s", strerror(errno));
	ring->shared = shared;
	return 0;
}

void driver_ring_close(struct driver_ring *ring)
{
	int fds[] = { ring->fd, ring->kick, ring->call };

	for (unsigned int i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	if (ring->shared)
		munmap(ring->shared, ring->bytes);
}

int driver_ring_start(struct driver_ring *ring, int socket, uint64_t features, uint32_t index, int memory_fd,
		      struct error *err)
{
	const struct guest_memory *memory = ring->memory;
	const struct vhost_user_region regions[] = {
		{ memory->ipa, memory->bytes, memory->base, memory_fd },
		{ DRIVER_RING_ADDRESS, ring->bytes, ring->shared, ring->fd },
	};
	const struct vhost_user_ring wires = { .index = index,
					       .size = DRIVER_RING,
					       .desc = ring->shared->desc,
					       .avail = ring->shared->avail,
					       .used = &ring->shared->used,
					       .kick = ring->kick,
					       .call = ring->call };

	memset(ring->shared->avail, 0, sizeof(ring->shared->avail));
	memset(&ring->shared->used, 0, sizeof(ring->shared->used));
	ring->avail_idx = ring->used_idx = 0;
	return vhost_user_start(socket, features, regions, 2, &wires, err);
}

/* The address in descriptors of a place in the shared memory. */
static uint64_t address_of(const struct driver_ring *ring, const void *at)
{
	return DRIVER_RING_ADDRESS + (uint64_t)((const char *)at - (const char *)ring->shared);
}

static void add(struct driver_chain *chain, uint64_t address, uint64_t bytes, bool writable)
{
	struct vring_desc *desc = &chain->table[chain->count];

	if (chain->count)
		chain->table[chain->count - 1].flags |= htole16(VRING_DESC_F_NEXT);
	desc->addr = htole64(address);
	desc->len = htole32((uint32_t)bytes);
	desc->flags = htole16(writable ? VRING_DESC_F_WRITE : 0);
	desc->next = htole16((uint16_t)++chain->count);
}

void driver_chain_add_shared(const struct driver_ring *ring, struct driver_chain *chain, const void *at, size_t bytes,
			     bool writable)
{
	add(chain, address_of(ring, at), bytes, writable);
}

bool driver_chain_add_guest(const struct driver_ring *ring, struct driver_chain *chain, const struct iovec *piece,
			    bool writable)
{
	const struct guest_memory *memory = ring->memory;
	uint64_t offset = (uint64_t)((uint8_t *)piece->iov_base - memory->base);

	if ((uint8_t *)piece->iov_base < memory->base || offset >= memory->bytes)
		return false;
	add(chain, memory->ipa + offset, piece->iov_len, writable);
	return true;
}

void driver_ring_describe(struct driver_ring *ring, unsigned int index, const struct driver_chain *chain)
{
	ring->shared->desc[index] = (struct vring_desc){
		.addr = htole64(address_of(ring, chain->table)),
		.len = htole32(chain->count * (uint32_t)sizeof(*chain->table)),
		.flags = htole16(VRING_DESC_F_INDIRECT),
	};
}

static void kick(const struct driver_ring *ring)
{
	const uint64_t one = 1;
	ssize_t written = write(ring->kick, &one, sizeof(one));

	(void)written;
}

void driver_ring_publish(struct driver_ring *ring, unsigned int index)
{
	struct driver_ring_shared *shared = ring->shared;

	shared->avail[2 + ring->avail_idx++ % DRIVER_RING] = htole16((uint16_t)index);
	__atomic_store_n(&shared->avail[1], htole16(ring->avail_idx), __ATOMIC_RELEASE);
	/* The index before the device's flags (VirtIO 1.2, 2.7.13.4). */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!(le16toh(__atomic_load_n(&shared->used.flags, __ATOMIC_RELAXED)) & VRING_USED_F_NO_NOTIFY))
		kick(ring);
}

bool driver_ring_take(struct driver_ring *ring, uint32_t *index)
{
	struct driver_ring_shared *shared = ring->shared;

	if (ring->used_idx == le16toh(__atomic_load_n(&shared->used.idx, __ATOMIC_ACQUIRE)))
		return false;
	*index = le32toh(__atomic_load_n(&shared->used.ring[ring->used_idx++ % DRIVER_RING].id, __ATOMIC_RELAXED));
	return true;
}
