/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * folder.h - folders of dom0 that a guest shares, each served by a virtiofsd (storage.h).
 */
#ifndef TOOLSTACK_HELPER_FOLDER_H
#define TOOLSTACK_HELPER_FOLDER_H

#include "config/config.h"

#define FOLDER_HIDDEN_BYTES 80u
/** folder_hidden() - where in it vimo-dm puts what is removed while it is open: each guest and folder has its own. */
void folder_hidden(const char *guest, uint32_t slot, char name[FOLDER_HIDDEN_BYTES]);
/** folder_check() - it can be shared, as far as that is to be seen. */
int folder_check(const struct fs_config *folder, struct error *err);

#endif
