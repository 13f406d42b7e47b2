/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fs.h - a virtio-fs device (VirtIO 1.2, 5.11): a folder of dom0, served by virtiofsd over vhost-user.
 *
 * We are the driver of a queue of virtiofsd, and the guest's requests pass through us: what is in flight
 * is ours to know, and so are the guest's nodes and open handles (nodes.h). When virtiofsd dies, we tell
 * the next one of them (restore.c), and ask again what was not answered (repeat.c). Data are not copied.
 *
 * Each device has a thread, which may wait for virtiofsd. Lock: device->lock for virtqueues, busy, next
 * and closing; all else is the thread's.
 */
#ifndef FS_FS_H
#define FS_FS_H

#include "host/driver_ring.h"
#include "host/endpoint.h"
#include "fs/message.h"

#include <linux/virtio_fs.h>

enum { FS_URGENT, FS_REQUESTS };

#define FS_SLOTS 240u                /* requests of the guest in flight; */
#define FS_FORGETS (DRIVER_RING - 1) /* up to here: what the daemon is to forget; */
#define FS_OWN FS_FORGETS            /* and one of our own, that we wait for */

/** What both see. The daemon is not trusted: answers are copied, then checked. */
struct fs_shared {
	struct driver_ring_shared ring;
	_Alignas(4096) struct {
		uint8_t request[12288];
		uint8_t answer[FS_ANSWER_MAX];
		struct vring_desc table[DRIVER_RING + 4];
	} slot[DRIVER_RING];
};

/** A request of the guest. */
struct fs_slot {
	bool used;
	bool asked;     /* this daemon, or (again) an earlier one, which may have done it */
	bool at_daemon; /* this one may answer it */
	bool again;
	bool exists; /* what it was to create, if not there, is there: to be opened */
	unsigned int queue, deaths;
	uint64_t order;
	struct virtqueue_chain chain;
	struct fs_request request;
};

struct fs {
	struct endpoint *endpoint;
	char tag[sizeof(((struct virtio_fs_config *)0)->tag) + 1];
	char hidden[FS_NAME + 1];
	struct driver_ring ring;
	struct fs_shared *shared;
	struct fs_nodes nodes;
	struct fs_slot *slot; /* FS_SLOTS */
	uint64_t order;
	int socket, memory_fd, wake; /* socket -1: no daemon */
	bool serves;                 /* the daemon knows what the guest knows */
	bool exists;                 /* what a request was to create, as its slot says */
	bool own_asked;              /* and not answered */
	bool forgetting[DRIVER_RING];
	struct fuse_forget_one *forget;
	size_t forget_count, forget_room;
	_Alignas(8) uint8_t answer[FS_ANSWER_MAX];
	unsigned int busy; /* requests of the guest taken */
	int next;          /* a socket to the next daemon; -1: none */
};

/**
 * fs_add() - put a shared folder into @endpoint.
 * @fds: a socket to a new virtiofsd, the guest's RAM; taken over on success
 * @hidden: name of a folder in it, for what is removed while it is open; NULL: none
 *
 * Return: 0 or -1.
 */
int fs_add(struct endpoint *endpoint, const int *fds, const char *tag, const char *hidden, struct error *err);
/** fs_start() - serve @endpoint's, if it is one; from the sandbox. Return: 0 or -1. */
int fs_start(struct endpoint *endpoint, struct error *err);
/** fs_forget_state() - the guest has ended: nobody asks for its files any more. */
void fs_forget_state(struct endpoint *endpoint);

extern const struct virtio_model fs_model; /* device.c */

/* Of the thread: */

/** fs_connect() - shake hands at fs->socket. Return: 0 or -1. */
int fs_connect(struct fs *fs, struct error *err);
/** fs_gone() - the daemon died, or is to: its answers have been taken. */
void fs_gone(struct fs *fs);
/** fs_submit() - ask the daemon for the request in @index, or answer what cannot be asked. */
void fs_submit(struct fs *fs, unsigned int index);
/** fs_answer() - give the request in @index back, with fs->answer, whose length is in its header. */
void fs_answer(struct fs *fs, unsigned int index);
/** fs_answer_error() - the same with @error, 0 for none, and nothing else. */
void fs_answer_error(struct fs *fs, unsigned int index, int error);
/** fs_take_answers() - all that the daemon gave. Return: false when it must not be trusted any more. */
bool fs_take_answers(struct fs *fs);
/** fs_open_existing() - the file that the FUSE_CREATE in @index found there. Return: false: the daemon is gone. */
bool fs_open_existing(struct fs *fs, unsigned int index);
/** fs_send_forgets() - as many as there is room for. */
void fs_send_forgets(struct fs *fs);
/** fs_answer_ours() - give it back with what was put together here, as if the daemon had said so. */
void fs_answer_ours(struct fs *fs, unsigned int index, const void *answer, size_t bytes);
/** fs_note_forget() - the daemon is to forget @one. */
void fs_note_forget(struct fs *fs, const struct fuse_forget_one *one);
/**
 * fs_ask() - a request of our own, and wait for the answer.
 * @node: the daemon's number
 * @answer: of @answer_bytes; its contents after the header
 *
 * Return: 0, a negative errno, or 1: the daemon is gone.
 */
int fs_ask(struct fs *fs, uint32_t opcode, uint64_t node, const void *arguments, size_t bytes, void *answer,
	   size_t answer_bytes);
/** fs_look_up() - FUSE_LOOKUP by fs_ask(). The daemon counts it. */
int fs_look_up(struct fs *fs, uint64_t parent, const char *name, struct fuse_entry_out *entry);
/** fs_return_look_up() - that the daemon counted @entry once more is for no node of the guest's. */
void fs_return_look_up(struct fs *fs, const struct fuse_entry_out *entry);

/* hide.c: */
/** fs_hide() - what @request removes is open: give it another name. Return: false: the daemon is gone. */
bool fs_hide(struct fs *fs, const struct fs_request *request);
/** fs_show_closed() - take those names away that are not needed any more. Return: false: the daemon is gone. */
bool fs_show_closed(struct fs *fs);

/* restore.c: */
/** fs_restore() - tell a new daemon all that the guest knows. Return: false: it is gone, too. */
bool fs_restore(struct fs *fs);

/* repeat.c: */
/** fs_note() - before a request is asked for the first time: what may be needed to repeat it. */
void fs_note(struct fs *fs, const struct fs_slot *slot);
/** fs_noted() - whether that has been done, by us or who died. If not, it has not been asked for. */
bool fs_noted(struct fs *fs, const struct fs_slot *slot);
/** fs_repeat() - ask for what may have been done already. Return: false: the daemon is gone. */
bool fs_repeat(struct fs *fs, unsigned int index);
/** fs_finish_rename() - answer the rename in @index if it has been done. Return: false: the daemon is gone. */
bool fs_finish_rename(struct fs *fs, unsigned int index);

#endif
