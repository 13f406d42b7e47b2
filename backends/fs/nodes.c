// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nodes.c - nodes from answers of the daemon, by a hash table of the daemon's numbers.
 */
#include "fs/nodes.h"

#include <string.h>
#include <sys/stat.h>

static uint32_t daemon_bucket(uint64_t daemon)
{
	return (uint32_t)(daemon * 0x9e3779b97f4a7c15ull >> 48) % FS_BUCKETS;
}

static void find_record(struct fs_nodes *nodes, uint32_t index)
{
	struct fs_node *record = &nodes->table->node[index];

	if (!record->id || !fs_names_find(nodes, record)) {
		record->id = 0;
		fs_list_add(&nodes->free, nodes->next_daemon, index);
	} else if (!record->name_of) {
		fs_node_note_closed(nodes, record);
	}
}

static void find_all(struct fs_nodes *nodes)
{
	nodes->free = nodes->closed_count = 0;
	fs_handles_find(nodes);
	for (uint32_t index = FUSE_ROOT_ID + 1; index < nodes->used_end; index++)
		find_record(nodes, index);
}

int fs_nodes_open(struct fs_nodes *nodes, int fd, struct error *err)
{
	if (fs_table_open(nodes, fd, err))
		return -1;
	find_all(nodes);
	fs_nodes_unknown(nodes);
	return 0;
}

void fs_nodes_close(struct fs_nodes *nodes)
{
	fs_table_close(nodes);
}

/* Generations stay, so that a number is never used twice. */
void fs_nodes_clear(struct fs_nodes *nodes)
{
	struct fs_table *table = nodes->table;

	table->init_bytes = 0;
	memset(table->note, 0, sizeof(table->note));
	for (uint32_t index = 0; index < nodes->handles; index++)
		if (table->handle[index].id)
			fs_handle_free(nodes, &table->handle[index]);
	for (uint32_t index = FUSE_ROOT_ID + 1; index < nodes->used_end; index++)
		table->node[index].id = 0;
	memset(nodes->by_daemon, 0, FS_BUCKETS * sizeof(uint32_t));
	memset(nodes->by_name, 0, FS_BUCKETS * sizeof(uint32_t));
	memset(nodes->others, 0, nodes->used_end * sizeof(uint32_t));
	find_all(nodes);
	fs_table_make_root(table);
}

void fs_nodes_unknown(struct fs_nodes *nodes)
{
	memset(nodes->by_daemon, 0, FS_BUCKETS * sizeof(uint32_t));
	for (uint32_t index = FUSE_ROOT_ID + 1; index < nodes->used_end; index++)
		if (nodes->table->node[index].id)
			nodes->table->node[index].daemon = nodes->table->node[index].daemon_lookups = 0;
	for (uint32_t index = 0; index < nodes->handles; index++)
		nodes->table->handle[index].daemon = 0;
}

struct fs_node *fs_node_by_daemon(const struct fs_nodes *nodes, uint64_t daemon)
{
	uint32_t index = nodes->by_daemon[daemon_bucket(daemon)];

	if (daemon == FUSE_ROOT_ID)
		return fs_node_at(nodes, FUSE_ROOT_ID);
	while (index && nodes->table->node[index].daemon != daemon)
		index = nodes->next_daemon[index];
	return fs_node_at(nodes, index);
}

void fs_node_bind(struct fs_nodes *nodes, struct fs_node *node, uint64_t daemon)
{
	uint32_t index = fs_node_index(nodes, node);

	if (index == FUSE_ROOT_ID)
		return;
	if (node->daemon)
		fs_list_remove(&nodes->by_daemon[daemon_bucket(node->daemon)], nodes->next_daemon, index);
	node->daemon = daemon;
	node->daemon_lookups = 0;
	if (daemon)
		fs_list_add(&nodes->by_daemon[daemon_bucket(daemon)], nodes->next_daemon, index);
}

struct fs_node *fs_node_learn(struct fs_nodes *nodes, uint64_t parent, const char *name,
			      const struct fuse_entry_out *entry)
{
	struct fs_node *node = fs_node_by_daemon(nodes, entry->nodeid);

	if (!node) {
		node = fs_record_new(nodes, 0);
		if (!node)
			return NULL;
		node->inode = entry->attr.ino;
		node->kind = entry->attr.mode & S_IFMT;
		fs_node_bind(nodes, node, entry->nodeid);
	}
	if (entry->attr.nlink > 1 && node->kind != S_IFDIR) /* the guest may use the other names without a lookup */
		fs_node_add_name(nodes, node, parent, name);
	else
		fs_node_set_name(nodes, node, parent, name);
	node->daemon_lookups++;
	node->lookups++;
	return node;
}

bool fs_node_forget(struct fs_nodes *nodes, uint64_t id, uint64_t lookups, struct fuse_forget_one *gone)
{
	struct fs_node *node = fs_node_find(nodes, id);

	if (!node || id == FUSE_ROOT_ID)
		return false;
	node->lookups -= lookups < node->lookups ? lookups : node->lookups;
	if (node->lookups)
		return false;
	*gone = (struct fuse_forget_one){ .nodeid = node->daemon, .nlookup = node->daemon_lookups };
	fs_names_drop(nodes, node);
	fs_node_bind(nodes, node, 0);
	fs_record_free(nodes, node);
	return true;
}
