// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unix_socket.c - the one place that fills a struct sockaddr_un.
 */
#include "unix_socket.h"
#include "cleanup.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
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

/* Without a name, a connection is as good. */
static void bind_name(int fd, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	uint64_t unique;
	int bytes;

	if (getrandom(&unique, sizeof(unique), 0) != sizeof(unique))
		return;
	bytes = snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "vimo/%016llx/%s",
			 (unsigned long long)unique, name);
	if (bytes > (int)sizeof(address.sun_path) - 2)
		bytes = (int)sizeof(address.sun_path) - 2;
	(void)!bind(fd, (struct sockaddr *)&address, offsetof(struct sockaddr_un, sun_path) + 1 + (socklen_t)bytes);
}

int unix_socket_connect_named(const char *path, const char *name)
{
	struct sockaddr_un address;
	int fd = fill(&address, path) ? -1 : socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	bind_name(fd, name);
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
