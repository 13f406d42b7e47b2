// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daemon_ring.c - the driver's side of a storage daemon's export: requests into
 * the ring, answers out of it. Values that the daemon writes are checked like a guest's.
 */
#include "block/daemon_ring.h"

#include "log.h"

#include <endian.h>
#include <errno.h>
#include <sys/socket.h>

/* Return: false when the data are not in the guest's memory: the daemon cannot reach them. */
static bool add_data(const struct block_remote *remote, struct driver_chain *chain, const struct block_step *step)
{
	for (unsigned int i = 0; i < step->count; i++)
		if (!driver_chain_add_guest(&remote->ring, chain, &step->iov[i], step->action == BLOCK_READ))
			return false;
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

/* Return: false when the daemon cannot do @step. */
static bool describe(struct block_remote *remote, unsigned int index, const struct block_step *step)
{
	struct daemon_shared *shared = remote->shared;
	struct driver_chain chain = { .table = shared->table[index] };

	write_request(remote, index, step->action, step->offset, step->bytes);
	driver_chain_add_shared(&remote->ring, &chain, &shared->request[index].header, sizeof(struct virtio_blk_outhdr),
				false);
	if (step->action == BLOCK_DISCARD || step->action == BLOCK_ZERO)
		driver_chain_add_shared(&remote->ring, &chain, &shared->request[index].range,
					sizeof(shared->request[index].range), false);
	else if (step->action != BLOCK_FLUSH && !add_data(remote, &chain, step))
		return false;
	driver_chain_add_shared(&remote->ring, &chain, &shared->request[index].status, 1, true);
	driver_ring_describe(&remote->ring, index, &chain);
	return true;
}

/* A slot is free, since there are as many as the guest's queue has buffers. */
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
		driver_ring_publish(&remote->ring, index);
}

static void complete(struct block_remote *remote, unsigned int index)
{
	static const struct block_step flush = { .action = BLOCK_FLUSH };
	uint8_t status = __atomic_load_n(&remote->shared->request[index].status, __ATOMIC_RELAXED);
	struct io_op *op = remote->slot[index].op;

	if (status == VIRTIO_BLK_S_OK && remote->slot[index].flush_after) {
		remote->slot[index].flush_after = false;
		describe(remote, index, &flush);
		driver_ring_publish(&remote->ring, index);
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
	uint32_t index;

	while (driver_ring_take(&remote->ring, &index)) {
		if (index >= DRIVER_RING || !remote->slot[index].op) {
			log_error(
				"disk in slot %u: its storage daemon answered a request that it did not get: disconnecting it",
				remote->block->endpoint->slot);
			remote->connected = false;
			shutdown(remote->socket, SHUT_RDWR);
			return;
		}
		complete(remote, index);
	}
}

void daemon_publish_all(struct block_remote *remote)
{
	for (unsigned int index = 0; index < DRIVER_RING; index++)
		if (remote->slot[index].op)
			driver_ring_publish(&remote->ring, index);
}
