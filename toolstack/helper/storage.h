/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * storage_run.h - what qemu-storage-daemon and virtiofsd are run with.
 */
#ifndef TOOLSTACK_HELPER_STORAGE_H
#define TOOLSTACK_HELPER_STORAGE_H

/* Descriptors, in the order of struct confine's kept ones. */
enum { KEPT_LISTENER, KEPT_READY, KEPT_PID };

#endif
