/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nodes.h - nodes that the guest has looked up, by the guest's numbers and by the daemon's.
 * Context: the device's thread.
 */
#ifndef FS_NODES_H
#define FS_NODES_H

#include "fs/handles.h"
#include "fs/names.h"
#include "fs/table.h"

/** fs_nodes_open() - fs_table_open(), and lists of what the table holds. No daemon knows of any node yet. */
int fs_nodes_open(struct fs_nodes *nodes, int fd, struct error *err);
void fs_nodes_close(struct fs_nodes *nodes);
/** fs_nodes_clear() - remove all nodes but the root, all handles and the mount. */
void fs_nodes_clear(struct fs_nodes *nodes);
/** fs_nodes_unknown() - the daemon has ended; the next one knows the root only. */
void fs_nodes_unknown(struct fs_nodes *nodes);

/** fs_node_by_daemon() - the node with the daemon's number @daemon. Return: NULL: none. */
struct fs_node *fs_node_by_daemon(const struct fs_nodes *nodes, uint64_t daemon);
/**
 * fs_node_learn() - the daemon answered that @name in @parent is @entry, and counts one lookup.
 *
 * Return: the node, with one lookup of the guest more; NULL: there are too many nodes.
 */
struct fs_node *fs_node_learn(struct fs_nodes *nodes, uint64_t parent, const char *name,
			      const struct fuse_entry_out *entry);
/** fs_node_bind() - the present daemon has @node under the number @daemon; 0: not any more. */
void fs_node_bind(struct fs_nodes *nodes, struct fs_node *node, uint64_t daemon);
/**
 * fs_node_forget() - the guest forgets @lookups of the node @id.
 * @gone: set when the node is freed: what the daemon is to forget of it
 *
 * Return: whether the node was freed.
 */
bool fs_node_forget(struct fs_nodes *nodes, uint64_t id, uint64_t lookups, struct fuse_forget_one *gone);

#endif
