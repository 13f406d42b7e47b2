// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_fs.c - FUSE requests of a hostile guest, answers of a hostile daemon, and the table that both change.
 */
#include "fs/answer.h"
#include "fs/nodes.h"
#include "fuzz.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fs_nodes nodes;
static struct fs_request request;
static _Alignas(8) uint8_t encoded[sizeof(struct fuse_in_header) + FS_ARGUMENTS_MAX], answer[FS_ANSWER_MAX];

static void open_nodes(void)
{
	int fd = memfd_create("table", MFD_CLOEXEC);
	struct error err;

	if (ftruncate(fd, sizeof(*nodes.table)) || fs_nodes_open(&nodes, fd, &err))
		abort();
}

/* As fs_nodes_clear(), for used records only, since clearing all takes most of the time. */
static void clear_nodes(void)
{
	struct fuse_forget_one gone;

	for (uint32_t index = FUSE_ROOT_ID + 1; index < nodes.used_end; index++)
		if (fs_node_at(&nodes, index))
			fs_node_forget(&nodes, nodes.table->node[index].id, UINT64_MAX, &gone);
	for (uint32_t index = FUSE_ROOT_ID + 1; index < nodes.used_end; index++) {
		struct fs_node *node = &nodes.table->node[index];

		if (node->id || nodes.others[index]) /* its names go with it */
			abort();
		memset(node, 0, sizeof(*node));
	}
	for (uint32_t index = 0; index < nodes.handles; index++)
		memset(&nodes.table->handle[index], 0, sizeof(nodes.table->handle[index]));
	nodes.used_end = FUSE_ROOT_ID + 1;
	nodes.free = nodes.handles = nodes.next_handle = 0;
}

/* Each node is found by its numbers and names. */
static void check_nodes(void)
{
	for (uint32_t index = FUSE_ROOT_ID + 1; index < nodes.used_end; index++) {
		struct fs_node *node = fs_node_at(&nodes, index);

		if (!node)
			continue;
		if (fs_node_find(&nodes, node->id) != node || !node->lookups)
			abort();
		if (node->daemon && node->daemon != FUSE_ROOT_ID && fs_node_by_daemon(&nodes, node->daemon) != node)
			abort();
		for (const struct fs_node *name = node; name; name = fs_node_next_name(&nodes, name))
			if (node->parent && fs_node_by_name(&nodes, name->parent, name->name) != node)
				abort();
		if (fs_node_next_name(&nodes, node) && !node->parent)
			abort();
	}
}

/* Mostly a number that the guest knows. */
static uint64_t take_node(struct fuzz_input *input)
{
	uint8_t which = (uint8_t)input_take(input, 1);
	const struct fs_node *node = fs_node_at(&nodes, which % 8);

	return which >= 0xe0 ? input_take(input, 8) : node ? node->id : FUSE_ROOT_ID;
}

static uint64_t take_handle(struct fuzz_input *input)
{
	uint8_t which = (uint8_t)input_take(input, 1);

	return which >= 0xe0 ? input_take(input, 8) : nodes.table->handle[which % 8].id;
}

static uint32_t take_name(struct fuzz_input *input, uint8_t *to)
{
	static const char *const usual[] = { "a", "b", "c", "d" };
	uint8_t which = (uint8_t)input_take(input, 1);
	uint64_t text = input_take(input, which < 0xe0 ? 0 : 8);

	if (which >= 0xe0)
		memcpy(to, &text, sizeof(text));
	else
		memcpy(to, usual[which % 4], 2);
	return which < 0xe0 ? 2 : which & 15;
}

/* @place: offset plus 1; 0: do nothing. */
static void put(uint8_t *to, uint8_t place, uint64_t value)
{
	if (place)
		memcpy(to + place - 1, &value, sizeof(value));
}

