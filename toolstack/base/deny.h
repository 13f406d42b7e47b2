/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * deny.h - system calls that a confined program has no use for.
 */
#ifndef TOOLSTACK_BASE_DENY_H
#define TOOLSTACK_BASE_DENY_H

#include <linux/filter.h>
#include <stdbool.h>

/**
 * deny_program() - the filter that fails these calls with EPERM, and calls newer than its list with ENOSYS. Any thread.
 * @folder: for virtiofsd, which may change owners and modes of files
 *
 * Return: the filter, which lives as long as vimod; or NULL with errno.
 */
const struct sock_fprog *deny_program(bool folder);

#endif
