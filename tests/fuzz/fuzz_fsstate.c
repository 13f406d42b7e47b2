// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_fsstate.c - a forged fs-SLOT.state and a hostile virtiofsd. The table is opened, given to the daemon, and used
 * by requests of a guest while the daemon answers as it likes.
 */
#include "fs/device.h"
#include "fs/hide.h"
#include "fs/link.h"
#include "fs/restore.h"
#include "fs/submit.h"
#include "host/vhost_user.h"
#include "fuzz.h"
#include "log.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC 0x33454c4241544656ull
#define RECORDS 24u /* nodes and handles that an input sets, at most */

static struct fuzz_input *input;
static _Alignas(4096) uint8_t ram[RAM_BYTES];
static const struct guest_memory memory = { ram, RAM, sizeof(ram) };
static struct endpoint endpoint;
static struct fs fs;
static struct fs_table *file; /* the whole file, mapped here, too */
static int file_fd = -1;
static uint32_t end;       /* of the records that were ever used */
static bool ended;         /* the daemon's connection */
static uint16_t published; /* answers to the ring's entries before are given */

int shutdown(int fd, int how)
{
	(void)fd;
	(void)how;
	ended = true;
	return 0;
}

void log_line(enum log_level level, const char *format, ...)
{
	(void)level;
	(void)format;
}

int vhost_user_open(int fd, uint64_t *features, struct error *err)
{
	(void)fd;
	(void)features;
	(void)err;
	return 0;
}

int vhost_user_start(int fd, uint64_t features, const struct vhost_user_region *regions, unsigned int count,
		     const struct vhost_user_ring *ring, struct error *err)
{
	(void)fd;
	(void)features;
	(void)regions;
	(void)count;
	(void)ring;
	(void)err;
	return 0;
}

/* The guest's queue. */
static void push(struct virtqueue *queue, uint16_t head, uint32_t bytes)
{
	(void)queue;
	(void)bytes;
	if (head >= FS_SLOTS)
		abort();
}

static const struct virtqueue_ops ops = { .push = push };

/* Mostly 8 bytes of small numbers. */
static void put_answer(uint8_t *answer, uint32_t bytes)
{
	for (uint32_t at = 0; at < bytes && at < 160; at += 8)
		answer[at] = (uint8_t)input_take(input, 1);
}

/* The daemon answers the next request, or another one, as its size is or not. */
static void answer_next(void)
{
	struct driver_ring_shared *shared = fs.ring.shared;
	uint8_t how = (uint8_t)input_take(input, 1);
	unsigned int index = shared->avail[2 + published % DRIVER_RING] % DRIVER_RING;
	struct fuse_out_header *header = (struct fuse_out_header *)(void *)fs.shared->slot[index].answer;
	const struct vring_desc *last = fs.shared->slot[index].table;

	while (last->flags & VRING_DESC_F_NEXT)
		last++;
	*header = (struct fuse_out_header){ .len = last->len,
					    .error = how < 0xc0 ? 0 : -(int32_t)(how & 31),
					    .unique = index + 1 };
	if (header->error)
		header->len = sizeof(*header);
	if (how % 16 == 15) {
		header->len = (uint32_t)input_take(input, 2);
		header->unique = input_take(input, 1);
	}
	put_answer((uint8_t *)(header + 1), 160);
	if (how == 0x7f)
		index = (unsigned int)input_take(input, 4);
	shared->used.ring[shared->used.idx % DRIVER_RING].id = index;
	__atomic_store_n(&shared->used.idx, (uint16_t)(shared->used.idx + 1), __ATOMIC_RELEASE);
	published++;
}

int poll(struct pollfd *wait, nfds_t count, int timeout)
{
	(void)timeout;
	if (count != 2)
		abort();
	wait[0].revents = wait[1].revents = 0;
	ended = ended || !input->left || published == fs.ring.avail_idx;
	if (ended)
		wait[1].revents = POLLIN | POLLHUP;
	else
		answer_next();
	return 1;
}

/* A number of a node: of one near the beginning, mostly. */
static uint64_t take_id(void)
{
	uint8_t how = (uint8_t)input_take(input, 1);

	if (how >= 0xf0)
		return input_take(input, 8);
	return (how & 15) <= FUSE_ROOT_ID ? how & 15 : 1ull << 32 | (how & 15);
}

static void take_name(char *name)
{
	static const char *const usual[] = { "a", "b", ".vimo-g", "000000010000000" };
	uint8_t how = (uint8_t)input_take(input, 1);

	if (how < 0xc0)
		strcpy(name, usual[how % 4]);
	else if (how < 0xe0)
		memset(name, 'n', FS_NAME + 1); /* without an end */
	else
		for (unsigned int n = 0; n < 4; n++)
			name[n] = (char)input_take(input, 1);
}

