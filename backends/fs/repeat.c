// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * repeat.c - requests that a daemon may have done before it ended. Most requests can be done twice. Requests that
 * make, remove or rename a name cannot: the second try would fail because the first succeeded. So vimo-dm looks
 * whether the first try succeeded:
 *
 * - make: the file with the name has the kind and user of the request, and its inode changed after the request came;
 * - remove: the name is gone, or belongs to another file;
 * - rename: the new name belongs to the file that had the old name.
 *
 * Another user of the folder who does the same between the request and its repetition is mistaken for the first try.
 */
#include "fs/repeat.h"

#include "fs/link.h"
#include "fs/reply.h"
#include "fs/submit.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define SECOND 1000000000ull

/* By the coarse clock, which gives files their times: not later than the time of any change from now on. */
static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME_COARSE, &time);
	return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
}

static struct fs_note *note_of(struct fs *fs, const struct fs_slot *slot)
{
	return &fs->nodes.table->note[slot->queue][slot->chain.head];
}

void fs_note_request(struct fs *fs, const struct fs_slot *slot)
{
	const struct fs_request *request = &slot->request;
	struct fs_note *note = note_of(fs, slot);
	const struct fs_node *node = NULL;

	note->since = now();
	switch (request->header.opcode) {
	case FUSE_UNLINK:
	case FUSE_RMDIR:
	case FUSE_RENAME:
	case FUSE_RENAME2: node = fs_node_by_name(&fs->nodes, request->header.nodeid, fs_name(request, 0)); break;
	default: break;
	}
	note->inode = node ? node->inode : 0;
	/* Last: a vimo-dm that is killed before has not submitted the request either. */
	__atomic_store_n(&note->unique, request->header.unique, __ATOMIC_RELEASE);
}

bool fs_is_noted(struct fs *fs, const struct fs_slot *slot)
{
	return note_of(fs, slot)->unique == slot->request.header.unique;
}

static uint64_t daemon_id(const struct fs *fs, uint64_t id)
{
	const struct fs_node *node = fs_node_find(&fs->nodes, id);

	return node ? node->daemon : 0;
}

/* Attributes of the file that has the name now. Return: as fs_look_up(). */
static int peek(struct fs *fs, uint64_t parent, const char *name, struct fuse_attr *attr)
{
	struct fuse_entry_out entry;
	int result;

	if (!daemon_id(fs, parent))
		return -ESTALE;
	result = fs_look_up(fs, daemon_id(fs, parent), name, &entry);
	if (!result) {
		fs_return_look_up(fs, &entry);
		*attr = entry.attr;
	}
	return result;
}

static bool changed_since(const struct fuse_attr *attr, uint64_t since)
{
	return attr->ctime * SECOND + attr->ctimensec >= since;
}

static bool made_by(struct fs *fs, const struct fs_slot *slot, const struct fuse_attr *attr)
{
	const struct fs_request *request = &slot->request;
	const struct fs_node *node;
	uint64_t old;
	uint32_t mode = S_IFREG;

	if (!changed_since(attr, note_of(fs, slot)->since))
		return false;
	switch (request->header.opcode) {
	case FUSE_LINK:
		memcpy(&old, request->arguments + offsetof(struct fuse_link_in, oldnodeid), sizeof(old));
		node = fs_node_find(&fs->nodes, old);
		return node && node->inode == attr->ino;
	case FUSE_MKDIR: mode = S_IFDIR; break;
	case FUSE_SYMLINK: mode = S_IFLNK; break;
	case FUSE_MKNOD:
		memcpy(&mode, request->arguments + offsetof(struct fuse_mknod_in, mode), sizeof(mode));
		mode = mode & S_IFMT ? mode & S_IFMT : S_IFREG;
		break;
	default: break;
	}
	return (attr->mode & S_IFMT) == mode && attr->uid == request->header.uid && (!S_ISREG(mode) || !attr->size);
}

/* Reply as to the first try: a lookup of the name gives the same answer. */
static bool answer_made(struct fs *fs, unsigned int index)
{
	struct fs_slot *slot = &fs->slot[index];
	const struct fs_request *request = &slot->request;
	struct {
		struct fuse_out_header header;
		struct fuse_entry_out entry;
	} out = { .header.len = sizeof(out) };
	int result = fs_look_up(fs, daemon_id(fs, request->header.nodeid), fs_name(request, 0), &out.entry);

	if (result > 0)
		return false;
	if (result) {
		fs_reply_error(fs, index, -result);
		return true;
	}
	fs_reply_own(fs, index, &out, sizeof(out));
	return true;
}

