/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * message.h - FUSE requests of a guest, checked, said again in the daemon's numbers, and its answers in
 * the guest's (linux/fuse.h). Neither side is trusted: what one says is copied, then checked.
 */
#ifndef FS_MESSAGE_H
#define FS_MESSAGE_H

#include "fs/nodes.h"

#define FS_WRITE_MAX (1u << 20)   /* written at once: what the guest is told */
#define FS_READ_MAX (16u << 20)   /* read: it takes less for the file's end, and pages can have 64 KiB */
#define FS_ARGUMENTS_MAX 8192u    /* all but data that are written */
#define FS_ANSWER_MAX (36u << 10) /* all but data that are read */

enum fs_reply {
	FS_NOTHING, /* there is no answer, not even an empty one */
	FS_PLAIN,   /* as the daemon says it */
	FS_ENTRY,   /* struct fuse_entry_out */
	FS_CREATED, /* the same and struct fuse_open_out */
	FS_OPENED,  /* struct fuse_open_out */
	FS_INIT,
	FS_LISTING, /* of names with their nodes */
	FS_DATA,    /* the daemon writes it into the guest's buffers */
};

/** One kind of request. */
struct fs_operation {
	uint8_t arguments; /* bytes, at least */
	uint8_t names;     /* after them; each not longer than a name, but a symbolic link's target */
	uint8_t handle, other_handle, other_node; /* where in the arguments, counted from 1; 0: none */
	enum fs_reply reply;
	uint8_t answer;  /* bytes of it, at least; when it is not of any length also at most */
	bool any_length; /* up to what is asked for, or fits */
};

struct fs_request {
	const struct fs_operation *operation;
	struct fuse_in_header header; /* the guest's */
	uint32_t bytes;               /* of arguments */
	uint32_t room;                /* for the answer, its header included */
	uint32_t data;                /* to be read or written: directly */
	uint8_t arguments[FS_ARGUMENTS_MAX];
};

/** fs_operation() - Return: NULL: the guest is to be told that there is none. */
const struct fs_operation *fs_operation(uint32_t opcode);
/** fs_check() - @request, whose header, arguments, room and operation are there. Return: 0, or an errno for the guest.
 */
int fs_check(struct fs_request *request, uint32_t data);
/** fs_name() - of a checked request: its @index-th name. */
const char *fs_name(const struct fs_request *request, unsigned int index);
/**
 * fs_say() - say it to the daemon.
 * @to: gets header and arguments
 *
 * Return: how many bytes, or a negative errno for the guest.
 */
int fs_say(const struct fs_nodes *nodes, const struct fs_request *request, uint64_t unique, uint8_t *to);
/**
 * fs_open_flags() - of those with which a guest opens a file, the ones for the daemon.
 *
 * Not O_APPEND: where a write goes is the driver's to say, also at a file's end. The daemon's file would choose the
 * end itself, and a write that is repeated would be there twice. Nor O_CREAT: Debian 12's virtiofsd dies of it where
 * the file is there. FUSE_CREATE has O_EXCL with it in any case; fs_open_existing() does the rest.
 */
uint32_t fs_open_flags(uint32_t flags);
/** fs_init_flags() - of those that a guest or daemon has, the ones that are kept. */
uint32_t fs_init_flags(uint32_t flags);

#endif
