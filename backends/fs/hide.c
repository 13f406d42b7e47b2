// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hide.c - hidden names are hard links in a hidden folder, which each guest has at the top of its shared folder.
 *
 * A hidden name is removed when the guest closes the file, and the folder with its last name. vimod removes the rest
 * when the guest ends. A file that cannot be linked does not get a hidden name: the next daemon will not find it.
 */
#include "fs/hide.h"

#include "fs/forget.h"
#include "fs/link.h"

#include <errno.h>
#include <linux/fs.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Open, or about to be: its FUSE_OPEN is submitted. */
static bool in_use(const struct fs *fs, const struct fs_node *node)
{
	bool used = fs_node_is_open(&fs->nodes, node);

	for (unsigned int index = 0; index < FS_SLOTS && !used; index++) {
		const struct fuse_in_header *header = &fs->slot[index].request.header;

		used = fs->slot[index].used && header->opcode == FUSE_OPEN && header->nodeid == node->id;
	}
	return used;
}

/* The open file that loses its last name by @request; NULL: none. */
static struct fs_node *victim(const struct fs *fs, const struct fs_request *request)
{
	const struct fs_node *source = NULL;
	struct fs_node *node = NULL;
	uint32_t flags = 0;
	uint64_t to;

	switch (request->header.opcode) {
	case FUSE_UNLINK: node = fs_node_by_name(&fs->nodes, request->header.nodeid, fs_name(request, 0)); break;
	case FUSE_RENAME2:
		memcpy(&flags, request->arguments + offsetof(struct fuse_rename2_in, flags), sizeof(flags));
		/* fall through */
	case FUSE_RENAME:
		memcpy(&to, request->arguments, sizeof(to)); /* newdir is the first member of both */
		node = flags & (RENAME_EXCHANGE | RENAME_NOREPLACE) ?
			       NULL :
			       fs_node_by_name(&fs->nodes, to, fs_name(request, 1));
		source = fs_node_by_name(&fs->nodes, request->header.nodeid, fs_name(request, 0));
		break;
	default: break;
	}
	if (!node || node == source || node->kind != S_IFREG || !node->daemon || !in_use(fs, node))
		return NULL;
	return node->hidden == FS_HIDING || !fs_node_next_name(&fs->nodes, node) ? node : NULL;
}

/* Find or make the hidden folder. Return: as fs_ask(). */
static int find_folder(struct fs *fs, struct fs_node **folder)
{
	const char *name = fs->nodes.hidden;
	struct fuse_mkdir_in in = { .mode = S_IFDIR | 0700 };
	uint8_t arguments[sizeof(in) + FS_NAME + 1];
	struct fuse_entry_out entry;
	int result;

	*folder = fs_node_by_name(&fs->nodes, FUSE_ROOT_ID, name);
	if (*folder)
		return (*folder)->daemon && (*folder)->kind == S_IFDIR ? 0 : -ESTALE;
	memcpy(arguments, &in, sizeof(in));
	strcpy((char *)arguments + sizeof(in), name);
	result = fs_ask(fs, FUSE_MKDIR, FUSE_ROOT_ID, arguments, sizeof(in) + strlen(name) + 1, &entry, sizeof(entry));
	if (result == -EEXIST)
		result = fs_look_up(fs, FUSE_ROOT_ID, name, &entry);
	if (result)
		return result;
	*folder = fs_node_learn(&fs->nodes, FUSE_ROOT_ID, name, &entry);
	return *folder && (*folder)->kind == S_IFDIR ? 0 : -ENOMEM;
}

/* The same after an error: a process of dom0 may have removed the folder. */
static int find_folder_again(struct fs *fs, struct fs_node **folder)
{
	struct fuse_forget_one gone = { 0 };
	uint64_t id;
	int result;

	if (!*folder)
		return -ENOENT; /* it cannot be made */
	id = (*folder)->id;
	fs_node_drop_name(&fs->nodes, FUSE_ROOT_ID, fs->nodes.hidden);
	result = find_folder(fs, folder);
	fs_node_forget(&fs->nodes, id, 1, &gone); /* last: the new folder may be the same node */
	fs_note_forget(fs, &gone);
	return result;
}

