// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nodes.c - the table, and ways to find what is in it. The ways are in our memory and made anew.
 */
#include "fs/nodes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAGIC 0x33454c4241544656ull /* "VFTABLE3" */
#define BUCKETS (1u << 16)
#define STEP (1u << 20) /* the file grows by */

static uint32_t daemon_bucket(uint64_t daemon)
{
	return (uint32_t)(daemon * 0x9e3779b97f4a7c15ull >> 48) % BUCKETS;
}

static uint32_t name_bucket(uint64_t parent, const char *name)
{
	uint64_t hash = 14695981039346656037ull ^ parent;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 1099511628211ull;
	return (uint32_t)(hash >> 32 ^ hash) % BUCKETS;
}

static uint32_t index_of(const struct fs_nodes *nodes, const struct fs_node *node)
{
	return (uint32_t)(node - nodes->table->node);
}

static void link_node(uint32_t *first, uint32_t *next, uint32_t index)
{
	next[index] = *first;
	*first = index;
}

static void unlink_node(uint32_t *first, uint32_t *next, uint32_t index)
{
	while (*first && *first != index)
		first = &next[*first];
	if (*first)
		*first = next[index];
}

/* A page that the file system has no room for would kill us when it is touched. */
static bool reserve(struct fs_nodes *nodes, uint32_t index)
{
	uint64_t end = offsetof(struct fs_table, node) + (index + 1ull) * sizeof(struct fs_node);

	if (end <= nodes->allocated)
		return true;
	end = (end + STEP - 1) / STEP * STEP;
	if (posix_fallocate(nodes->fd, (off_t)nodes->allocated, (off_t)(end - nodes->allocated)))
		return false;
	nodes->allocated = end;
	return true;
}

static void make_root(struct fs_nodes *nodes)
{
	nodes->table->node[FUSE_ROOT_ID] = (struct fs_node){ .id = FUSE_ROOT_ID, .daemon = FUSE_ROOT_ID };
}

/* A node or another name of one. */
static struct fs_node *record_at(const struct fs_nodes *nodes, uint32_t index)
{
	if (!index || index >= nodes->fresh || !nodes->table->node[index].id)
		return NULL;
	return &nodes->table->node[index];
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
	return record_at(nodes, index);
}

static void note_closed(struct fs_nodes *nodes, const struct fs_node *node)
{
	/* One too many is shown when the guest ends. */
	if (node->hidden && !fs_node_is_open(nodes, node) && nodes->closed_count < FS_CLOSED)
		nodes->closed[nodes->closed_count++] = node->id;
}

/* Who died may have given one to its node, and not taken it away here; or not given it yet. */
static bool is_left(const struct fs_nodes *nodes, struct fs_node *record)
{
	if (record->parent && record_by_name(nodes, record->parent, record->name))
		record->parent = 0;
	return record->of && (!record->parent || !fs_node_find(nodes, record->of));
}

static void find_record(struct fs_nodes *nodes, uint32_t index)
{
	struct fs_node *record = &nodes->table->node[index];

	if (!record->id || is_left(nodes, record)) {
		record->id = 0;
		link_node(&nodes->free, nodes->next_daemon, index);
		return;
	}
	if (record->parent)
		link_node(&nodes->by_name[name_bucket(record->parent, record->name)], nodes->next_name, index);
	if (record->of)
		link_node(&nodes->others[(uint32_t)record->of], nodes->next_daemon, index);
	else
		note_closed(nodes, record);
}

static void find_all(struct fs_nodes *nodes)
{
	nodes->free = nodes->closed_count = 0;
	for (uint32_t index = 0; index < nodes->handles; index++)
		if (nodes->table->handle[index].id)
			nodes->open[(uint32_t)nodes->table->handle[index].node % FS_NODES]++;
	for (uint32_t index = FUSE_ROOT_ID + 1; index < nodes->fresh; index++)
		find_record(nodes, index);
}

/* All that was ever used lies below the first generation 0. */
static void take_over(struct fs_nodes *nodes)
{
	struct fs_table *table = nodes->table;

	nodes->fresh = FUSE_ROOT_ID + 1;
	nodes->handles = FS_HANDLES;
	while (nodes->handles && !table->handle[nodes->handles - 1].id)
		nodes->handles--;
	if (table->magic != MAGIC) {
		fs_nodes_clear(nodes);
		table->magic = MAGIC;
	}
	while (nodes->fresh < FS_NODES && reserve(nodes, nodes->fresh) && table->node[nodes->fresh].generation)
		nodes->fresh++;
	find_all(nodes);
	fs_nodes_unknown(nodes);
}

/* Return: whether it can be; of another version, it says nothing. */
static bool empty_strange(int fd)
{
	uint64_t magic = 0;

	return (pread(fd, &magic, sizeof(magic), 0) == sizeof(magic) && magic == MAGIC) || !ftruncate(fd, 0);
}

