/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hide.h - a file that is open and loses its last name gets a hidden name before, by which the next daemon finds it.
 * Context: the device's thread.
 */
#ifndef FS_HIDE_H
#define FS_HIDE_H

#include "fs/context.h"

/** fs_hide() - give a hidden name to the open file that @request removes, if any. Return: false: the daemon is gone. */
bool fs_hide(struct fs *fs, const struct fs_request *request);
/** fs_show_closed() - remove the hidden names of files that are closed. Return: false: the daemon is gone. */
bool fs_show_closed(struct fs *fs);

#endif