static int link_in(struct fs *fs, const struct fs_node *folder, struct fs_node *node)
{
	struct fuse_link_in in = { .oldnodeid = node->daemon };
	uint64_t id = node->id, at = folder->id;
	uint8_t arguments[sizeof(in) + FS_HIDDEN_BYTES];
	char *name = (char *)arguments + sizeof(in);
	struct fuse_entry_out entry;
	int result;

	memcpy(arguments, &in, sizeof(in));
	fs_node_hidden_name(node, name);
	result = fs_ask(fs, FUSE_LINK, folder->daemon, arguments, sizeof(arguments), &entry, sizeof(entry));
	if (result)
		return result;
	fs_return_look_up(fs, &entry);
	if (fs_node_find(&fs->nodes, id) != node || !fs_node_find(&fs->nodes, at))
		return -ESTALE; /* the mount ended meanwhile */
	fs_node_add_name(&fs->nodes, node, at, name);
	node->hidden = FS_HIDDEN;
	return 0;
}

static int unlink_from(struct fs *fs, const struct fs_node *folder, const struct fs_node *node)
{
	char name[FS_HIDDEN_BYTES];
	uint8_t nothing;

	fs_node_hidden_name(node, name);
	return fs_ask(fs, FUSE_UNLINK, folder->daemon, name, sizeof(name), &nothing, 0);
}

bool fs_hide(struct fs *fs, const struct fs_request *request)
{
	struct fs_node *node = fs->nodes.hidden ? victim(fs, request) : NULL, *folder;
	int result;

	if (!node)
		return true;
	result = find_folder(fs, &folder);
	if (result == -ESTALE)
		result = find_folder_again(fs, &folder);
	if (!result) {
		node->hidden = FS_HIDING; /* first: after a kill in between, the hidden name is removed */
		result = link_in(fs, folder, node);
	}
	if (result == -ENOENT) {
		result = find_folder_again(fs, &folder);
		result = result ? result : link_in(fs, folder, node);
	}
	if (result == -EEXIST) { /* left by a previous guest, or by a kill during this function */
		result = unlink_from(fs, folder, node);
		result = result ? result : link_in(fs, folder, node);
	}
	if (result < 0)
		node->hidden = FS_SHOWN;
	return result <= 0;
}

/* Remove the hidden name of @node. Return: false: the daemon is gone. */
static bool show(struct fs *fs, struct fs_node *node)
{
	struct fs_node *folder = fs_node_by_name(&fs->nodes, FUSE_ROOT_ID, fs->nodes.hidden);
	struct fuse_forget_one gone = { 0 };
	char name[FS_HIDDEN_BYTES];
	uint8_t nothing;
	int result;

	if (!folder || !folder->daemon)
		return true;
	result = unlink_from(fs, folder, node);
	if (result > 0)
		return false;
	node->hidden = FS_SHOWN;
	fs_node_hidden_name(node, name);
	fs_node_drop_name(&fs->nodes, folder->id, name);
	/* This fails while the folder has other names. */
	result = fs_ask(fs, FUSE_RMDIR, FUSE_ROOT_ID, fs->nodes.hidden, strlen(fs->nodes.hidden) + 1, &nothing, 0);
	if (!result) {
		fs_node_drop_name(&fs->nodes, FUSE_ROOT_ID, fs->nodes.hidden);
		fs_node_forget(&fs->nodes, folder->id, 1, &gone);
		fs_note_forget(fs, &gone);
	}
	return result <= 0;
}

bool fs_show_closed(struct fs *fs)
{
	struct fs_nodes *nodes = &fs->nodes;

	while (nodes->closed_count) {
		/* Taken out first: answers that arrive during show() may add nodes, or end the mount. */
		uint64_t id = nodes->closed[--nodes->closed_count];
		struct fs_node *node = fs_node_find(nodes, id);

		if (!node || !node->hidden || in_use(fs, node) || show(fs, node))
			continue;
		if (nodes->closed_count < FS_CLOSED)
			nodes->closed[nodes->closed_count++] = id;
		return false;
	}
	return true;
}