static bool repeat_make(struct fs *fs, unsigned int index)
{
	struct fs_slot *slot = &fs->slot[index];
	const struct fs_request *request = &slot->request;
	struct fuse_attr attr;
	int result = peek(fs, request->header.nodeid, fs_name(request, 0), &attr);

	if (result > 0)
		return false;
	if (result || !made_by(fs, slot, &attr)) {
		fs_submit(fs, index);
		return true;
	}
	return request->header.opcode == FUSE_CREATE ? fs_open_existing(fs, index) : answer_made(fs, index);
}

static void answer_done(struct fs *fs, unsigned int index)
{
	const struct fuse_out_header header = { .len = sizeof(header) };

	fs_reply_own(fs, index, &header, sizeof(header));
}

static bool repeat_remove(struct fs *fs, unsigned int index)
{
	struct fs_slot *slot = &fs->slot[index];
	uint64_t inode = note_of(fs, slot)->inode;
	struct fuse_attr attr;
	int result = peek(fs, slot->request.header.nodeid, fs_name(&slot->request, 0), &attr);

	if (result > 0)
		return false;
	if (result == -ENOENT || (!result && inode && attr.ino != inode))
		answer_done(fs, index);
	else
		fs_submit(fs, index);
	return true;
}

/* Return: 0: the rename in @slot has been done; negative: it has not; 1: the daemon is gone. */
static int was_renamed(struct fs *fs, const struct fs_slot *slot, struct fuse_attr *to)
{
	const struct fs_request *request = &slot->request;
	const struct fs_note *note = note_of(fs, slot);
	struct fuse_attr from = { 0 };
	uint64_t directory;
	int old, new;

	memcpy(&directory, request->arguments, sizeof(directory)); /* newdir is the first member of both */
	old = peek(fs, request->header.nodeid, fs_name(request, 0), &from);
	new = old > 0 ? old : peek(fs, directory, fs_name(request, 1), to);
	if (new)
		return new;
	/* After an exchange, the old name is not gone: it belongs to another file. */
	return (note->inode ? to->ino == note->inode : changed_since(to, note->since)) &&
			       (old == -ENOENT || (!old && note->inode && from.ino != note->inode)) ?
		       0 :
		       -ENOENT;
}

static void answer_renamed(struct fs *fs, unsigned int index, const struct fuse_attr *to)
{
	const struct fs_request *request = &fs->slot[index].request;
	uint64_t from = request->header.nodeid, directory;
	const struct fs_node *node;

	memcpy(&directory, request->arguments, sizeof(directory));
	node = fs_node_by_name(&fs->nodes, directory, fs_name(request, 1));
	if (!node || node->inode != to->ino) {
		answer_done(fs, index);
		return;
	}
	/* The previous vimo-dm may have renamed the node in the table, but for the last step. A second exchange would
	 * undo the first. */
	if (fs_node_by_name(&fs->nodes, from, fs_name(request, 0)) == node)
		fs_node_drop_name(&fs->nodes, from, fs_name(request, 0));
	fs_reply_error(fs, index, 0);
}

bool fs_finish_rename(struct fs *fs, unsigned int index)
{
	struct fuse_attr to;
	int result = was_renamed(fs, &fs->slot[index], &to);

	if (!result)
		answer_renamed(fs, index, &to);
	return result <= 0;
}

static bool repeat_rename(struct fs *fs, unsigned int index)
{
	if (!fs_finish_rename(fs, index))
		return false;
	if (fs->slot[index].used)
		fs_submit(fs, index);
	return true;
}

bool fs_repeat(struct fs *fs, unsigned int index)
{
	switch (fs->slot[index].request.header.opcode) {
	case FUSE_MKNOD:
	case FUSE_MKDIR:
	case FUSE_SYMLINK:
	case FUSE_LINK:
	case FUSE_CREATE: return repeat_make(fs, index);
	case FUSE_UNLINK:
	case FUSE_RMDIR: return repeat_remove(fs, index);
	case FUSE_RENAME:
	case FUSE_RENAME2: return repeat_rename(fs, index);
	default: fs_submit(fs, index); return true;
	}
}
