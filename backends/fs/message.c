// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * message.c - the table of requests, their checks, and their translation for the daemon.
 */
#include "fs/message.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stddef.h>
#include <string.h>

#define OLDEST_MINOR 28u /* of the guest's driver; Linux 5.4, the first with virtiofs, has 31 */
#define PLACE(type, member) (uint8_t)(offsetof(struct type, member) + 1)

/* By opcode. Other opcodes get ENOSYS, and Linux does without them. */
static const struct fs_operation operations[] = {
	[FUSE_LOOKUP] = { .names = 1, .reply = FS_ENTRY, .answer = sizeof(struct fuse_entry_out) },
	[FUSE_FORGET] = { .arguments = sizeof(struct fuse_forget_in), .reply = FS_NOTHING },
	[FUSE_GETATTR] = { .arguments = sizeof(struct fuse_getattr_in),
			   .handle = PLACE(fuse_getattr_in, fh),
			   .reply = FS_PLAIN,
			   .answer = sizeof(struct fuse_attr_out) },
	[FUSE_SETATTR] = { .arguments = sizeof(struct fuse_setattr_in),
			   .handle = PLACE(fuse_setattr_in, fh),
			   .reply = FS_PLAIN,
			   .answer = sizeof(struct fuse_attr_out) },
	[FUSE_READLINK] = { .reply = FS_PLAIN, .any_length = true },
	[FUSE_SYMLINK] = { .names = 2, .reply = FS_ENTRY, .answer = sizeof(struct fuse_entry_out) },
	[FUSE_MKNOD] = { .arguments = sizeof(struct fuse_mknod_in),
			 .names = 1,
			 .reply = FS_ENTRY,
			 .answer = sizeof(struct fuse_entry_out) },
	[FUSE_MKDIR] = { .arguments = sizeof(struct fuse_mkdir_in),
			 .names = 1,
			 .reply = FS_ENTRY,
			 .answer = sizeof(struct fuse_entry_out) },
	[FUSE_UNLINK] = { .names = 1, .reply = FS_PLAIN },
	[FUSE_RMDIR] = { .names = 1, .reply = FS_PLAIN },
	[FUSE_RENAME] = { .arguments = sizeof(struct fuse_rename_in),
			  .names = 2,
			  .other_node = PLACE(fuse_rename_in, newdir),
			  .reply = FS_PLAIN },
	[FUSE_LINK] = { .arguments = sizeof(struct fuse_link_in),
			.names = 1,
			.other_node = PLACE(fuse_link_in, oldnodeid),
			.reply = FS_ENTRY,
			.answer = sizeof(struct fuse_entry_out) },
	[FUSE_OPEN] = { .arguments = sizeof(struct fuse_open_in),
			.reply = FS_OPENED,
			.answer = sizeof(struct fuse_open_out) },
	[FUSE_READ] = { .arguments = sizeof(struct fuse_read_in),
			.handle = PLACE(fuse_read_in, fh),
			.reply = FS_DATA,
			.any_length = true },
	[FUSE_WRITE] = { .arguments = sizeof(struct fuse_write_in),
			 .handle = PLACE(fuse_write_in, fh),
			 .reply = FS_PLAIN,
			 .answer = sizeof(struct fuse_write_out) },
	[FUSE_STATFS] = { .reply = FS_PLAIN, .answer = sizeof(struct fuse_statfs_out) },
	[FUSE_RELEASE] = { .arguments = sizeof(struct fuse_release_in),
			   .handle = PLACE(fuse_release_in, fh),
			   .reply = FS_PLAIN },
	[FUSE_FSYNC] = { .arguments = sizeof(struct fuse_fsync_in),
			 .handle = PLACE(fuse_fsync_in, fh),
			 .reply = FS_PLAIN },
	[FUSE_FLUSH] = { .arguments = sizeof(struct fuse_flush_in),
			 .handle = PLACE(fuse_flush_in, fh),
			 .reply = FS_PLAIN },
	[FUSE_INIT] = { .arguments = offsetof(struct fuse_init_in, flags) + 4,
			.reply = FS_INIT,
			.answer = sizeof(struct fuse_init_out) },
	[FUSE_OPENDIR] = { .arguments = sizeof(struct fuse_open_in),
			   .reply = FS_OPENED,
			   .answer = sizeof(struct fuse_open_out) },
	[FUSE_READDIR] = { .arguments = sizeof(struct fuse_read_in),
			   .handle = PLACE(fuse_read_in, fh),
			   .reply = FS_PLAIN,
			   .any_length = true },
	[FUSE_RELEASEDIR] = { .arguments = sizeof(struct fuse_release_in),
			      .handle = PLACE(fuse_release_in, fh),
			      .reply = FS_PLAIN },
	[FUSE_FSYNCDIR] = { .arguments = sizeof(struct fuse_fsync_in),
			    .handle = PLACE(fuse_fsync_in, fh),
			    .reply = FS_PLAIN },
	[FUSE_CREATE] = { .arguments = sizeof(struct fuse_create_in),
			  .names = 1,
			  .reply = FS_CREATED,
			  .answer = sizeof(struct fuse_entry_out) + sizeof(struct fuse_open_out) },
	[FUSE_INTERRUPT] = { .reply = FS_NOTHING },
	[FUSE_DESTROY] = { .reply = FS_PLAIN },
	[FUSE_BATCH_FORGET] = { .arguments = sizeof(struct fuse_batch_forget_in), .reply = FS_NOTHING },
	[FUSE_FALLOCATE] = { .arguments = sizeof(struct fuse_fallocate_in),
			     .handle = PLACE(fuse_fallocate_in, fh),
			     .reply = FS_PLAIN },
	[FUSE_READDIRPLUS] = { .arguments = sizeof(struct fuse_read_in),
			       .handle = PLACE(fuse_read_in, fh),
			       .reply = FS_LISTING,
			       .any_length = true },
	[FUSE_RENAME2] = { .arguments = sizeof(struct fuse_rename2_in),
			   .names = 2,
			   .other_node = PLACE(fuse_rename2_in, newdir),
			   .reply = FS_PLAIN },
	[FUSE_LSEEK] = { .arguments = sizeof(struct fuse_lseek_in),
			 .handle = PLACE(fuse_lseek_in, fh),
			 .reply = FS_PLAIN,
			 .answer = sizeof(struct fuse_lseek_out) },
	[FUSE_COPY_FILE_RANGE] = { .arguments = sizeof(struct fuse_copy_file_range_in),
				   .handle = PLACE(fuse_copy_file_range_in, fh_in),
				   .other_handle = PLACE(fuse_copy_file_range_in, fh_out),
				   .other_node = PLACE(fuse_copy_file_range_in, nodeid_out),
				   .reply = FS_PLAIN,
				   .answer = sizeof(struct fuse_write_out) },
	[FUSE_SYNCFS] = { .arguments = sizeof(struct fuse_syncfs_in), .reply = FS_PLAIN },
};

