/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names.h - names of nodes. A node has its first name in its own record, and each other name (hard links) in a record
 * of its own. Context: the device's thread.
 */
#ifndef FS_NAMES_H
#define FS_NAMES_H

#include "fs/table.h"

#define FS_HIDDEN_BYTES 17u /* of a hidden name, with its NUL */

/** fs_node_by_name() - the node with @name in @parent. Return: NULL: none. */
struct fs_node *fs_node_by_name(const struct fs_nodes *nodes, uint64_t parent, const char *name);
/** fs_node_add_name() - give @node one more name. Another node that had this name loses it. */
void fs_node_add_name(struct fs_nodes *nodes, struct fs_node *node, uint64_t parent, const char *name);
/** fs_node_set_name() - the same, and @node loses its other names. */
void fs_node_set_name(struct fs_nodes *nodes, struct fs_node *node, uint64_t parent, const char *name);
/** fs_node_drop_name() - take @name from the node that has it, if any. */
void fs_node_drop_name(struct fs_nodes *nodes, uint64_t parent, const char *name);
/** fs_names_drop() - take all names from @node. */
void fs_names_drop(struct fs_nodes *nodes, struct fs_node *node);
/**
 * fs_node_next_name() - the next name of a node.
 * @name: the node itself, whose record holds the first name, or what the last call returned
 *
 * Return: NULL: none.
 */
const struct fs_node *fs_node_next_name(const struct fs_nodes *nodes, const struct fs_node *name);
/**
 * fs_names_find() - enter the name of @record, a used one of a mapped file, into the lists.
 *
 * Return: false when @record holds a name of no use: the previous vimo-dm was killed while it gave a name to a node
 * or took it away. The caller frees the record.
 */
bool fs_names_find(struct fs_nodes *nodes, struct fs_node *record);
/** fs_node_hidden_name() - the name of @node in the hidden folder: FS_HIDDEN_BYTES. */
void fs_node_hidden_name(const struct fs_node *node, char *name);

#endif
