/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fs.h - a virtio-fs device (VirtIO 1.2, 5.11): a folder of dom0, served by virtiofsd over vhost-user.
 *
 * vimo-dm is the driver of a queue of virtiofsd, and the guest's requests pass through vimo-dm. So vimo-dm knows the
 * requests in flight, and the guest's nodes and open handles (table.h). When virtiofsd is killed, vimo-dm restores
 * nodes and handles at the next one (restore.h), and repeats the requests without an answer (repeat.h). Data that are
 * read or written go between the guest's memory and virtiofsd directly.
 */
#ifndef FS_FS_H
#define FS_FS_H

#include "host/endpoint.h"

#include <linux/virtio_fs.h>

#define FS_TAG sizeof(((struct virtio_fs_config *)0)->tag) /* bytes of a tag, at most */

/**
 * fs_add() - put a shared folder into @endpoint.
 * @fds: a socket to a new virtiofsd, the guest's RAM; taken over on success
 * @hidden: name of the hidden folder in it (hide.h); NULL: none
 *
 * Return: 0 or -1.
 */
int fs_add(struct endpoint *endpoint, const int *fds, const char *tag, const char *hidden, struct error *err);
/** fs_start() - start the thread if @endpoint holds a shared folder; called in the sandbox. Return: 0 or -1. */
int fs_start(struct endpoint *endpoint, struct error *err);
/** fs_forget_state() - remove the state of @endpoint's shared folder, if any: the guest has ended. */
void fs_forget_state(struct endpoint *endpoint);

#endif