static void forge_node(uint32_t index)
{
	struct fs_node *node = &file->node[index];
	uint8_t how = (uint8_t)input_take(input, 1);
	static const uint32_t kinds[] = { S_IFDIR, S_IFREG, S_IFLNK, 0xffffffff };

	if (index >= end)
		end = index + 1;
	*node = (struct fs_node){ .id = 1ull << 32 | index, .generation = 1, .inode = how & 7, .kind = kinds[how & 3] };
	node->parent = take_id();
	node->lookups = how & 4 ? input_take(input, 8) : 1;
	if (how & 0x10)
		node->id = input_take(input, 8);
	if (how & 0x20)
		node->name_of = take_id();
	if (how & 0x40)
		node->hidden = (uint32_t)input_take(input, 1);
	if (how & 0x80) {
		node->daemon = input_take(input, 1);
		node->daemon_lookups = input_take(input, 8);
		node->generation = (uint32_t)input_take(input, 4);
	}
	take_name(node->name);
}

static uint32_t forged_handles[RECORDS];
static unsigned int handles;

static void forge_handle(uint32_t index)
{
	struct fs_handle *handle = &file->handle[index];
	uint8_t how = (uint8_t)input_take(input, 1);

	forged_handles[handles++] = index;
	*handle = (struct fs_handle){ .id = 1ull << 32 | index,
				      .generation = 1,
				      .opcode = how & 1 ? FUSE_OPENDIR : FUSE_OPEN };
	handle->node = take_id();
	if (how & 2)
		handle->id = input_take(input, 8);
	if (how & 4)
		handle->opcode = (uint32_t)input_take(input, 4);
	if (how & 8)
		handle->flags = (uint32_t)input_take(input, 4);
	if (how & 16)
		handle->generation = (uint32_t)input_take(input, 4);
}

static void forge(void)
{
	uint8_t how = (uint8_t)input_take(input, 1);
	unsigned int count = (unsigned int)input_take(input, 1) % RECORDS;

	file->magic = how < 0xf8 ? MAGIC : input_take(input, 8);
	file->init_bytes = how & 1 ? (uint32_t)input_take(input, 4) : 64;
	file->init_flags = (uint32_t)input_take(input, 4);
	file->init[0] = (uint8_t)input_take(input, 1);
	file->note[how & 1][how >> 1 & 7].unique = input_take(input, 1);
	file->note[how & 1][how >> 1 & 7].inode = how & 7;
	file->node[FUSE_ROOT_ID] = (struct fs_node){ .id = FUSE_ROOT_ID, .daemon = FUSE_ROOT_ID };
	for (uint32_t n = FUSE_ROOT_ID + (how & 0x10 ? 0 : 1); n < count; n++)
		forge_node(n);
	for (count = (unsigned int)input_take(input, 1) % 8; count; count--)
		forge_handle((uint32_t)input_take(input, 2) % (how & 0x20 ? FS_HANDLES : 16));
}

/* Clearing all of the file would take most of the time. */
static void clear(void)
{
	if (fs.nodes.used_end > end)
		end = fs.nodes.used_end;
	memset(file, 0, offsetof(struct fs_table, handle));
	memset(file->handle, 0, 64 * sizeof(file->handle[0]));
	for (unsigned int n = 0; n < handles; n++)
		memset(&file->handle[forged_handles[n]], 0, sizeof(file->handle[0]));
	memset(file->node, 0, end * sizeof(file->node[0]));
	end = handles = 0;
}

/* Numbers and names lead to one node, lists end, and each index is inside the table. */
static void check(const struct fs_nodes *nodes)
{
	for (uint32_t index = FUSE_ROOT_ID; index < nodes->used_end; index++) {
		struct fs_node *node = fs_node_at(nodes, index);
		unsigned int names = 0;

		if (!node)
			continue;
		if (fs_node_find(nodes, node->id) != node || strnlen(node->name, sizeof(node->name)) > FS_NAME)
			abort();
		for (const struct fs_node *name = node; name; name = fs_node_next_name(nodes, name))
			if (names++ > FS_NODES)
				abort();
	}
	for (uint32_t index = 0; index < nodes->handles; index++)
		if (nodes->table->handle[index].id)
			fs_handle_find(nodes, nodes->table->handle[index].id);
}

static uint32_t take_argument_name(uint8_t *to)
{
	static const char *const usual[] = { "a", "b", "c", ".vimo-g" };

	strcpy((char *)to, usual[input_take(input, 1) % 4]);
	return (uint32_t)strlen((char *)to) + 1;
}

