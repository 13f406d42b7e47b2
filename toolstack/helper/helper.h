/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * storage.h - daemons that serve a guest's devices by vhost-user: a qemu-storage-daemon for each disk whose
 * image is not raw, a virtiofsd for each shared folder.
 *
 * One serves one client at a time, vimo-dm, at guests/NAME/storage-SLOT.sock or fs-SLOT.sock. It outlives
 * vimod, whose next one finds it by the .pid beside it, locked as long as it lives.
 */
#ifndef TOOLSTACK_HELPER_HELPER_H
#define TOOLSTACK_HELPER_HELPER_H

#include "config/config.h"
#include "base/confine.h"
#include "helper/process.h"
#include "base/watch.h"

struct storage;
struct layers;
struct dm_request;

struct storage_kind {
	const char *key, *file, *program; /* in guest.cfg; what its files begin with; its name */
	/* A process has one client in its life and ends with it: each vimo-dm gets a new one. Else it greets. */
	bool once;
	/* Have it run. @confine has its descriptors. Return: its process, or -1. */
	pid_t (*run)(const struct storage *storage, struct confine *confine, struct error *err);
	/* Remove what the guest left, or one before it in another life of dom0; NULL: nothing. */
	void (*clean)(const struct storage *storage);
};

extern const struct storage_kind storage_disk, storage_folder;

struct storage {
	const struct storage_kind *kind;
	char guest[64];
	char name[FS_TAG_BYTES + 8]; /* "disk vda" */
	uint32_t slot;
	const char *target; /* of one of these: */
	struct disk_config disk;
	struct fs_config folder;
	struct helper process;
	int ready_fd, messages_fd; /* -1: none */
	bool serves;               /* it was ready */
	bool connected;            /* vimo-dm has a connection to it, or is about to be started with one */
	int connection;            /* of one that serves one client: until vimo-dm has it; -1: none */
	char words[1024];          /* what it said before it was ready */
	/* storage_watch.c's */
	uv_loop_t *loop;
	struct watch *exit, *ready, *messages, *timer;
	struct dm_request *asked; /* vimo-dm, to take a connection; NULL: it is not */
	struct look *look;        /* a thread opens the images for the next one; NULL: none does */
	struct layers *layers;    /* as it opened them, for storage_begin(); NULL: that has to do it */
	unsigned int failures;    /* in a row */
	uint64_t begun_ms;
};

/** storage_check() - it can be started, as far as that is to be seen. Blocks. */
int storage_check(const struct disk_config *disk, struct error *err);
/** storage_new() - none that runs. */
struct storage *storage_new(const char *guest, const struct disk_config *disk);
/** storage_new_folder() - the same for a shared folder. */
struct storage *storage_new_folder(const char *guest, const struct fs_config *folder);
/** storage_open() - a disk's images, as storage_begin() wants them. Blocks as layers_open() does; any thread. */
struct layers *storage_open(const struct disk_config *disk, struct error *err);
/** storage_begin() - start it; ready_fd tells when it serves. Without @storage->layers it blocks as storage_open()
 * does. */
int storage_begin(struct storage *storage, struct error *err);
/** storage_start() - start it and wait until it serves. Any thread. Return: 0, or -1 and nothing runs. */
int storage_start(struct storage *storage, struct error *err);
/** storage_adopt() - take over what the last vimod started. Return: false when none lives. */
bool storage_adopt(struct storage *storage);
/**
 * storage_connect() - a new connection for vimo-dm, served when the one before it has ended. One that serves one
 * client is started anew for the next, its last one having ended. Return: it, or -1.
 */
int storage_connect(struct storage *storage, struct error *err);
/** storage_connected() - vimo-dm has it: so the next vimod will know. */
void storage_connected(struct storage *storage);
/** storage_stop() - end it, with what it has written where it belongs. Blocks; any thread. Not watched any more. */
void storage_stop(struct storage *storage);
/** storage_free() - what was stopped. */
void storage_free(struct storage *storage);

/* storages.c: those of a guest, by slot; NULL where there is none. */
/** storages_start() - one for each disk that needs one. Any thread. Return: 0, or -1: some may run. */
int storages_start(struct storage **storages, const struct guest_config *config, struct error *err);
/** storages_adopt() - the same for a guest that runs: those that live; others are to be started by storages_watch(). */
void storages_adopt(struct storage **storages, const struct guest_config *config);
void storages_watch(struct storage **storages, uv_loop_t *loop);
void storages_unwatch(struct storage **storages);
/** storages_connected() - a vimo-dm was started with a connection to each. */
void storages_connected(struct storage **storages);
/** storages_stop() - end and free them. Blocks; any thread. */
void storages_stop(struct storage **storages);

/* What the others need of storage.c. */
/** storage_failed() - say so of it. Return: -1. */
int storage_failed(const struct storage *storage, enum error_code code, const char *why, struct error *err);
/** storage_read_ready() - ready_fd can be read. Return: 1 it serves, 0 not yet, -1 it will not. */
int storage_read_ready(struct storage *storage);
/** storage_read_messages() - take what it says: into words before it is ready, into the log after. Return: false at its
 * end. */
bool storage_read_messages(struct storage *storage);
/** storage_forget() - its process has ended. */
void storage_forget(struct storage *storage);
/** storage_error() - why it did not start, in the words it had. Return: -1. */
int storage_error(struct storage *storage, struct error *err);

/** storage_watch() - from now on it is started again when it ends, and vimo-dm gets a new connection. */
void storage_watch(struct storage *storage, uv_loop_t *loop);
/** storage_unwatch() - no longer. */
void storage_unwatch(struct storage *storage);

#endif