const struct fs_operation *fs_operation(uint32_t opcode)
{
	const struct fs_operation *operation = operations;

	if (opcode >= sizeof(operations) / sizeof(operations[0]))
		return NULL;
	operation += opcode;
	/* An entry of the table has arguments, a name or a reply; FUSE_INTERRUPT alone has none. */
	if (operation->arguments || operation->names || operation->reply != FS_NOTHING || opcode == FUSE_INTERRUPT)
		return operation;
	return NULL;
}

/*
 * Without locks, extended attributes, a cache of written data, and file handles for NFS: a daemon would keep state
 * for them that vimo-dm cannot give to the next daemon.
 */
uint32_t fs_init_flags(uint32_t flags)
{
	return flags &
	       (FUSE_ASYNC_READ | FUSE_ATOMIC_O_TRUNC | FUSE_BIG_WRITES | FUSE_DONT_MASK | FUSE_AUTO_INVAL_DATA |
		FUSE_DO_READDIRPLUS | FUSE_READDIRPLUS_AUTO | FUSE_ASYNC_DIO | FUSE_PARALLEL_DIROPS |
		FUSE_HANDLE_KILLPRIV | FUSE_MAX_PAGES | FUSE_CACHE_SYMLINKS | FUSE_HANDLE_KILLPRIV_V2);
}

const char *fs_name(const struct fs_request *request, unsigned int index)
{
	const char *name = (const char *)request->arguments + request->operation->arguments;

	return index ? name + strlen(name) + 1 : name;
}

static bool is_name(const char *name)
{
	return *name && strlen(name) <= FS_NAME && !strchr(name, '/') && strcmp(name, ".") && strcmp(name, "..");
}

static bool names_good(const struct fs_request *request)
{
	const char *at = (const char *)request->arguments + request->operation->arguments;
	size_t left = request->bytes - request->operation->arguments;

	for (unsigned int n = 0; n < request->operation->names; n++) {
		size_t length = strnlen(at, left);
		bool target = n && request->header.opcode == FUSE_SYMLINK;

		if (length == left || !(target ? length : is_name(at)))
			return false;
		at += length + 1;
		left -= length + 1;
	}
	return true;
}

static uint32_t get32(const struct fs_request *request, size_t offset)
{
	uint32_t value;

	memcpy(&value, request->arguments + offset, sizeof(value));
	return value;
}

/* Check the size of data, and limit it to what vimo-dm takes. */
static int check_size(struct fs_request *request, uint32_t data)
{
	uint32_t size = get32(request, offsetof(struct fuse_read_in, size));
	uint32_t room = request->room - sizeof(struct fuse_out_header);

	if (request->header.opcode == FUSE_WRITE) {
		request->data = get32(request, offsetof(struct fuse_write_in, size));
		return request->data > data || request->data > FS_WRITE_MAX ? EINVAL : 0;
	}
	if (size > room)
		return EINVAL;
	if (request->header.opcode == FUSE_READ) {
		request->data = size < FS_READ_MAX ? size : FS_READ_MAX;
		size = request->data;
	} else if (size > FS_ANSWER_MAX - sizeof(struct fuse_out_header)) {
		size = FS_ANSWER_MAX - sizeof(struct fuse_out_header); /* the guest requests the rest */
	}
	memcpy(request->arguments + offsetof(struct fuse_read_in, size), &size, sizeof(size));
	return 0;
}

