/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * folder.h - folders of dom0 that a guest shares: a virtiofsd serves each, by vhost-user at records/NAME/fs-SLOT.sock.
 */
#ifndef TOOLSTACK_HELPER_FOLDER_H
#define TOOLSTACK_HELPER_FOLDER_H

#include "helper/helper.h"

#define FOLDER_HIDDEN_BYTES 80u
/** folder_hidden() - the directory in the folder where vimo-dm moves files that are removed while they are open. */
void folder_hidden(const char *guest, uint32_t slot, char name[FOLDER_HIDDEN_BYTES]);
/** folder_check() - the folder can be shared now. Blocks as its file system does; any thread. Return: 0 or -1. */
int folder_check(const struct fs_config *folder, struct error *err);
/** folder_new() - the helper of a folder; it does not run. */
struct helper *folder_new(const char *guest, uid_t user, const struct fs_config *folder);

#endif
