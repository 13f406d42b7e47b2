// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daemon.c - a disk whose data a storage daemon keeps: we are the driver of its
 * vhost-user-blk export, with a ring of our own in memory that it maps beside the
 * guest's. The guest's requests stay ours: checked, limited and, when the daemon
 * dies, done again by the next one. Data go between daemon and guest directly.
 *
 * Context: the I/O thread of queue 0, but for what says otherwise.
 */
#include "block/block.h"
#include "core/vhost_user.h"

#include "log.h"

#include <endian.h>
#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <stddef.h>
#include <unistd.h>

#define SIZE VIRTQUEUE_SIZE_MAX
#define SHARED_ADDRESS (1ull << 44) /* where the daemon's descriptors find our memory: beyond any guest's */
#define F_INDIRECT (1ull << VIRTIO_RING_F_INDIRECT_DESC)
#define KNOWN                                                                                            \
	(1ull << VIRTIO_BLK_F_FLUSH | 1ull << VIRTIO_BLK_F_DISCARD | 1ull << VIRTIO_BLK_F_WRITE_ZEROES | \
	 1ull << VIRTIO_BLK_F_RO | 1ull << VIRTIO_BLK_F_BLK_SIZE | 1ull << VIRTIO_BLK_F_SEG_MAX)
/* Up to where each daemon has a configuration space. */
#define CONFIG_BYTES offsetof(struct virtio_blk_config, unused1)

/** What both see. The daemon is not trusted: we read nothing back from here but used and status. */
struct shared {
	struct vring_desc desc[SIZE];
	_Alignas(4096) uint16_t avail[2 + SIZE + 1];
	_Alignas(4096) struct {
		uint16_t flags, idx;
		struct vring_used_elem ring[SIZE];
	} used;
	_Alignas(4096) struct {
		_Alignas(64) struct virtio_blk_outhdr header;
		struct virtio_blk_discard_write_zeroes range;
		uint8_t status;
	} request[SIZE];
	_Alignas(4096) struct vring_desc table[SIZE][SIZE + 2]; /* data that shared a buffer with header or status */
};

struct block_remote {
	struct block *block;
	struct shared *shared;
	int socket, memory_fd, shared_fd, kick, call;
	uint64_t features;
	bool connected, closing;
	struct io_op called, hung_up;
	unsigned int watches; /* of the two; device's lock */
	uint16_t avail_idx, used_idx;
	struct {
		struct io_op *op; /* NULL: free */
		uint64_t bytes;
		bool flush_after; /* a write, whose driver cannot flush */
	} slot[SIZE];
};

static struct io_thread *thread_of(const struct block_remote *remote)
{
	return remote->block->queue[0].thread;
}

static uint64_t shared_address(const struct block_remote *remote, const void *at)
{
	return SHARED_ADDRESS + (uint64_t)((const char *)at - (const char *)remote->shared);
}

static void kick(const struct block_remote *remote)
{
	const uint64_t one = 1;
	ssize_t written = write(remote->kick, &one, sizeof(one));

	(void)written;
}

