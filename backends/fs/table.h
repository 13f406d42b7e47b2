/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table.h - the file that holds what a guest knows of a folder: nodes, their names and open handles, by the numbers
 * that vimo-dm gave them. The file outlives vimo-dm, and the next vimo-dm maps it. Numbers of a daemon are valid for
 * that daemon only.
 *
 * A vimo-dm that is killed between a change of the file and the answer to the guest leaves a node or handle too many,
 * never too few. The next mount removes it.
 *
 * Context: the device's thread.
 */
#ifndef FS_TABLE_H
#define FS_TABLE_H

#include "virtio/virtqueue.h"
#include "error.h"

#include <linux/fuse.h>

#define FS_NODES (1u << 18)   /* that a guest may know at most; each is an open file of the daemon */
#define FS_HANDLES (1u << 14) /* open files and directories */
#define FS_NAME 255u
#define FS_QUEUES 2u
#define FS_CLOSED 64u
#define FS_BUCKETS (1u << 16)

enum fs_hidden { FS_SHOWN, FS_HIDING, FS_HIDDEN }; /* FS_HIDING: not known, vimo-dm was killed meanwhile */

/** A record: a node with its first name, or another name of a node. */
struct fs_node {
	uint64_t id;             /* the guest's: generation << 32 | index; 0: free */
	uint64_t parent;         /* its directory's id; 0: no known name */
	uint64_t lookups;        /* of the guest, not forgotten yet */
	uint64_t inode;          /* dom0's number */
	uint64_t daemon;         /* its id at the present daemon; 0: unknown to the daemon */
	uint64_t daemon_lookups; /* that the daemon counts */
	uint32_t generation;
	uint32_t kind;    /* S_IFMT of its mode */
	uint32_t hidden;  /* enum fs_hidden: whether it has a name in the hidden folder (hide.h) */
	uint64_t name_of; /* 0: a node; else the node of this name, and only id, parent and name are used */
	char name[FS_NAME + 1];
};

struct fs_handle {
	uint64_t id; /* the guest's; 0: free */
	uint64_t node;
	uint64_t daemon;
	uint32_t generation;
	uint32_t flags;  /* of the guest's open */
	uint32_t opcode; /* FUSE_OPEN or FUSE_OPENDIR: how the next daemon opens it */
	uint32_t lost;   /* a daemon could not open it again */
};

/** Facts about a request, for its repetition (repeat.h). */
struct fs_note {
	uint64_t unique; /* the guest's number of it; the note of another number is old */
	uint64_t since;  /* ns, by the clock of files' times, when the request was taken */
	uint64_t inode;  /* of the file to be removed or renamed; 0: not known */
};

/** The file. vimod may give it fewer nodes. */
struct fs_table {
	uint64_t magic;
	uint32_t init_bytes; /* 0: not mounted */
	uint32_t init_flags; /* agreed on */
	uint8_t init[64];    /* struct fuse_init_in of the guest */
	struct fs_note note[FS_QUEUES][VIRTQUEUE_SIZE_MAX];
	struct fs_handle handle[FS_HANDLES];
	struct fs_node node[FS_NODES];
};

/** The mapped file, and lists of its records in vimo-dm's own memory. */
struct fs_nodes {
	struct fs_table *table;
	size_t bytes, reserved;        /* mapped; that memory is reserved for, from the beginning */
	uint32_t limit;                /* records that the file has room for */
	uint32_t used_end, free;       /* first never used record; first record of the free list, 0: none */
	uint32_t handles, next_handle; /* first one of the unused rest; where the search for a free one begins */
	uint32_t *open;                /* handles of each node */
	const char *hidden;            /* name of the hidden folder; NULL: none */
	uint64_t closed[FS_CLOSED];    /* hidden nodes without an open handle */
	uint32_t closed_count;
	uint32_t *by_daemon, *by_name; /* first of each bucket */
	uint32_t *others;              /* first of each node's other names, linked by next_daemon */
	uint32_t *next_daemon, *next_name;
	uint32_t *tried, pass; /* of each record: the pass of restore.c that looked for it last; the present pass */
};

/**
 * fs_table_open() - map the table in @fd, all zeroes or with its contents, and allocate the lists, empty.
 * @fd: a file of at least DM_FOLDER_STATE_MIN bytes, whose size limits the records; stays the caller's, and may be
 * closed then
 *
 * Return: 0, or -1 with @err; the caller closes it in both cases.
 */
int fs_table_open(struct fs_nodes *nodes, int fd, struct error *err);
void fs_table_close(struct fs_nodes *nodes);
/**
 * fs_table_decode() - free the records and handles that vimo-dm cannot have written: a guest that took over the
 * previous vimo-dm may have written the table. What names others (parent, name_of, node) is checked at each use.
 * @records, @handles: how many are looked at, from the first on
 */
void fs_table_decode(struct fs_table *table, uint32_t records, uint32_t handles);
/** fs_table_make_root() - write the root's node anew. */
void fs_table_make_root(struct fs_table *table);

/** fs_record_new() - take a free record for a node (@name_of 0) or for another name of the node @name_of. Return: NULL:
 * all are used. */
struct fs_node *fs_record_new(struct fs_nodes *nodes, uint64_t name_of);
/** fs_record_free() - free @record, which must not have a name. */
void fs_record_free(struct fs_nodes *nodes, struct fs_node *record);
/** fs_record_at() - the used record at @index, any value. Return: NULL: none. */
struct fs_node *fs_record_at(const struct fs_nodes *nodes, uint32_t index);
uint32_t fs_node_index(const struct fs_nodes *nodes, const struct fs_node *node);
/** fs_node_at() - the node at @index, any value. Return: NULL: none. */
struct fs_node *fs_node_at(const struct fs_nodes *nodes, uint32_t index);
/** fs_node_find() - the node with the guest's number @id, any value. Return: NULL: none. */
struct fs_node *fs_node_find(const struct fs_nodes *nodes, uint64_t id);

/** fs_list_add() - put @index into the list from @first. */
void fs_list_add(uint32_t *first, uint32_t *next, uint32_t index);
/** fs_list_remove() - take @index out of the list from @first, if it is there. */
void fs_list_remove(uint32_t *first, uint32_t *next, uint32_t index);

#endif