int fs_nodes_open(struct fs_nodes *nodes, const char *path, struct error *err)
{
	void *table = MAP_FAILED;

	memset(nodes, 0, sizeof(*nodes));
	nodes->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (nodes->fd >= 0 && empty_strange(nodes->fd) && !ftruncate(nodes->fd, sizeof(*nodes->table)) &&
	    reserve(nodes, FUSE_ROOT_ID))
		table = mmap(NULL, sizeof(*nodes->table), PROT_READ | PROT_WRITE, MAP_SHARED, nodes->fd, 0);
	nodes->by_daemon = calloc(BUCKETS, sizeof(uint32_t));
	nodes->by_name = calloc(BUCKETS, sizeof(uint32_t));
	nodes->open = calloc(FS_NODES, sizeof(uint32_t));
	nodes->others = calloc(FS_NODES, sizeof(uint32_t));
	nodes->next_daemon = calloc(FS_NODES, sizeof(uint32_t));
	nodes->next_name = calloc(FS_NODES, sizeof(uint32_t));
	if (table == MAP_FAILED || !nodes->open || !nodes->others || !nodes->by_daemon || !nodes->by_name ||
	    !nodes->next_daemon || !nodes->next_name)
		return error_set(err, ERROR_RESOURCES, "%s: %s", path, strerror(errno));
	nodes->table = table;
	take_over(nodes);
	return 0;
}

void fs_nodes_close(struct fs_nodes *nodes)
{
	if (nodes->table)
		munmap(nodes->table, sizeof(*nodes->table));
	if (nodes->fd >= 0)
		close(nodes->fd);
	free(nodes->open);
	free(nodes->others);
	free(nodes->by_daemon);
	free(nodes->by_name);
	free(nodes->next_daemon);
	free(nodes->next_name);
}

/* Generations stay: no number is used twice. */
void fs_nodes_clear(struct fs_nodes *nodes)
{
	struct fs_table *table = nodes->table;

	table->init_bytes = 0;
	memset(table->note, 0, sizeof(table->note));
	for (uint32_t index = 0; index < nodes->handles; index++)
		if (table->handle[index].id)
			fs_handle_free(nodes, &table->handle[index]);
	for (uint32_t index = FUSE_ROOT_ID + 1; index < nodes->fresh; index++)
		table->node[index].id = 0;
	memset(nodes->by_daemon, 0, BUCKETS * sizeof(uint32_t));
	memset(nodes->by_name, 0, BUCKETS * sizeof(uint32_t));
	memset(nodes->others, 0, nodes->fresh * sizeof(uint32_t));
	find_all(nodes);
	make_root(nodes);
}

void fs_nodes_unknown(struct fs_nodes *nodes)
{
	memset(nodes->by_daemon, 0, BUCKETS * sizeof(uint32_t));
	for (uint32_t index = FUSE_ROOT_ID + 1; index < nodes->fresh; index++)
		if (nodes->table->node[index].id)
			nodes->table->node[index].daemon = nodes->table->node[index].known = 0;
	for (uint32_t index = 0; index < nodes->handles; index++)
		nodes->table->handle[index].daemon = 0;
}

struct fs_node *fs_node_at(const struct fs_nodes *nodes, uint32_t index)
{
	struct fs_node *node = record_at(nodes, index);

	return node && !node->of ? node : NULL;
}

struct fs_node *fs_node_find(const struct fs_nodes *nodes, uint64_t id)
{
	struct fs_node *node = fs_node_at(nodes, (uint32_t)id);

	return node && node->id == id ? node : NULL;
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

struct fs_node *fs_node_by_name(const struct fs_nodes *nodes, uint64_t parent, const char *name)
{
	struct fs_node *record = record_by_name(nodes, parent, name);

	return record && record->of ? fs_node_find(nodes, record->of) : record;
}

void fs_node_bind(struct fs_nodes *nodes, struct fs_node *node, uint64_t daemon)
{
	uint32_t index = index_of(nodes, node);

	if (index == FUSE_ROOT_ID)
		return;
	if (node->daemon)
		unlink_node(&nodes->by_daemon[daemon_bucket(node->daemon)], nodes->next_daemon, index);
	node->daemon = daemon;
	node->known = 0;
	if (daemon)
		link_node(&nodes->by_daemon[daemon_bucket(daemon)], nodes->next_daemon, index);
}

static struct fs_node *new_record(struct fs_nodes *nodes, uint64_t of)
{
	uint32_t index = nodes->free;
	struct fs_node *record;

