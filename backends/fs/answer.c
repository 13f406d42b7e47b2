// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * answer.c - answers of the daemon by kind of request.
 */
#include "fs/answer.h"

#include <errno.h>
#include <linux/fs.h>
#include <stddef.h>
#include <string.h>

static void fail(uint8_t *answer, int error)
{
	struct fuse_out_header *header = (struct fuse_out_header *)(void *)answer;

	header->len = sizeof(*header);
	header->error = -error;
}

static void decode_entry(struct fs_nodes *nodes, const struct fs_request *request, const char *name, uint8_t *answer,
			 struct fuse_forget_one *forget)
{
	struct fuse_entry_out *entry = (struct fuse_entry_out *)(void *)(answer + sizeof(struct fuse_out_header));
	const struct fs_node *node;

	entry->generation = 0; /* a node id is never used twice */
	if (!entry->nodeid)
		return; /* the name does not exist, and the guest may cache that */
	node = fs_node_learn(nodes, request->header.nodeid, name, entry);
	if (node) {
		entry->nodeid = node->id;
		return;
	}
	*forget = (struct fuse_forget_one){ .nodeid = entry->nodeid, .nlookup = 1 };
	fail(answer, ENOMEM);
}

/* Return: false: the guest has too many handles. The daemon's handle stays open until the next mount. */
static bool decode_open(struct fs_nodes *nodes, uint64_t node, const struct fs_request *request, uint8_t *at)
{
	struct fuse_open_out *open = (struct fuse_open_out *)(void *)at;
	const struct fs_handle *handle;
	uint32_t flags;

	memcpy(&flags, request->arguments, sizeof(flags)); /* the first member of each request that opens */
	handle = fs_handle_new(nodes, node, request->header.opcode == FUSE_OPENDIR ? FUSE_OPENDIR : FUSE_OPEN, flags,
			       open->fh);
	if (!handle)
		return false;
	open->fh = handle->id;
	return true;
}

static void decode_created(struct fs_nodes *nodes, const struct fs_request *request, uint8_t *answer,
			   struct fuse_forget_one *forget)
{
	struct fuse_out_header *header = (struct fuse_out_header *)(void *)answer;
	struct fuse_entry_out *entry = (struct fuse_entry_out *)(void *)(header + 1);

	decode_entry(nodes, request, fs_name(request, 0), answer, forget);
	if (!header->error && !decode_open(nodes, entry->nodeid, request, (uint8_t *)(entry + 1))) {
		fs_node_forget(nodes, entry->nodeid, 1, forget);
		fail(answer, ENFILE);
	}
}

/* Return: whether the listing is well-formed. A node without room in the table becomes "not looked up". */
static bool decode_listing(struct fs_nodes *nodes, const struct fs_request *request, uint8_t *answer, uint32_t bytes)
{
	uint8_t *at = answer + sizeof(struct fuse_out_header), *end = answer + bytes;

	while (at < end) {
		struct fuse_direntplus *entry = (struct fuse_direntplus *)(void *)at;
		char name[FS_NAME + 1] = "";
		const struct fs_node *node = NULL;
		size_t size;

		if ((size_t)(end - at) < FUSE_NAME_OFFSET_DIRENTPLUS || entry->dirent.namelen > FS_NAME)
			return false;
		size = FUSE_DIRENTPLUS_SIZE(entry);
		if (size > (size_t)(end - at))
			return false;
		memcpy(name, entry->dirent.name, entry->dirent.namelen);
		if (entry->entry_out.nodeid)
			node = fs_node_learn(nodes, request->header.nodeid, name, &entry->entry_out);
		entry->entry_out.nodeid = node ? node->id : 0;
		entry->entry_out.generation = 0;
		at += size;
	}
	return true;
}

