/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * status.h - EL2's status as errno.
 */
#ifndef STATUS_H
#define STATUS_H

/* 0 or a negative errno for a status of enum vimo_status. */
int vimo_errno(int status);

#endif
