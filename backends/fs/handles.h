/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * handles.h - open files and directories of the guest. Context: the device's thread.
 */
#ifndef FS_HANDLES_H
#define FS_HANDLES_H

#include "fs/table.h"

/**
 * fs_handle_new() - a handle of @node that the daemon opened.
 * @opcode: FUSE_OPEN or FUSE_OPENDIR
 * @flags: of the guest's open
 * @daemon: the daemon's number
 *
 * Return: NULL: all are used.
 */
struct fs_handle *fs_handle_new(struct fs_nodes *nodes, uint64_t node, uint32_t opcode, uint32_t flags,
				uint64_t daemon);
/** fs_handle_find() - the handle with the guest's number @id, any value. Return: NULL: none. */
struct fs_handle *fs_handle_find(const struct fs_nodes *nodes, uint64_t id);
void fs_handle_free(struct fs_nodes *nodes, struct fs_handle *handle);
/** fs_handles_find() - count the open handles of each node in a mapped file. */
void fs_handles_find(struct fs_nodes *nodes);
/** fs_node_is_open() - whether the guest has a handle of @node. */
bool fs_node_is_open(const struct fs_nodes *nodes, const struct fs_node *node);
/** fs_node_note_closed() - enter @node into the closed ones if it is hidden and not open. */
void fs_node_note_closed(struct fs_nodes *nodes, const struct fs_node *node);

#endif
