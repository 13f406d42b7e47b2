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

#include "host/kind.h"

/**
 * fs_kind - fs.c. Its descriptors are a socket to a new virtiofsd, the guest's RAM, and the file of its table; "hidden"
 * in its description is the name of the hidden folder (hide.h), if any.
 */
extern const struct device_kind fs_kind;

#endif
