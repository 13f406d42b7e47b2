/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nodes.h - what a guest knows of a shared folder: nodes, by the numbers that we gave them, and open
 * handles; and how to find the same ones at the daemon. Numbers of a daemon end with it, ours do not:
 * the table is in a file that outlives us.
 *
 * Whoever dies between a change here and the guest's answer leaves a node or handle that the guest does
 * not know of, never one too few. It is gone with the next mount.
 *
 * Context: the device's thread.
 */
#ifndef FS_NODES_H
#define FS_NODES_H

#include "virtio/virtqueue.h"
#include "error.h"

#include <linux/fuse.h>

#define FS_NODES (1u << 18)   /* a guest may know of; each is an open file of the daemon */
#define FS_HANDLES (1u << 14) /* open files and directories */
#define FS_NAME 255u
#define FS_QUEUES 2u
#define FS_HIDDEN_BYTES 17u /* of a hidden name */
#define FS_CLOSED 64u

enum fs_hidden { FS_SHOWN, FS_HIDING, FS_HIDDEN }; /* FS_HIDING: perhaps; who did that died */

struct fs_node {
	uint64_t id;      /* the guest's: generation << 32 | index; 0: free */
	uint64_t parent;  /* its directory's id; 0: it has no name that we know */
	uint64_t lookups; /* of the guest, not forgotten yet */
	uint64_t inode;   /* dom0's number */
	uint64_t daemon;  /* its id at the daemon that runs; 0: unknown to it */
	uint64_t known;   /* lookups that the daemon counts */
	uint32_t generation;
	uint32_t kind;   /* S_IFMT of its mode */
	uint32_t hidden; /* it has a name in the hidden folder (hide.c): enum fs_hidden */
	uint64_t of;     /* no node, but another name of this one: it has id, parent and name only; 0: a node */
	char name[FS_NAME + 1];
};

struct fs_handle {
	uint64_t id; /* the guest's; 0: free */
	uint64_t node;
	uint64_t daemon;
	uint32_t generation;
	uint32_t flags;  /* as it was opened */
	uint32_t opcode; /* FUSE_OPEN or FUSE_OPENDIR: how it is opened again */
	uint32_t lost;   /* a daemon could not open it again */
};

/* What must be known of a request before it may be repeated. */
struct fs_note {
	uint64_t unique; /* the guest's number of it: of another one, this is old */
	uint64_t since;  /* ns, of the clock of files' times, when it was taken */
	uint64_t inode;  /* what it would remove or rename; 0: not known */
};

/** The file. */
struct fs_table {
	uint64_t magic;
	uint32_t init_bytes; /* 0: no mount */
	uint32_t init_flags; /* agreed on */
	uint8_t init[64];    /* struct fuse_init_in of the guest */
	struct fs_note note[FS_QUEUES][VIRTQUEUE_SIZE_MAX];
	struct fs_handle handle[FS_HANDLES];
	struct fs_node node[FS_NODES];
};

struct fs_nodes {
	struct fs_table *table;
	int fd;
	uint64_t allocated;            /* bytes of the file */
	uint32_t fresh, free;          /* nodes: never used from here on; first of those that were, 0: none */
	uint32_t handles, next_handle; /* none from the first on; where the search for a free one begins */
	uint32_t *open;                /* handles of each node */
	const char *hidden;            /* name of a folder; NULL: none */
	uint64_t closed[FS_CLOSED];    /* hidden nodes that nobody has open any more */
	uint32_t closed_count;
	uint32_t *by_daemon, *by_name; /* first of each bucket */
	uint32_t *others;              /* first of each node's other names, linked by next_daemon */
	uint32_t *next_daemon, *next_name;
};

/** fs_nodes_open() - the table at @path, new or as it stands. Return: 0, or -1 and it can be closed. */
int fs_nodes_open(struct fs_nodes *nodes, const char *path, struct error *err);
void fs_nodes_close(struct fs_nodes *nodes);
/** fs_nodes_clear() - nothing is mounted. */
void fs_nodes_clear(struct fs_nodes *nodes);
/** fs_nodes_unknown() - there is no daemon, or a new one, which knows but the root. */
void fs_nodes_unknown(struct fs_nodes *nodes);

/** fs_node_find() - by the guest's number, any value. Return: NULL: there is none. */
struct fs_node *fs_node_find(const struct fs_nodes *nodes, uint64_t id);
/** fs_node_at() - for a walk through all: the node at @index < fs_nodes.fresh, or NULL. */
struct fs_node *fs_node_at(const struct fs_nodes *nodes, uint32_t index);
struct fs_node *fs_node_by_daemon(const struct fs_nodes *nodes, uint64_t daemon);
struct fs_node *fs_node_by_name(const struct fs_nodes *nodes, uint64_t parent, const char *name);
/**
 * fs_node_learn() - the daemon said that @name in @parent is @entry, and counts one lookup.
 * Return: the node, with one lookup more; NULL: there are too many.
 */
struct fs_node *fs_node_learn(struct fs_nodes *nodes, uint64_t parent, const char *name,
			      const struct fuse_entry_out *entry);
/** fs_node_bind() - the daemon that runs has it under this number, or (0) does not have it. */
void fs_node_bind(struct fs_nodes *nodes, struct fs_node *node, uint64_t daemon);
/** fs_node_add_name() - it has this name, too. Whatever had it, has it no more. */
void fs_node_add_name(struct fs_nodes *nodes, struct fs_node *node, uint64_t parent, const char *name);
/** fs_node_drop_name() - nothing has this name. */
void fs_node_drop_name(struct fs_nodes *nodes, uint64_t parent, const char *name);
/** fs_node_next_name() - after @name, which is a node, with its first one, or what this gave. Return: NULL: none. */
const struct fs_node *fs_node_next_name(const struct fs_nodes *nodes, const struct fs_node *name);
/** fs_node_hidden_name() - the one that it has, or would get: FS_HIDDEN_BYTES. */
void fs_node_hidden_name(const struct fs_node *node, char *name);
/** fs_node_is_open() - the guest has a handle of it. */
bool fs_node_is_open(const struct fs_nodes *nodes, const struct fs_node *node);
/** fs_node_forget() - the guest forgets @lookups. Return: whether the node is gone; @gone tells what the daemon has of
 * it. */
bool fs_node_forget(struct fs_nodes *nodes, uint64_t id, uint64_t lookups, struct fuse_forget_one *gone);

/** fs_handle_new() - Return: NULL: there are too many. */
struct fs_handle *fs_handle_new(struct fs_nodes *nodes, uint64_t node, uint32_t opcode, uint32_t flags,
				uint64_t daemon);
struct fs_handle *fs_handle_find(const struct fs_nodes *nodes, uint64_t id);
void fs_handle_free(struct fs_nodes *nodes, struct fs_handle *handle);

#endif
