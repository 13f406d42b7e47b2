/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * message.h - FUSE requests of a guest (linux/fuse.h), checked and translated into the daemon's numbers. The guest is
 * not trusted: its requests are copied, then checked. answer.h does the same with the daemon's answers.
 */
#ifndef FS_MESSAGE_H
#define FS_MESSAGE_H

#include "fs/nodes.h"

#define FS_WRITE_MAX (1u << 20) /* bytes of one write; the guest learns it from FUSE_INIT */
#define FS_READ_MAX \
	(16u << 20)            /* bytes of one read: 256 pages of 64 KiB. A short read would mean the end of the file */
#define FS_ARGUMENTS_MAX 8192u /* without written data */
#define FS_ANSWER_MAX (36u << 10) /* without read data */

enum fs_reply {
	FS_NOTHING, /* no answer, not even a header */
	FS_PLAIN,   /* passed on as it is */
	FS_ENTRY,   /* struct fuse_entry_out */
	FS_CREATED, /* struct fuse_entry_out and struct fuse_open_out */
	FS_OPENED,  /* struct fuse_open_out */
	FS_INIT,
	FS_LISTING, /* names with their nodes */
	FS_DATA,    /* the daemon writes it into the guest's buffers */
};

/** A kind of request. */
struct fs_operation {
	uint8_t arguments; /* least number of bytes */
	uint8_t names; /* number of names after the arguments; FS_NAME bytes each, but for the target of a symbolic link
			*/
	uint8_t handle, other_handle, other_node; /* offset in the arguments plus 1; 0: none */
	enum fs_reply reply;
	uint8_t answer;  /* bytes after the answer's header; with any_length: at least so many */
	bool any_length; /* up to what the guest requested and its buffers hold */
};

struct fs_request {
	const struct fs_operation *operation;
	struct fuse_in_header header; /* the guest's */
	uint32_t bytes;               /* of arguments */
	uint32_t room;                /* for the answer, its header included */
	uint32_t data;                /* bytes to be read into or written from the guest's buffers */
	uint8_t arguments[FS_ARGUMENTS_MAX];
};

/** fs_operation() - the kind of request of @opcode. Return: NULL: unknown, reply ENOSYS. */
const struct fs_operation *fs_operation(uint32_t opcode);
/**
 * fs_check() - check a request whose header, arguments, room and operation are set.
 * @data: bytes of written data in the guest's buffers
 *
 * Sets request->data, and limits the size in the arguments. Return: 0, or an errno for the guest.
 */
int fs_check(struct fs_request *request, uint32_t data);
/** fs_name() - the @index-th name of a checked request. */
const char *fs_name(const struct fs_request *request, unsigned int index);
/**
 * fs_encode() - write a checked request in the daemon's numbers.
 * @to: gets header and arguments
 *
 * Return: number of bytes, or a negative errno for the guest (ESTALE: the daemon does not have the file).
 */
int fs_encode(const struct fs_nodes *nodes, const struct fs_request *request, uint64_t unique, uint8_t *to);
/**
 * fs_open_flags() - the flags for the daemon, from the flags of the guest's open.
 *
 * Without O_APPEND: the guest's driver sends the offset of each write. With it, the daemon would write at the end of
 * the file, and a repeated write would be there twice. Without O_CREAT: Debian 12's virtiofsd crashes if the file
 * exists. FUSE_CREATE is always sent with O_EXCL, and fs_open_existing() opens an existing file.
 */
uint32_t fs_open_flags(uint32_t flags);
/** fs_init_flags() - the flags of FUSE_INIT that vimo-dm passes on, of those that guest or daemon offers. */
uint32_t fs_init_flags(uint32_t flags);

#endif
