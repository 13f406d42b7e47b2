// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * handles.c - handles in the table, and how many each node has.
 */
#include "fs/handles.h"

void fs_node_note_closed(struct fs_nodes *nodes, const struct fs_node *node)
{
	/* A node without room here keeps its hidden name until the guest ends. */
	if (node->hidden && !fs_node_is_open(nodes, node) && nodes->closed_count < FS_CLOSED)
		nodes->closed[nodes->closed_count++] = node->id;
}

void fs_handles_find(struct fs_nodes *nodes)
{
	for (uint32_t index = 0; index < nodes->handles; index++)
		if (nodes->table->handle[index].id)
			nodes->open[(uint32_t)nodes->table->handle[index].node % nodes->limit]++;
}

bool fs_node_is_open(const struct fs_nodes *nodes, const struct fs_node *node)
{
	return nodes->open[fs_node_index(nodes, node)];
}

struct fs_handle *fs_handle_new(struct fs_nodes *nodes, uint64_t node, uint32_t opcode, uint32_t flags, uint64_t daemon)
{
	for (uint32_t n = 0; n < FS_HANDLES; n++) {
		uint32_t index = (nodes->next_handle + n) % FS_HANDLES;
		struct fs_handle *handle = &nodes->table->handle[index];

		if (handle->id)
			continue;
		nodes->next_handle = index + 1;
		nodes->handles = index < nodes->handles ? nodes->handles : index + 1;
		handle->generation = handle->generation % INT32_MAX + 1;
		handle->node = node;
		handle->opcode = opcode;
		handle->flags = flags;
		handle->daemon = daemon;
		handle->lost = 0;
		nodes->open[(uint32_t)node % nodes->limit]++;
		__atomic_store_n(&handle->id, (uint64_t)handle->generation << 32 | index, __ATOMIC_RELEASE);
		return handle;
	}
	return NULL;
}

struct fs_handle *fs_handle_find(const struct fs_nodes *nodes, uint64_t id)
{
	struct fs_handle *handle = &nodes->table->handle[(uint32_t)id % FS_HANDLES];

	return id && handle->id == id ? handle : NULL;
}

void fs_handle_free(struct fs_nodes *nodes, struct fs_handle *handle)
{
	const struct fs_node *node = fs_node_find(nodes, handle->node);

	__atomic_store_n(&handle->id, 0, __ATOMIC_RELEASE);
	nodes->open[(uint32_t)handle->node % nodes->limit]--;
	if (node)
		fs_node_note_closed(nodes, node);
}
