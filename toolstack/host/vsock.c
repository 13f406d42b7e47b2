// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vsock.c - open vhost-vsock and take an address. vimo-dm does not do it: a vimo-dm that its guest controls could take
 * another guest's address.
 */
#include "host/vsock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vhost.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifndef VSOCK_PATH
#define VSOCK_PATH "/dev/vhost-vsock"
#endif

int vsock_open(uint32_t cid, struct error *err)
{
	uint64_t address = cid;
	int fd = open(VSOCK_PATH, O_RDWR | O_CLOEXEC);

	if (fd >= 0 && !ioctl(fd, VHOST_VSOCK_SET_GUEST_CID, &address))
		return fd;
	if (fd < 0 && (errno == ENOENT || errno == ENODEV || errno == ENXIO))
		error_set(err, ERROR_FAILED,
			  "vsock_cid: %s: module vhost_vsock is not loaded: run modprobe vhost_vsock", VSOCK_PATH);
	else if (fd >= 0 && errno == EADDRINUSE)
		error_set(err, ERROR_STATE, "vsock_cid = %u is in use by another guest or program: choose another",
			  cid);
	else
		error_set(err, ERROR_FAILED, "vsock_cid: %s: %s", VSOCK_PATH, strerror(errno));
	if (fd >= 0)
		close(fd);
	return error_about(err, "vsock_cid");
}
