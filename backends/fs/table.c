// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * table.c - the file and its records.
 */
#include "fs/table.h"

#include "host/state_file.h"
#include "dm_files.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MAGIC 0x33454c4241544656ull /* "VFTABLE3" */
#define STEP (1u << 18)             /* bytes that are reserved at once */
#define NAME "a folder's state"

uint32_t fs_node_index(const struct fs_nodes *nodes, const struct fs_node *node)
{
	return (uint32_t)(node - nodes->table->node);
}

void fs_list_add(uint32_t *first, uint32_t *next, uint32_t index)
{
	next[index] = *first;
	*first = index;
}

void fs_list_remove(uint32_t *first, uint32_t *next, uint32_t index)
{
	while (*first && *first != index)
		first = &next[*first];
	if (*first)
		*first = next[index];
}

/* Reserve the file up to record @index, in steps. */
static bool reserve(struct fs_nodes *nodes, uint32_t index)
{
	uint64_t end = offsetof(struct fs_table, node) + (index + 1ull) * sizeof(struct fs_node);
	struct error err;

	if (end <= nodes->reserved)
		return true;
	end = (end + STEP - 1) / STEP * STEP;
	if (end > nodes->bytes)
		end = nodes->bytes;
	if (state_file_reserve(NAME, (char *)nodes->table + nodes->reserved, end - nodes->reserved, &err))
		return false;
	nodes->reserved = end;
	return true;
}

void fs_table_make_root(struct fs_table *table)
{
	table->node[FUSE_ROOT_ID] = (struct fs_node){ .id = FUSE_ROOT_ID, .daemon = FUSE_ROOT_ID };
}

struct fs_node *fs_record_at(const struct fs_nodes *nodes, uint32_t index)
{
	if (!index || index >= nodes->used_end || !nodes->table->node[index].id)
		return NULL;
	return &nodes->table->node[index];
}

static bool id_is_valid(uint64_t id, uint32_t generation, uint32_t index)
{
	return id == ((uint64_t)generation << 32 | index) && generation && generation <= INT32_MAX;
}

static bool record_is_valid(const struct fs_node *record, uint32_t index)
{
	return id_is_valid(record->id, record->generation, index) && record->hidden <= FS_HIDDEN &&
	       record->name_of != FUSE_ROOT_ID && memchr(record->name, '\0', sizeof(record->name)) &&
	       !strchr(record->name, '/');
}

static bool handle_is_valid(const struct fs_handle *handle, uint32_t index)
{
	return id_is_valid(handle->id, handle->generation, index) &&
	       (handle->opcode == FUSE_OPEN || handle->opcode == FUSE_OPENDIR);
}

void fs_table_decode(struct fs_table *table, uint32_t records, uint32_t handles)
{
	if (table->init_bytes > sizeof(table->init))
		table->init_bytes = 0;
	fs_table_make_root(table);
	for (uint32_t index = FUSE_ROOT_ID + 1; index < records; index++)
		if (table->node[index].id && !record_is_valid(&table->node[index], index))
			table->node[index].id = 0;
	for (uint32_t index = 0; index < handles; index++)
		if (table->handle[index].id && !handle_is_valid(&table->handle[index], index))
			table->handle[index].id = 0;
}

static bool allocate(struct fs_nodes *nodes)
{
	nodes->by_daemon = calloc(FS_BUCKETS, sizeof(uint32_t));
	nodes->by_name = calloc(FS_BUCKETS, sizeof(uint32_t));
	nodes->open = calloc(nodes->limit, sizeof(uint32_t));
	nodes->others = calloc(nodes->limit, sizeof(uint32_t));
	nodes->next_daemon = calloc(nodes->limit, sizeof(uint32_t));
	nodes->next_name = calloc(nodes->limit, sizeof(uint32_t));
	nodes->tried = calloc(nodes->limit, sizeof(uint32_t));
	return nodes->open && nodes->others && nodes->by_daemon && nodes->by_name && nodes->next_daemon &&
	       nodes->next_name && nodes->tried;
}

/* Records that were ever used lie below the first one with generation 0. */
static void find_end(struct fs_nodes *nodes)
{
	struct fs_table *table = nodes->table;

	nodes->used_end = FUSE_ROOT_ID + 1;
	nodes->handles = FS_HANDLES;
	while (nodes->handles && !table->handle[nodes->handles - 1].id)
		nodes->handles--;
	while (nodes->used_end < nodes->limit && reserve(nodes, nodes->used_end) &&
	       table->node[nodes->used_end].generation)
		nodes->used_end++;
}

int fs_table_open(struct fs_nodes *nodes, int fd, struct error *err)
{
	memset(nodes, 0, sizeof(*nodes));
	nodes->bytes = sizeof(*nodes->table);
	nodes->table = state_file_map(NAME, fd, DM_FOLDER_STATE_MIN, &nodes->bytes, err);
	if (!nodes->table || state_file_begin(NAME, nodes->table, nodes->bytes, MAGIC, err))
		return -1;
	nodes->limit = (uint32_t)((nodes->bytes - offsetof(struct fs_table, node)) / sizeof(struct fs_node));
	if (!reserve(nodes, FUSE_ROOT_ID) || !allocate(nodes))
		return error_set(err, ERROR_RESOURCES, NAME ": %s: make room in /run", strerror(ENOSPC));
	find_end(nodes);
	fs_table_decode(nodes->table, nodes->used_end, nodes->handles);
	return 0;
}

void fs_table_close(struct fs_nodes *nodes)
{
	if (nodes->table)
		munmap(nodes->table, nodes->bytes);
	free(nodes->open);
	free(nodes->others);
	free(nodes->by_daemon);
	free(nodes->by_name);
	free(nodes->next_daemon);
	free(nodes->next_name);
	free(nodes->tried);
}

struct fs_node *fs_node_at(const struct fs_nodes *nodes, uint32_t index)
{
	struct fs_node *node = fs_record_at(nodes, index);

	return node && !node->name_of ? node : NULL;
}

struct fs_node *fs_node_find(const struct fs_nodes *nodes, uint64_t id)
{
	struct fs_node *node = fs_node_at(nodes, (uint32_t)id);

	return node && node->id == id ? node : NULL;
}

struct fs_node *fs_record_new(struct fs_nodes *nodes, uint64_t name_of)
{
	uint32_t index = nodes->free;
	struct fs_node *record;

	if (index) {
		nodes->free = nodes->next_daemon[index];
	} else {
		if (nodes->used_end == nodes->limit || !reserve(nodes, nodes->used_end))
			return NULL;
		index = nodes->used_end++;
	}
	record = nodes->table->node + index;
	record->generation = record->generation % INT32_MAX + 1;
	record->parent = record->lookups = record->daemon = record->daemon_lookups = record->hidden = 0;
	record->name_of = name_of;
	__atomic_store_n(&record->id, (uint64_t)record->generation << 32 | index, __ATOMIC_RELEASE);
	return record;
}

void fs_record_free(struct fs_nodes *nodes, struct fs_node *record)
{
	__atomic_store_n(&record->id, 0, __ATOMIC_RELEASE);
	fs_list_add(&nodes->free, nodes->next_daemon, fs_node_index(nodes, record));
}
