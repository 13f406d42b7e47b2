// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * socket.c - make sockets, before vimo-dm drops its rights.
 */
#include "host/socket.h"

#include "unix_socket.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

int socket_share(const char *path)
{
	const struct group *group = getgrnam("vimo");

	return chmod(path, 0660) || (group && chown(path, (uid_t)-1, group->gr_gid)) ? -1 : 0;
}

int socket_listen(const char *path, struct error *err)
{
	/* vimod starts a vimo-dm when the previous one has ended: a socket that is there is its. */
	int fd = unix_socket_bind(path, SOCK_STREAM | SOCK_NONBLOCK);

	if (fd >= 0 && !socket_share(path) && !listen(fd, 1))
		return fd;
	error_set(err, ERROR_FAILED, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}
