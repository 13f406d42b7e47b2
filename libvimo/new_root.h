/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * new_root.h - another root directory for a process that confines itself or its child.
 */
#ifndef LIBVIMO_NEW_ROOT_H
#define LIBVIMO_NEW_ROOT_H

/**
 * new_root_begin() - an empty tmpfs at @mount_point, which becomes the working directory. The mount namespace is the
 * caller's own; its mounts do not spread to others from now on.
 * @options: of the tmpfs
 *
 * Async-signal-safe, as new_root_enter(). Return: 0, or -1 with errno.
 */
int new_root_begin(const char *mount_point, const char *options);
/** new_root_enter() - the working directory of new_root_begin() becomes the root, read-only; the old root is gone. */
int new_root_enter(void);

#endif
