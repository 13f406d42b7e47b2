// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * new_root.c - exchange the root directory.
 */
#include "new_root.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

int new_root_begin(const char *mount_point, const char *options)
{
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
			       mount("tmpfs", mount_point, "tmpfs", MS_NOSUID | MS_NODEV, options) ||
			       chdir(mount_point) ?
		       -1 :
		       0;
}

int new_root_enter(void)
{
	if (mount(NULL, ".", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL))
		return -1;
	if (!syscall(SYS_pivot_root, ".", "."))
		return umount2(".", MNT_DETACH) || chdir("/") ? -1 : 0; /* the old root lay upon the new one */
	/* An initial RAM disk stays the root of its namespace: the new root covers it. */
	return errno != EINVAL || mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/") ? -1 : 0;
}
