// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * names.c - a hash table from directory and name to the record, and a list of each node's other names.
 */
#include "fs/names.h"

#include <stdio.h>
#include <string.h>

static uint32_t name_bucket(uint64_t parent, const char *name)
{
	uint64_t hash = 14695981039346656037ull ^ parent;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 1099511628211ull;
	return (uint32_t)(hash >> 32 ^ hash) % FS_BUCKETS;
}

static bool is_named(const struct fs_node *record, uint64_t parent, const char *name)
{
	return record->parent == parent && !strcmp(record->name, name);
}

static struct fs_node *record_by_name(const struct fs_nodes *nodes, uint64_t parent, const char *name)
{
	uint32_t index = nodes->by_name[name_bucket(parent, name)];

	while (index && !is_named(&nodes->table->node[index], parent, name))
		index = nodes->next_name[index];
	return fs_record_at(nodes, index);
}

struct fs_node *fs_node_by_name(const struct fs_nodes *nodes, uint64_t parent, const char *name)
{
	struct fs_node *record = record_by_name(nodes, parent, name);

	return record && record->name_of ? fs_node_find(nodes, record->name_of) : record;
}

static void set_name(struct fs_nodes *nodes, struct fs_node *record, uint64_t parent, const char *name)
{
	memset(record->name, 0, sizeof(record->name));
	memcpy(record->name, name, strnlen(name, FS_NAME));
	__atomic_store_n(&record->parent, parent, __ATOMIC_RELEASE);
	fs_list_add(&nodes->by_name[name_bucket(parent, record->name)], nodes->next_name, fs_node_index(nodes, record));
}

static void clear_name(struct fs_nodes *nodes, struct fs_node *record)
{
	if (record->parent)
		fs_list_remove(&nodes->by_name[name_bucket(record->parent, record->name)], nodes->next_name,
			       fs_node_index(nodes, record));
	__atomic_store_n(&record->parent, 0, __ATOMIC_RELEASE);
}

static void drop_record(struct fs_nodes *nodes, struct fs_node *record)
{
	uint32_t *others = &nodes->others[record->name_of ? (uint32_t)record->name_of : fs_node_index(nodes, record)];

	clear_name(nodes, record);
	if (record->name_of) {
		fs_list_remove(others, nodes->next_daemon, fs_node_index(nodes, record));
		fs_record_free(nodes, record);
	} else if (*others) { /* another of its names becomes the first */
		struct fs_node *other = &nodes->table->node[*others];

		set_name(nodes, record, other->parent, other->name);
		drop_record(nodes, other);
	}
}

void fs_node_add_name(struct fs_nodes *nodes, struct fs_node *node, uint64_t parent, const char *name)
{
	struct fs_node *record = record_by_name(nodes, parent, name);

	if (node->id == FUSE_ROOT_ID || (record && (record == node || record->name_of == node->id)))
		return;
	if (record)
		drop_record(nodes, record);
	record = node->parent ? fs_record_new(nodes, node->id) : node;
	if (record && record != node)
		fs_list_add(&nodes->others[fs_node_index(nodes, node)], nodes->next_daemon,
			    fs_node_index(nodes, record));
	if (!record) /* all records are used: the node has the new name only */
		clear_name(nodes, node);
	set_name(nodes, record ? record : node, parent, name);
}

void fs_node_drop_name(struct fs_nodes *nodes, uint64_t parent, const char *name)
{
	struct fs_node *record = record_by_name(nodes, parent, name);

	if (record)
		drop_record(nodes, record);
}

const struct fs_node *fs_node_next_name(const struct fs_nodes *nodes, const struct fs_node *name)
{
	uint32_t index = fs_node_index(nodes, name);

	return fs_record_at(nodes, name->name_of ? nodes->next_daemon[index] : nodes->others[index]);
}

void fs_node_set_name(struct fs_nodes *nodes, struct fs_node *node, uint64_t parent, const char *name)
{
	const uint32_t *others = &nodes->others[fs_node_index(nodes, node)];

	fs_node_add_name(nodes, node, parent, name);
	while (*others)
		drop_record(nodes, is_named(node, parent, name) ? &nodes->table->node[*others] : node);
}

void fs_names_drop(struct fs_nodes *nodes, struct fs_node *node)
{
	while (node->parent || fs_node_next_name(nodes, node))
		drop_record(nodes, node);
}

/* The previous vimo-dm may have been killed after the node got this name and before this record lost it, or before
 * this record got its name. */
static bool is_leftover(const struct fs_nodes *nodes, struct fs_node *record)
{
	if (record->parent && record_by_name(nodes, record->parent, record->name))
		record->parent = 0;
	return record->name_of && (!record->parent || !fs_node_find(nodes, record->name_of));
}

bool fs_names_find(struct fs_nodes *nodes, struct fs_node *record)
{
	uint32_t index = fs_node_index(nodes, record);

	if (is_leftover(nodes, record))
		return false;
	if (record->parent)
		fs_list_add(&nodes->by_name[name_bucket(record->parent, record->name)], nodes->next_name, index);
	if (record->name_of)
		fs_list_add(&nodes->others[(uint32_t)record->name_of], nodes->next_daemon, index);
	return true;
}

void fs_node_hidden_name(const struct fs_node *node, char *name)
{
	snprintf(name, FS_HIDDEN_BYTES, "%016llx", (unsigned long long)node->id);
}