	if (index) {
		nodes->free = nodes->next_daemon[index];
	} else {
		if (nodes->fresh == FS_NODES || !reserve(nodes, nodes->fresh))
			return NULL;
		index = nodes->fresh++;
	}
	record = nodes->table->node + index;
	record->generation = record->generation % INT32_MAX + 1;
	record->parent = record->lookups = record->daemon = record->known = record->hidden = 0;
	record->of = of;
	__atomic_store_n(&record->id, (uint64_t)record->generation << 32 | index, __ATOMIC_RELEASE);
	return record;
}

static void free_record(struct fs_nodes *nodes, struct fs_node *record)
{
	__atomic_store_n(&record->id, 0, __ATOMIC_RELEASE);
	link_node(&nodes->free, nodes->next_daemon, index_of(nodes, record));
}

static void set_name(struct fs_nodes *nodes, struct fs_node *record, uint64_t parent, const char *name)
{
	memset(record->name, 0, sizeof(record->name));
	memcpy(record->name, name, strnlen(name, FS_NAME));
	__atomic_store_n(&record->parent, parent, __ATOMIC_RELEASE);
	link_node(&nodes->by_name[name_bucket(parent, record->name)], nodes->next_name, index_of(nodes, record));
}

static void clear_name(struct fs_nodes *nodes, struct fs_node *record)
{
	if (record->parent)
		unlink_node(&nodes->by_name[name_bucket(record->parent, record->name)], nodes->next_name,
			    index_of(nodes, record));
	__atomic_store_n(&record->parent, 0, __ATOMIC_RELEASE);
}

static void drop_record(struct fs_nodes *nodes, struct fs_node *record)
{
	uint32_t *others = &nodes->others[record->of ? (uint32_t)record->of : index_of(nodes, record)];

	clear_name(nodes, record);
	if (record->of) {
		unlink_node(others, nodes->next_daemon, index_of(nodes, record));
		free_record(nodes, record);
	} else if (*others) { /* it goes by another of its names from now on */
		struct fs_node *other = &nodes->table->node[*others];

		set_name(nodes, record, other->parent, other->name);
		drop_record(nodes, other);
	}
}

void fs_node_add_name(struct fs_nodes *nodes, struct fs_node *node, uint64_t parent, const char *name)
{
	struct fs_node *record = record_by_name(nodes, parent, name);

	if (node->id == FUSE_ROOT_ID || (record && (record == node || record->of == node->id)))
		return;
	if (record)
		drop_record(nodes, record);
	record = node->parent ? new_record(nodes, node->id) : node;
	if (record && record != node)
		link_node(&nodes->others[index_of(nodes, node)], nodes->next_daemon, index_of(nodes, record));
	if (!record) /* there are too many: it has its last one */
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
	uint32_t index = index_of(nodes, name);

	return record_at(nodes, name->of ? nodes->next_daemon[index] : nodes->others[index]);
}

/* It has no other one. */
static void name_only(struct fs_nodes *nodes, struct fs_node *node, uint64_t parent, const char *name)
{
	const uint32_t *others = &nodes->others[index_of(nodes, node)];

	fs_node_add_name(nodes, node, parent, name);
	while (*others)
		drop_record(nodes, is_named(node, parent, name) ? &nodes->table->node[*others] : node);
}

struct fs_node *fs_node_learn(struct fs_nodes *nodes, uint64_t parent, const char *name,
			      const struct fuse_entry_out *entry)
{
	struct fs_node *node = fs_node_by_daemon(nodes, entry->nodeid);

	if (!node) {
		node = new_record(nodes, 0);
		if (!node)
			return NULL;
		node->inode = entry->attr.ino;
		node->kind = entry->attr.mode & S_IFMT;
		fs_node_bind(nodes, node, entry->nodeid);
	}
	if (entry->attr.nlink > 1 && node->kind != S_IFDIR) /* the guest may use the others, and not look them up */
		fs_node_add_name(nodes, node, parent, name);
	else
		name_only(nodes, node, parent, name);
	node->known++;
	node->lookups++;
	return node;
}

void fs_node_hidden_name(const struct fs_node *node, char *name)
{
	snprintf(name, FS_HIDDEN_BYTES, "%016llx", (unsigned long long)node->id);
}

bool fs_node_is_open(const struct fs_nodes *nodes, const struct fs_node *node)
{
	return nodes->open[index_of(nodes, node)];
}

bool fs_node_forget(struct fs_nodes *nodes, uint64_t id, uint64_t lookups, struct fuse_forget_one *gone)
{
	struct fs_node *node = fs_node_find(nodes, id);

	if (!node || id == FUSE_ROOT_ID)
		return false;
	node->lookups -= lookups < node->lookups ? lookups : node->lookups;
	if (node->lookups)
		return false;
	*gone = (struct fuse_forget_one){ .nodeid = node->daemon, .nlookup = node->known };
	while (node->parent || fs_node_next_name(nodes, node))
		drop_record(nodes, node);
	fs_node_bind(nodes, node, 0);
	free_record(nodes, node);
	return true;
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
		nodes->open[(uint32_t)node % FS_NODES]++;
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
	nodes->open[(uint32_t)handle->node % FS_NODES]--;
	if (node)
		note_closed(nodes, node);
}