static bool has_size(uint32_t opcode)
{
	return opcode == FUSE_READ || opcode == FUSE_WRITE || opcode == FUSE_READDIR || opcode == FUSE_READDIRPLUS;
}

int fs_check(struct fs_request *request, uint32_t data)
{
	const struct fs_operation *operation = request->operation;
	uint32_t opcode = request->header.opcode;

	if (request->bytes < operation->arguments || !names_good(request))
		return EINVAL;
	if (operation->reply != FS_NOTHING && request->room < sizeof(struct fuse_out_header) + operation->answer)
		return EINVAL;
	if (has_size(opcode))
		return check_size(request, data);
	if (opcode == FUSE_INIT && (get32(request, 0) != FUSE_KERNEL_VERSION || get32(request, 4) < OLDEST_MINOR))
		return EPROTO;
	/* Modes that move data within a file cannot be repeated. */
	if (opcode == FUSE_FALLOCATE &&
	    get32(request, offsetof(struct fuse_fallocate_in, mode)) &
		    ~(uint32_t)(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
		return EOPNOTSUPP;
	return 0;
}

static int encode_node(const struct fs_nodes *nodes, uint64_t *id)
{
	const struct fs_node *node = fs_node_find(nodes, *id);

	if (!node || !node->daemon)
		return -ESTALE;
	*id = node->daemon;
	return 0;
}

static int encode_node_at(const struct fs_nodes *nodes, uint8_t *at)
{
	uint64_t id;
	int result;

	memcpy(&id, at, sizeof(id));
	result = encode_node(nodes, &id);
	memcpy(at, &id, sizeof(id));
	return result;
}

static int encode_handle_at(const struct fs_nodes *nodes, uint8_t *at)
{
	const struct fs_handle *handle;
	uint64_t id;

	memcpy(&id, at, sizeof(id));
	handle = fs_handle_find(nodes, id);
	if (!handle)
		return -EBADF;
	if (handle->lost)
		return -ESTALE;
	memcpy(at, &handle->daemon, sizeof(handle->daemon));
	return 0;
}

/* Whether the request's handle is valid: it may be absent in two kinds of requests. */
static bool uses_handle(const struct fs_request *request)
{
	if (request->header.opcode == FUSE_GETATTR)
		return get32(request, offsetof(struct fuse_getattr_in, getattr_flags)) & FUSE_GETATTR_FH;
	if (request->header.opcode == FUSE_SETATTR)
		return get32(request, offsetof(struct fuse_setattr_in, valid)) & FATTR_FH;
	return true;
}

uint32_t fs_open_flags(uint32_t flags)
{
	return flags & ~(uint32_t)(O_CREAT | O_EXCL | O_NOCTTY | O_APPEND | (O_TMPFILE & ~O_DIRECTORY));
}

static void encode_open_flags(uint32_t opcode, uint8_t *arguments)
{
	uint32_t flags;

	if (opcode != FUSE_OPEN && opcode != FUSE_OPENDIR && opcode != FUSE_CREATE)
		return;
	memcpy(&flags, arguments, sizeof(flags)); /* the first member of each */
	flags = fs_open_flags(flags) | (opcode == FUSE_CREATE ? O_CREAT | O_EXCL : 0);
	memcpy(arguments, &flags, sizeof(flags));
}

static void encode_init(uint8_t *arguments)
{
	uint32_t flags;

	memcpy(&flags, arguments + offsetof(struct fuse_init_in, flags), sizeof(flags));
	flags = fs_init_flags(flags);
	memcpy(arguments + offsetof(struct fuse_init_in, flags), &flags, sizeof(flags));
}

int fs_encode(const struct fs_nodes *nodes, const struct fs_request *request, uint64_t unique, uint8_t *to)
{
	const struct fs_operation *operation = request->operation;
	uint32_t opcode = request->header.opcode;
	struct fuse_in_header header = { .len = (uint32_t)sizeof(header) + request->bytes +
						(opcode == FUSE_WRITE ? request->data : 0),
					 .opcode = opcode,
					 .unique = unique,
					 .nodeid = request->header.nodeid,
					 .uid = request->header.uid,
					 .gid = request->header.gid,
					 .pid = request->header.pid };
	uint8_t *arguments = to + sizeof(header);
	bool handle = operation->handle && uses_handle(request);
	int result = 0;

	memcpy(arguments, request->arguments, request->bytes);
	if (opcode != FUSE_INIT && opcode != FUSE_DESTROY)
		result = encode_node(nodes, &header.nodeid);
	if (!result && operation->other_node)
		result = encode_node_at(nodes, arguments + operation->other_node - 1);
	if (!result && handle)
		result = encode_handle_at(nodes, arguments + operation->handle - 1);
	if (!result && operation->other_handle)
		result = encode_handle_at(nodes, arguments + operation->other_handle - 1);
	if (result)
		return result;
	encode_open_flags(opcode, arguments);
	if (opcode == FUSE_INIT)
		encode_init(arguments);
	memcpy(to, &header, sizeof(header));
	return (int)(sizeof(header) + request->bytes);
}