static void publish(struct block_remote *remote, unsigned int index)
{
	struct shared *shared = remote->shared;

	shared->avail[2 + remote->avail_idx++ % SIZE] = htole16((uint16_t)index);
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
	struct shared *shared = remote->shared;
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
static void daemon_submit(struct block_queue *queue, const struct block_step *step, struct io_op *op)
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

/* What it did before it died counts. */
static void take_completions(struct block_remote *remote)
{
	struct shared *shared = remote->shared;

	while (remote->used_idx != le16toh(__atomic_load_n(&shared->used.idx, __ATOMIC_ACQUIRE))) {
		uint32_t index =
			le32toh(__atomic_load_n(&shared->used.ring[remote->used_idx % SIZE].id, __ATOMIC_RELAXED));

		if (index >= SIZE || !remote->slot[index].op) {
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

static void watch_ended(struct block_remote *remote)
{
	struct virtio_device *device = &remote->block->endpoint->device;

	pthread_mutex_lock(&device->lock);
	remote->watches--;
	pthread_cond_broadcast(&device->idle);
	pthread_mutex_unlock(&device->lock);
}

static void called(struct io_op *op, int result, unsigned int flags)
{
	struct block_remote *remote =
		(struct block_remote *)(void *)((char *)op - offsetof(struct block_remote, called));

	(void)result;
	if (remote->connected)
		take_completions(remote);
	if (flags & IORING_CQE_F_MORE)
		return;
	if (remote->closing)
		watch_ended(remote);
	else
		io_thread_watch(thread_of(remote), &remote->called, remote->call);
}

/* It says nothing of itself: there is its end to be read only. */
static void hung_up(struct io_op *op, int result, unsigned int flags)
{
	struct block_remote *remote =
		(struct block_remote *)(void *)((char *)op - offsetof(struct block_remote, hung_up));

	if (result >= 0 && remote->connected) {
		take_completions(remote);
		remote->connected = false;
		log_warning("disk in slot %u: its storage daemon is gone: requests wait for the next one",
			    remote->block->endpoint->slot);
	}
	if (!(flags & IORING_CQE_F_MORE))
		watch_ended(remote);
	else if (!remote->connected)
		io_thread_cancel(thread_of(remote), &remote->hung_up);
}

static void hold(struct io_thread *thread, void *argument)
{
	struct block_remote *remote = argument;

	if (remote->connected)
		take_completions(remote);
	remote->connected = false;
	io_thread_cancel(thread, &remote->hung_up);
}

static void go_on(struct io_thread *thread, void *argument)
{
	struct block_remote *remote = argument;

	io_thread_watch(thread, &remote->hung_up, remote->socket);
	remote->connected = true;
	for (unsigned int index = 0; index < SIZE; index++)
		if (remote->slot[index].op)
			publish(remote, index);
}

static void wait_for_watches(struct block_remote *remote, unsigned int left)
{
	struct virtio_device *device = &remote->block->endpoint->device;

	pthread_mutex_lock(&device->lock);
	while (remote->watches > left)
		pthread_cond_wait(&device->idle, &device->lock);
	pthread_mutex_unlock(&device->lock);
}

static int examine(struct block_remote *remote, struct error *err)
{
	struct virtio_blk_config config = { 0 };
	struct block *block = remote->block;
	struct block_disk *disk = &block->disk;

	if (vhost_user_config(remote->socket, &config, CONFIG_BYTES, err))
		return -1;
	if (disk->sectors && disk->sectors != le64toh(config.capacity))
		return error_set(err, ERROR_STATE, "disk: the storage daemon came back with another size");
	disk->sectors = le64toh(config.capacity);
	disk->block_bytes = le32toh(config.blk_size) > BLOCK_SECTOR ? le32toh(config.blk_size) : BLOCK_SECTOR;
	disk->segment_bytes = disk->memory_align = 1; /* it copies what it must itself */
	disk->range_sectors = le32toh(config.max_discard_sectors) < le32toh(config.max_write_zeroes_sectors) ?
				      le32toh(config.max_discard_sectors) :
				      le32toh(config.max_write_zeroes_sectors);
	if (disk->range_sectors > BLOCK_RANGE_SECTORS)
		disk->range_sectors = BLOCK_RANGE_SECTORS;
	if (le32toh(config.seg_max) && le32toh(config.seg_max) < block->segments)
		block->segments = le32toh(config.seg_max);
	if (!disk->sectors || disk->block_bytes & (disk->block_bytes - 1) || disk->block_bytes > 65536)
		return error_set(err, ERROR_FAILED, "disk: the storage daemon gave a size that cannot be");
	if (remote->features >> VIRTIO_BLK_F_RO & 1 && !disk->readonly)
		return error_set(err, ERROR_FAILED, "disk: the storage daemon lets nobody write: say access = \"ro\"");
	return 0;
}

/* On remote->socket, whose daemon knows nothing yet. Context: the event loop; the thread is held. */
static int shake_hands(struct block_remote *remote, struct error *err)
{
	const struct guest_memory *memory = remote->block->endpoint->device.memory;
	struct shared *shared = remote->shared;
	const struct vhost_user_region regions[] = {
		{ memory->ipa, memory->bytes, memory->base, remote->memory_fd },
		{ SHARED_ADDRESS, sizeof(*shared), shared, remote->shared_fd },
	};
	const struct vhost_user_ring ring = { .size = SIZE,
					      .desc = shared->desc,
					      .avail = shared->avail,
					      .used = &shared->used,
					      .kick = remote->kick,
					      .call = remote->call };
	uint64_t features = KNOWN | F_INDIRECT;

	memset(shared->avail, 0, sizeof(shared->avail));
	memset(&shared->used, 0, sizeof(shared->used));
	remote->avail_idx = remote->used_idx = 0;
	if (vhost_user_open(remote->socket, &features, err))
		return -1;
	if (!(features & F_INDIRECT) || remote->features & ~features)
		return error_set(err, ERROR_FAILED, "disk: the storage daemon lacks features: %llx",
				 (unsigned long long)((remote->features | F_INDIRECT) & ~features));
	remote->features = features;
	return examine(remote, err) || vhost_user_start(remote->socket, features, regions, 2, &ring, err) ? -1 : 0;
}

static void remote_free(struct block_remote *remote, bool sockets)
{
	int fds[] = { remote->shared_fd, remote->kick, remote->call, sockets ? remote->socket : -1,
		      sockets ? remote->memory_fd : -1 };

	for (unsigned int i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	if (remote->shared)
		munmap(remote->shared, sizeof(*remote->shared));
	free(remote);
}

static int make_shared(struct block_remote *remote, struct error *err)
{
	remote->kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	remote->call = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	remote->shared_fd = memfd_create("vimo-block-ring", MFD_CLOEXEC);
	if (remote->kick < 0 || remote->call < 0 || remote->shared_fd < 0 ||
	    ftruncate(remote->shared_fd, sizeof(*remote->shared))) {
		error_set(err, ERROR_RESOURCES, "disk: a ring: %s", strerror(errno));
		return -1;
	}
	remote->shared = mmap(NULL, sizeof(*remote->shared), PROT_READ | PROT_WRITE, MAP_SHARED, remote->shared_fd, 0);
	if (remote->shared == MAP_FAILED) {
		remote->shared = NULL;
		error_set(err, ERROR_RESOURCES, "disk: a ring: %s", strerror(errno));
		return -1;
	}
	return 0;
}

static void begin(struct io_thread *thread, void *argument)
{
	struct block_remote *remote = argument;

	io_thread_watch(thread, &remote->called, remote->call);
	go_on(thread, remote);
}

static int daemon_open(struct block *block, const struct block_options *options, struct error *err)
{
	struct block_remote *remote = calloc(1, sizeof(*remote));

	if (!remote)
		return error_set(err, ERROR_RESOURCES, "disk: no memory");
	remote->block = block;
	remote->socket = options->fd;
	remote->memory_fd = options->memory_fd;
	remote->shared_fd = remote->kick = remote->call = -1;
	remote->called.done = called;
	remote->hung_up.done = hung_up;
	if (make_shared(remote, err) || shake_hands(remote, err)) {
		remote_free(remote, false);
		return -1;
	}
	block->features &= remote->features;
	block->remote = remote;
	remote->watches = 2;
	io_thread_call(thread_of(remote), begin, remote);
	return 0;
}

static void end_watches(struct io_thread *thread, void *argument)
{
	struct block_remote *remote = argument;

	remote->closing = true;
	io_thread_cancel(thread, &remote->called);
	hold(thread, remote);
}

static void daemon_close(struct block *block)
{
	struct block_remote *remote = block->remote;

	io_thread_call(thread_of(remote), end_watches, remote);
	wait_for_watches(remote, 0);
	remote_free(remote, !block->keep_fds);
}

int block_reconnect(struct endpoint *endpoint, int fd, struct error *err)
{
	struct block *block = endpoint->context;
	struct block_remote *remote;
	int old;

	if (endpoint->device.model != &block_model || block->backend != &block_daemon)
		return error_set(err, ERROR_STATE, "slot %u has no disk of a storage daemon", endpoint->slot);
	remote = block->remote;
	io_thread_call(thread_of(remote), hold, remote);
	wait_for_watches(remote, 1);
	old = remote->socket;
	remote->socket = fd;
	if (shake_hands(remote, err)) {
		remote->socket = old; /* dead; the next try may do better */
		return -1;
	}
	close(old);
	remote->watches = 2;
	io_thread_call(thread_of(remote), go_on, remote);
	return 0;
}

const struct block_backend block_daemon = {
	.open = daemon_open,
	.close = daemon_close,
	.submit = daemon_submit,
	.features = 1ull << VIRTIO_BLK_F_FLUSH | 1ull << VIRTIO_BLK_F_DISCARD | 1ull << VIRTIO_BLK_F_WRITE_ZEROES,
};