static void decode_init(struct fs_nodes *nodes, const struct fs_request *request, uint8_t *answer)
{
	struct fuse_init_out *init = (struct fuse_init_out *)(void *)(answer + sizeof(struct fuse_out_header));
	struct fs_table *table = nodes->table;

	init->flags = fs_init_flags(init->flags);
	if (init->max_write > FS_WRITE_MAX)
		init->max_write = FS_WRITE_MAX;
	init->map_alignment = 0;
	fs_nodes_clear(nodes);
	memset(table->init, 0, sizeof(table->init));
	memcpy(table->init, request->arguments,
	       sizeof(table->init) < request->bytes ? sizeof(table->init) : request->bytes);
	table->init_flags = init->flags;
	__atomic_store_n(&table->init_bytes,
			 sizeof(table->init) < request->bytes ? sizeof(table->init) : request->bytes, __ATOMIC_RELEASE);
}

static void decode_renamed(struct fs_nodes *nodes, const struct fs_request *request)
{
	const char *old_name = fs_name(request, 0), *new_name = fs_name(request, 1);
	uint64_t from = request->header.nodeid, to;
	struct fs_node *moved = fs_node_by_name(nodes, from, old_name), *other;
	uint32_t flags = 0;

	memcpy(&to, request->arguments, sizeof(to)); /* newdir is the first member of both */
	other = fs_node_by_name(nodes, to, new_name);
	if (request->header.opcode == FUSE_RENAME2)
		memcpy(&flags, request->arguments + offsetof(struct fuse_rename2_in, flags), sizeof(flags));
	if (moved == other)
		return;
	if (moved) /* first: a kill in between leaves the node with both names */
		fs_node_add_name(nodes, moved, to, new_name);
	else
		fs_node_drop_name(nodes, to, new_name);
	fs_node_drop_name(nodes, from, old_name);
	if (other && flags & RENAME_EXCHANGE)
		fs_node_add_name(nodes, other, from, old_name);
}

void fs_release(struct fs_nodes *nodes, const struct fs_request *request)
{
	struct fs_handle *handle;
	uint64_t id;

	memcpy(&id, request->arguments, sizeof(id)); /* the first member */
	handle = fs_handle_find(nodes, id);
	if (handle)
		fs_handle_free(nodes, handle);
}

/* The change that a request without contents in its answer has made. */
static void decode_done(struct fs_nodes *nodes, const struct fs_request *request)
{
	switch (request->header.opcode) {
	case FUSE_UNLINK:
	case FUSE_RMDIR: fs_node_drop_name(nodes, request->header.nodeid, fs_name(request, 0)); break;
	case FUSE_RENAME:
	case FUSE_RENAME2: decode_renamed(nodes, request); break;
	case FUSE_RELEASE:
	case FUSE_RELEASEDIR: fs_release(nodes, request); break;
	case FUSE_DESTROY: fs_nodes_clear(nodes); break;
	default: break;
	}
}

bool fs_decode(struct fs_nodes *nodes, const struct fs_request *request, uint8_t *answer,
	       struct fuse_forget_one *forget)
{
	const struct fs_operation *operation = request->operation;
	struct fuse_out_header *header = (struct fuse_out_header *)(void *)answer;
	uint32_t bytes = header->len - (uint32_t)sizeof(*header);

	if (header->len < sizeof(*header) || header->len > request->room || header->error > 0 || header->error <= -4096)
		return false;
	header->unique = request->header.unique;
	if (header->error) {
		fail(answer, -header->error);
		return true;
	}
	if (operation->reply == FS_DATA ? bytes > request->data :
	    operation->any_length       ? header->len > FS_ANSWER_MAX :
					  bytes != operation->answer)
		return false;
	switch (operation->reply) {
	case FS_ENTRY: decode_entry(nodes, request, fs_name(request, 0), answer, forget); break;
	case FS_CREATED: decode_created(nodes, request, answer, forget); break;
	case FS_OPENED:
		if (!decode_open(nodes, request->header.nodeid, request, answer + sizeof(*header)))
			fail(answer, ENFILE);
		break;
	case FS_LISTING: return decode_listing(nodes, request, answer, header->len);
	case FS_INIT: decode_init(nodes, request, answer); break;
	case FS_PLAIN: decode_done(nodes, request); break;
	case FS_NOTHING:
	case FS_DATA: break;
	}
	return true;
}
