/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk_files.h - images of a guest's raw disks, opened and claimed for a vimo-dm.
 *
 * An image may be on a file server that does not answer: a thread opens it, not the event loop.
 */
#ifndef TOOLSTACK_GUEST_DISK_FILES_H
#define TOOLSTACK_GUEST_DISK_FILES_H

#include "config/config.h"

/** By slot; -1: none. */
struct disk_files {
	int fd[CONFIG_SLOTS], cached[CONFIG_SLOTS]; /* cached: see disk_open_cached() */
};

/** disk_files_none() - no file is open. */
void disk_files_none(struct disk_files *files);
/**
 * disk_files_add() - open and claim the image of @disk; a disk that is not raw has none. Blocks; any thread.
 * @uuid: the guest's
 *
 * Return: 0 or -1.
 */
int disk_files_add(struct disk_files *files, const struct disk_config *disk, const char *uuid, struct error *err);
/** disk_files_open() - open all images of a guest. Blocks; any thread. Return: 0, or -1 and none is open. */
int disk_files_open(struct disk_files *files, const struct guest_config *config, struct error *err);
void disk_files_close(struct disk_files *files);

#endif
