// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * socket.c - make them, while we have the rights.
 */
#include "host/socket.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

int socket_share(const char *path)
{
	const struct group *group = getgrnam("vimo");

	return chmod(path, 0660) || (group && chown(path, (uid_t)-1, group->gr_gid)) ? -1 : 0;
}

int socket_listen(const char *path, struct error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return error_set(err, ERROR_FAILED, "%s: the path is too long", path);
	strcpy(address.sun_path, path);
	unlink(path); /* dm.pid is ours, so whoever had it is gone */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && !bind(fd, (struct sockaddr *)&address, sizeof(address)) && !socket_share(path) && !listen(fd, 1))
		return fd;
	error_set(err, ERROR_FAILED, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}
