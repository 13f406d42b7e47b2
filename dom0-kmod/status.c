// SPDX-License-Identifier: GPL-2.0-only
/*
 * status.c - EL2's status as errno. The only such table (ioctl.h prints it).
 */
#include "status.h"

#include <vimo/status.h>

#include <linux/errno.h>
#include <linux/kernel.h>

static const int errno_of[] = {
	[-VIMO_OK] = 0,
	[-VIMO_UNSUPPORTED] = -EOPNOTSUPP,
	[-VIMO_INVALID] = -EINVAL,
	[-VIMO_DENIED] = -EPERM,
	[-VIMO_NOT_FOUND] = -ENOENT,
	[-VIMO_EXISTS] = -EEXIST,
	[-VIMO_NO_MEMORY] = -ENOMEM,
	[-VIMO_STATE] = -ESTALE,
	[-VIMO_BUSY] = -EBUSY,
	[-VIMO_AGAIN] = -EAGAIN,
	[-VIMO_LIMIT] = -ENOSPC,
};

/**
 * vimo_errno() - turn a hypercall's status into 0 or -errno.
 * @status: x0 of the hypercall
 *
 * Return: -EIO for a number that this module does not know.
 */
int vimo_errno(int status)
{
	if (status > 0 || status <= -(int)ARRAY_SIZE(errno_of))
		return -EIO;
	return errno_of[-status];
}
