// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unix_socket.c - the one place that fills a struct sockaddr_un.
 */
#include "unix_socket.h"
#include "cleanup.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static int fill(struct sockaddr_un *address, const char *path)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(address->sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address->sun_path, path);
	return 0;
}

int unix_socket_connect(const char *path, int type, unsigned int timeout_s)
{
	const struct timeval timeout = { .tv_sec = timeout_s };
	struct sockaddr_un address;
	int fd = fill(&address, path) ? -1 : socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (timeout_s && (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) ||
			  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout))))
		return cleanup_failed(fd);
	return connect(fd, (struct sockaddr *)&address, sizeof(address)) ? cleanup_failed(fd) : fd;
}

int unix_socket_bind(const char *path, int type)
{
	struct sockaddr_un address;
	int fd = fill(&address, path) ? -1 : socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	unlink(path);
	return bind(fd, (struct sockaddr *)&address, sizeof(address)) ? cleanup_failed(fd) : fd;
}
