/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * restore.h - give a new daemon what the guest knows. Context: the device's thread.
 */
#ifndef FS_RESTORE_H
#define FS_RESTORE_H

#include "fs/context.h"

/**
 * fs_restore() - mount, find all nodes and open all handles at a new daemon, then submit the requests that wait.
 *
 * Return: false: the daemon is gone.
 */
bool fs_restore(struct fs *fs);

#endif
