// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * restore.c - a new daemon knows the root only. It gets the guest's FUSE_INIT, looks up each node by one of its names
 * from the root on, and opens the guest's handles. Then requests without an answer are submitted in their order.
 *
 * A file is the same node if inode number and kind of file are the same. A node that is not found, or has no name,
 * is stale: the guest gets ESTALE, as by NFS.
 */
#include "fs/restore.h"

#include "fs/link.h"
#include "fs/repeat.h"
#include "fs/submit.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define DEPTH 512u /* of folders */

/* Repeat the guest's FUSE_INIT. Return: false: the daemon is gone. */
static bool restore_mount(struct fs *fs)
{
	const struct fs_table *table = fs->nodes.table;
	struct fuse_init_in in = { 0 };
	struct fuse_init_out out;
	int result;

	memcpy(&in, table->init, table->init_bytes < sizeof(in) ? table->init_bytes : sizeof(in));
	in.flags = fs_init_flags(in.flags);
	result = fs_ask(fs, FUSE_INIT, 0, &in, table->init_bytes, &out, sizeof(out));
	if (!result && fs_init_flags(out.flags) != table->init_flags)
		log_warning(
			"fs %s: the next virtiofsd has features %#x instead of %#x: restart the guest to negotiate them anew",
			fs->tag, fs_init_flags(out.flags), table->init_flags);
	if (result < 0)
		log_error("fs %s: the next virtiofsd refuses the mount of the previous one: %s", fs->tag,
			  strerror(-result));
	return !result;
}

static bool find(struct fs *fs, struct fs_node *node, unsigned int depth);

/* Look @node up by one of its names. Return: false: the daemon is gone. */
static bool find_by(struct fs *fs, struct fs_node *node, const struct fs_node *name, unsigned int depth)
{
	struct fs_node *parent = name->parent ? fs_node_find(&fs->nodes, name->parent) : NULL;
	struct fuse_entry_out entry;
	int result;

	if (!parent || !find(fs, parent, depth + 1))
		return !parent;
	if (!parent->daemon)
		return true;
	result = fs_look_up(fs, parent->daemon, name->name, &entry);
	if (result)
		return result < 0;
	if (entry.attr.ino != node->inode || (entry.attr.mode & S_IFMT) != node->kind ||
	    fs_node_by_daemon(&fs->nodes, entry.nodeid)) {
		fs_return_look_up(fs, &entry);
		return true;
	}
	fs_node_bind(&fs->nodes, node, entry.nodeid);
	node->daemon_lookups = 1;
	return true;
}

/*
 * Look @node up, and its directories before, each at most once in a pass: that ends a circle of names, and a table that
 * leads to a directory by many ways takes no more time than another. node->daemon is 0 if it was not found.
 * Return: false: the daemon is gone.
 */
static bool find(struct fs *fs, struct fs_node *node, unsigned int depth)
{
	uint32_t *tried = &fs->nodes.tried[fs_node_index(&fs->nodes, node)];
	bool lives = true;

	if (depth && node->kind != S_IFDIR) /* the parent of a name is a directory */
		return true;
	if (depth >= DEPTH || *tried == fs->nodes.pass)
		return true;
	*tried = fs->nodes.pass;
	for (const struct fs_node *name = node; name && lives && !node->daemon;
	     name = fs_node_next_name(&fs->nodes, name))
		lives = find_by(fs, node, name, depth);
	return lives;
}

/* A rename that the previous daemon did without an answer: nodes are found by the new name only. Return: false: the
 * daemon is gone. */
static bool finish_rename(struct fs *fs, unsigned int index)
{
	const struct fs_request *request = &fs->slot[index].request;
	struct fs_node *from, *to;
	uint64_t directory;

	if (!fs->slot[index].used || !fs->slot[index].repeat ||
	    (request->header.opcode != FUSE_RENAME && request->header.opcode != FUSE_RENAME2))
		return true;
	memcpy(&directory, request->arguments, sizeof(directory)); /* newdir is the first member of both */
	from = fs_node_find(&fs->nodes, request->header.nodeid);
	to = fs_node_find(&fs->nodes, directory);
	fs->nodes.pass++; /* the last rename may have given a node another name */
	return (!from || find(fs, from, 0)) && (!to || find(fs, to, 0)) && fs_finish_rename(fs, index);
}

static bool finish_renames(struct fs *fs)
{
	unsigned int left;

	do { /* again: one rename may move the directory of another */
		left = fs->busy;
		for (unsigned int index = 0; index < FS_SLOTS; index++)
			if (!finish_rename(fs, index))
				return false;
	} while (fs->busy < left);
	return true;
}

/* @lost counts the handles that cannot be opened. Return: false: the daemon is gone. */
static bool open_again(struct fs *fs, struct fs_handle *handle, unsigned int *lost)
{
	struct fs_node *node = fs_node_find(&fs->nodes, handle->node);
	struct fuse_open_in in = { .flags = fs_open_flags(handle->flags) & ~(uint32_t)O_TRUNC };
	struct fuse_open_out out;
	int result;

	if (node && !find(fs, node, 0))
		return false;
	result = node && node->daemon ? fs_ask(fs, handle->opcode, node->daemon, &in, sizeof(in), &out, sizeof(out)) :
					-ESTALE;
	if (result > 0)
		return false;
	*lost += result && !handle->lost;
	handle->lost = result != 0;
	handle->daemon = result ? 0 : out.fh;
	return true;
}

/* Return: false: the daemon is gone. */
static bool restore_handles(struct fs *fs)
{
	struct fs_handle *handle = fs->nodes.table->handle;
	unsigned int lost = 0;

	fs->nodes.pass++;
	for (uint32_t n = 0; n < fs->nodes.handles; n++)
		if (handle[n].id && !open_again(fs, &handle[n], &lost))
			return false;
	if (lost)
		log_warning("fs %s: %u open files are not found any more: the guest gets ESTALE for them", fs->tag,
			    lost);
	return true;
}

static bool restore_nodes(struct fs *fs)
{
	fs->nodes.pass++;
	for (uint32_t n = 0; n < fs->nodes.used_end; n++) {
		struct fs_node *node = fs_node_at(&fs->nodes, n);

		if (node && !find(fs, node, 0))
			return false;
	}
	return true;
}

/* The first waiting request whose order is @from or later. */
static unsigned int next_waiting(const struct fs *fs, uint64_t from)
{
	unsigned int best = FS_SLOTS;

	for (unsigned int index = 0; index < FS_SLOTS; index++)
		if (fs->slot[index].used && fs->slot[index].order >= from &&
		    (best == FS_SLOTS || fs->slot[index].order < fs->slot[best].order))
			best = index;
	return best;
}

/* Submit the waiting requests in their order. Return: false: the daemon is gone. */
static bool ask_again(struct fs *fs)
{
	uint64_t from = 0;
	unsigned int index;

	while ((index = next_waiting(fs, from)) < FS_SLOTS) {
		from = fs->slot[index].order + 1;
		if (!fs->slot[index].repeat)
			fs_submit(fs, index);
		else if (!fs_repeat(fs, index))
			return false;
	}
	return true;
}

bool fs_restore(struct fs *fs)
{
	if (fs->nodes.table->init_bytes &&
	    (!restore_mount(fs) || !finish_renames(fs) || !restore_handles(fs) || !restore_nodes(fs)))
		return false;
	fs->ready = true;
	return ask_again(fs);
}