static void put(uint8_t *to, uint8_t place, uint64_t value)
{
	if (place)
		memcpy(to + place - 1, &value, sizeof(value));
}

/* A request of the guest. */
static void ask(void)
{
	unsigned int index = (unsigned int)input_take(input, 1) % FS_SLOTS;
	uint32_t opcode = (uint32_t)input_take(input, 1) % 64;
	struct fs_slot *slot = &fs.slot[index];
	struct fs_request *request = &slot->request;
	const struct fs_operation *operation = fs_operation(opcode);
	uint8_t how = (uint8_t)input_take(input, 1);

	if (slot->used || !operation || operation->reply == FS_NOTHING)
		return;
	*request = (struct fs_request){ .operation = operation, .header = { .opcode = opcode } };
	request->header.nodeid = take_id();
	request->header.unique = how;
	request->bytes = operation->arguments;
	put(request->arguments, operation->handle, operation->handle ? fs.nodes.table->handle[how & 7].id : 0);
	put(request->arguments, operation->other_node, operation->other_node ? take_id() : 0);
	if (opcode == FUSE_INIT)
		request->arguments[0] = FUSE_KERNEL_VERSION;
	for (unsigned int n = 0; n < operation->names; n++)
		request->bytes += take_argument_name(request->arguments + request->bytes);
	request->room = FS_ANSWER_MAX;
	if (fs_check(request, 0))
		return;
	slot->used = true;
	slot->submitted = slot->at_daemon = slot->found = false;
	slot->repeat = how & 0x80;
	slot->queue = FS_REQUESTS;
	slot->order = fs.order++;
	slot->chain = (struct virtqueue_chain){ .head = (uint16_t)index };
	fs.busy++;
	if (fs.ready)
		fs_submit(&fs, index);
}

/* As the device's thread does when a daemon has ended and the next one has come. */
static void next_daemon(void)
{
	struct error err;

	fs.ready = fs.own_pending = false;
	memset(fs.forget_pending, 0, sizeof(fs.forget_pending));
	fs.forget_count = 0;
	for (unsigned int index = 0; index < FS_SLOTS; index++) {
		fs.slot[index].repeat |= fs.slot[index].submitted;
		fs.slot[index].at_daemon = fs.slot[index].found = false;
	}
	fs_nodes_unknown(&fs.nodes);
	ended = false;
	published = 0;
	if (fs_connect(&fs, &err))
		abort();
	fs_restore(&fs);
}

static void step(void)
{
	uint8_t what = (uint8_t)input_take(input, 1);

	if (ended || what < 0x10)
		next_daemon();
	else if (what < 0x80)
		ask();
	else if (what < 0xc0 && published != fs.ring.avail_idx)
		answer_next();
	else if (what < 0xe0)
		fs_take_answers(&fs);
	else if (what < 0xe8)
		fs_show_closed(&fs);
	else if (what < 0xf0)
		fs_send_forgets(&fs);
	else
		check(&fs.nodes);
}

static void open_file(void)
{
	file_fd = memfd_create("fs.state", MFD_CLOEXEC);
	if (file_fd < 0 || ftruncate(file_fd, sizeof(*file)))
		abort();
	file = mmap(NULL, sizeof(*file), PROT_READ | PROT_WRITE, MAP_SHARED, file_fd, 0);
	if (file == MAP_FAILED)
		abort();
}

static void begin(void)
{
	struct error err;

	if (driver_ring_open(&fs.ring, &memory, sizeof(*fs.shared), &err))
		abort();
	fs.shared = (struct fs_shared *)(void *)fs.ring.shared;
	fs.slot = calloc(FS_SLOTS, sizeof(*fs.slot));
	fs.endpoint = &endpoint;
	for (unsigned int n = 0; n < FS_QUEUES; n++)
		endpoint.device.queue[n].ops = &ops;
	pthread_mutex_init(&endpoint.device.lock, NULL);
	pthread_cond_init(&endpoint.device.idle, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct fuzz_input whole = { data, bytes };
	struct error err;

	input = &whole;
	if (!file) {
		begin();
		open_file();
	}
	forge();
	for (unsigned int index = 0; index < FS_SLOTS; index++)
		fs.slot[index].used = fs.slot[index].submitted = false;
	fs.busy = 0;
	fs.order = 0;
	fs.any_found = false;
	if (!fs_nodes_open(&fs.nodes, file_fd, &err)) {
		fs.nodes.hidden = ".vimo-g";
		check(&fs.nodes);
		next_daemon();
		while (whole.left)
			step();
		check(&fs.nodes);
		fs_nodes_clear(&fs.nodes);
	}
	fs_nodes_close(&fs.nodes);
	clear();
	return 0;
}