/* Return: whether the request goes to the daemon. */
static bool make_request(struct fuzz_input *input)
{
	const struct fs_operation *operation;
	uint32_t opcode = (uint32_t)input_take(input, 1) % 64;

	operation = request.operation = fs_operation(opcode);
	request.header = (struct fuse_in_header){ .opcode = opcode, .nodeid = take_node(input) };
	if (!operation)
		return false;
	memset(request.arguments, 0, 256);
	request.bytes = operation->arguments;
	for (uint32_t at = 0; at < request.bytes && at < 24; at += 4)
		request.arguments[at] = (uint8_t)input_take(input, 1);
	put(request.arguments, operation->handle, operation->handle ? take_handle(input) : 0);
	put(request.arguments, operation->other_handle, operation->other_handle ? take_handle(input) : 0);
	put(request.arguments, operation->other_node, operation->other_node ? take_node(input) : 0);
	if (opcode == FUSE_INIT)
		request.arguments[0] = FUSE_KERNEL_VERSION;
	for (unsigned int n = 0; n < operation->names; n++)
		request.bytes += take_name(input, request.arguments + request.bytes);
	if (input_take(input, 1) >= 0xf0) /* too short, or too long */
		request.bytes = (uint32_t)input_take(input, 1);
	request.room = input_take(input, 1) < 0xf0 ? FS_ANSWER_MAX : (uint32_t)input_take(input, 2);
	if (operation->reply != FS_NOTHING && request.room < sizeof(struct fuse_out_header))
		return false;
	return !fs_check(&request, (uint32_t)input_take(input, 1) * 64);
}

/* As fs_forget(). */
static void forget(void)
{
	struct fuse_forget_one gone;
	uint64_t lookups;

	memcpy(&lookups, request.arguments, sizeof(lookups));
	if (request.header.opcode == FUSE_FORGET && fs_node_forget(&nodes, request.header.nodeid, lookups, &gone) &&
	    !gone.nlookup)
		abort();
}

static uint32_t make_listing(struct fuzz_input *input, uint8_t *to)
{
	uint32_t bytes = 0;

	for (unsigned int n = (unsigned int)input_take(input, 1) % 4; n; n--) {
		struct fuse_direntplus *entry = (struct fuse_direntplus *)(void *)(to + bytes);

		memset(entry, 0, sizeof(*entry) + 16);
		entry->entry_out.nodeid = input_take(input, 1) % 8;
		entry->dirent.namelen = take_name(input, (uint8_t *)entry->dirent.name);
		bytes += (uint32_t)FUSE_DIRENTPLUS_SIZE(entry);
	}
	return bytes;
}

static void make_answer(struct fuzz_input *input)
{
	struct fuse_out_header *header = (struct fuse_out_header *)(void *)answer;
	struct fuse_entry_out *entry = (struct fuse_entry_out *)(void *)(header + 1);
	uint8_t how = (uint8_t)input_take(input, 1);
	uint32_t bytes = request.operation->answer;

	memset(answer, 0, 512);
	header->error = how < 0xd0 ? 0 : -(int32_t)(how & 15);
	if (request.operation->reply == FS_LISTING) {
		bytes = make_listing(input, (uint8_t *)(header + 1));
	} else {
		entry->nodeid = input_take(input, 1) % 8; /* fh of the opened file */
		entry->attr.mode = S_IFREG;
	}
	header->len = (uint32_t)sizeof(*header) + (header->error ? 0 : bytes);
	if (how % 16 == 15)
		header->len = (uint32_t)input_take(input, 2);
}

static void one(struct fuzz_input *input)
{
	const struct fuse_out_header *header = (const struct fuse_out_header *)(const void *)answer;
	struct fuse_forget_one gone = { 0 };

	if (!make_request(input))
		return;
	if (request.operation->reply == FS_NOTHING) {
		forget();
		return;
	}
	if (fs_encode(&nodes, &request, 1, encoded) < 0)
		return;
	make_answer(input);
	if (fs_decode(&nodes, &request, answer, &gone) && header->len > request.room)
		abort(); /* more than the guest's buffers hold */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct fuzz_input input = { data, bytes };

	if (!nodes.table)
		open_nodes();
	while (input.left) {
		one(&input);
		check_nodes();
	}
	clear_nodes();
	return 0;
}
