// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vsock.c - start and stop dom0's kernel at a socket device.
 */
#include "vsock/vsock.h"

#include <linux/vhost.h>
#include <sys/ioctl.h>

int vsock_run(const struct vsock *vsock, bool run)
{
	int running = run;

	return ioctl(vsock->vhost, VHOST_VSOCK_SET_RUNNING, &running);
}
