/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * deny.h - system calls that a confined program has no use for.
 */
#ifndef TOOLSTACK_BASE_DENY_H
#define TOOLSTACK_BASE_DENY_H

#include <linux/filter.h>

/** Programs by what they reach. */
enum deny_kind {
	DENY_READING, /* files only: no socket */
	DENY_FOLDER,  /* virtiofsd, which may change owners and modes of files: no socket */
	DENY_FILES,   /* files, and servers whose sockets are files: no Internet */
	DENY_NETWORK, /* servers on dom0's network: no AF_UNIX, whose abstract names dom0's programs listen on */
	DENY_KINDS,
};

/**
 * deny_program() - the filter that fails these calls with EPERM, and calls newer than its list with ENOSYS. Any thread.
 *
 * Return: the filter, which lives as long as vimod; or NULL with errno.
 */
const struct sock_fprog *deny_program(enum deny_kind kind);

#endif
