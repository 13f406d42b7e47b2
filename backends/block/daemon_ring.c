// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daemon_ring.c - the driver's side of a storage daemon's export: requests into
 * the ring, answers out of it. What the daemon writes is checked as a guest's
 * words are.
 */
#include "block/daemon.h"

#include "log.h"

#include <endian.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static uint64_t shared_address(const struct block_remote *remote, const void *at)
{
	return DAEMON_ADDRESS + (uint64_t)((const char *)at - (const char *)remote->shared);
}

static void kick(const struct block_remote *remote)
{
	const uint64_t one = 1;
	ssize_t written = write(remote->kick, &one, sizeof(one));

	(void)written;
}

static void publish(struct block_remote *remote, unsigned int index)
{
	struct daemon_shared *shared = remote->shared;

	shared->avail[2 + remote->avail_idx++ % DAEMON_RING] = htole16((uint16_t)index);
	__atomic_store_n(&shared->avail[1], htole16(remote->avail_idx), __ATOMIC_RELEASE);
	/* Our index before we look at its wish (VirtIO 1.2, 2.7.13.4). */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!(le16toh(__atomic_load_n(&shared->used.flags, __ATOMIC_RELAXED)) & VRING_USED_F_NO_NOTIFY))
		kick(remote);
}

static void add(struct vring_desc *table, unsigned int *count, uint64_t address, uint64_t bytes, bool writable)
{
	struct vring_desc *desc = &table[*count];

	if (*count)
		table[*count - 1].flags |= htole16(VRING_DESC_F_NEXT);
	desc->addr = htole64(address);
	desc->len = htole32((uint32_t)bytes);
	desc->flags = htole16(writable ? VRING_DESC_F_WRITE : 0);
	desc->next = htole16((uint16_t)++ * count);
}

/* Return: false when the data are not in the guest's memory, and the daemon cannot reach them. */
static bool add_data(const struct block_remote *remote, struct vring_desc *table, unsigned int *count,
		     const struct block_step *step)
{
	const struct guest_memory *memory = remote->block->endpoint->device.memory;

	for (unsigned int i = 0; i < step->count; i++) {
		uint64_t offset = (uint64_t)((uint8_t *)step->iov[i].iov_base - memory->base);

		if ((uint8_t *)step->iov[i].iov_base < memory->base || offset >= memory->bytes)
			return false;
		add(table, count, memory->ipa + offset, step->iov[i].iov_len, step->action == BLOCK_READ);
	}
	return true;
}

static void write_request(struct block_remote *remote, unsigned int index, enum block_action action, uint64_t offset,
			  uint64_t bytes)
{
	static const uint32_t types[] = {
		[BLOCK_READ] = VIRTIO_BLK_T_IN,           [BLOCK_WRITE] = VIRTIO_BLK_T_OUT,
		[BLOCK_FLUSH] = VIRTIO_BLK_T_FLUSH,       [BLOCK_DISCARD] = VIRTIO_BLK_T_DISCARD,
		[BLOCK_ZERO] = VIRTIO_BLK_T_WRITE_ZEROES,
	};
	bool transfer = action == BLOCK_READ || action == BLOCK_WRITE;

	remote->shared->request[index].header = (struct virtio_blk_outhdr){
		.type = htole32(types[action]),
		.sector = transfer ? htole64(offset / BLOCK_SECTOR) : 0,
	};
	remote->shared->request[index].range = (struct virtio_blk_discard_write_zeroes){
		.sector = htole64(offset / BLOCK_SECTOR),
		.num_sectors = htole32((uint32_t)(bytes / BLOCK_SECTOR)),
	};
	remote->shared->request[index].status = 0xff;
}

/* Return: false when it cannot be asked for. */
static bool describe(struct block_remote *remote, unsigned int index, const struct block_step *step)
{
	struct daemon_shared *shared = remote->shared;
	struct vring_desc *table = shared->table[index];
	unsigned int count = 0;

	write_request(remote, index, step->action, step->offset, step->bytes);
	add(table, &count, shared_address(remote, &shared->request[index].header), sizeof(struct virtio_blk_outhdr),
	    false);
	if (step->action == BLOCK_DISCARD || step->action == BLOCK_ZERO)
		add(table, &count, shared_address(remote, &shared->request[index].range),
		    sizeof(shared->request[index].range), false);
	else if (step->action != BLOCK_FLUSH && !add_data(remote, table, &count, step))
		return false;
	add(table, &count, shared_address(remote, &shared->request[index].status), 1, true);
	shared->desc[index] = (struct vring_desc){
		.addr = htole64(shared_address(remote, table)),
		.len = htole32(count * (uint32_t)sizeof(*table)),
		.flags = htole16(VRING_DESC_F_INDIRECT),
	};
	return true;
}

/* There are as many slots as the guest's queue has buffers, so one is free. */
void daemon_submit(struct block_queue *queue, const struct block_step *step, struct io_op *op)
{
	struct block_remote *remote = queue->block->remote;
	unsigned int index = 0;

	while (remote->slot[index].op)
		index++;
	if (!describe(remote, index, step)) {
		op->done(op, -EIO, 0);
		return;
	}
	remote->slot[index].op = op;
	remote->slot[index].bytes = step->bytes;
	remote->slot[index].flush_after = step->action == BLOCK_WRITE && queue->block->disk.write_through;
	if (remote->connected)
		publish(remote, index);
}

static void complete(struct block_remote *remote, unsigned int index)
{
	static const struct block_step flush = { .action = BLOCK_FLUSH };
	uint8_t status = __atomic_load_n(&remote->shared->request[index].status, __ATOMIC_RELAXED);
	struct io_op *op = remote->slot[index].op;

	if (status == VIRTIO_BLK_S_OK && remote->slot[index].flush_after) {
		remote->slot[index].flush_after = false;
		describe(remote, index, &flush);
		publish(remote, index);
		return;
	}
	remote->slot[index].op = NULL;
	op->done(op,
		 status == VIRTIO_BLK_S_OK     ? (int)remote->slot[index].bytes :
		 status == VIRTIO_BLK_S_UNSUPP ? -EOPNOTSUPP :
						 -EIO,
		 0);
}

void daemon_take_completions(struct block_remote *remote)
{
	struct daemon_shared *shared = remote->shared;

	while (remote->used_idx != le16toh(__atomic_load_n(&shared->used.idx, __ATOMIC_ACQUIRE))) {
		uint32_t index = le32toh(
			__atomic_load_n(&shared->used.ring[remote->used_idx % DAEMON_RING].id, __ATOMIC_RELAXED));

		if (index >= DAEMON_RING || !remote->slot[index].op) {
			log_error("disk in slot %u: its storage daemon answered what it was not asked: no more of it",
				  remote->block->endpoint->slot);
			remote->connected = false;
			shutdown(remote->socket, SHUT_RDWR);
			return;
		}
		remote->used_idx++;
		complete(remote, index);
	}
}

void daemon_publish_all(struct block_remote *remote)
{
	for (unsigned int index = 0; index < DAEMON_RING; index++)
		if (remote->slot[index].op)
			publish(remote, index);
}
