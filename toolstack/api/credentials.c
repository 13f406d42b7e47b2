// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * credentials.c - what the kernel knows of a client, and what the client says of itself.
 */
#include "api/credentials.h"
#include "unix_socket.h"

#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

int credentials_read(int fd, struct ucred *peer)
{
	socklen_t size = sizeof(*peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, peer, &size);
}

bool credentials_trusted(int fd, const struct ucred *peer)
{
	struct group *group = getgrnam("vimo");
	gid_t groups[NGROUPS_MAX > 1024 ? 1024 : NGROUPS_MAX];
	socklen_t bytes = sizeof(groups);

	if (!peer->uid || peer->uid == geteuid())
		return true;
	if (!group)
		return false;
	if (peer->gid == group->gr_gid)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &bytes))
		return false;
	for (size_t n = 0; n < bytes / sizeof(groups[0]); n++)
		if (groups[n] == group->gr_gid)
			return true;
	return false;
}

/* How a client of libvimo calls itself: a trusted client could have another program's name, too. */
static void read_name(int fd, char *name, size_t bytes)
{
	struct sockaddr_un address = { 0 };
	socklen_t length = sizeof(address);
	const socklen_t begin = offsetof(struct sockaddr_un, sun_path) + UNIX_SOCKET_NAME_AT;

	*name = 0;
	if (getpeername(fd, (struct sockaddr *)&address, &length) || address.sun_family != AF_UNIX || length <= begin ||
	    length > sizeof(address) || memcmp(address.sun_path, "\0vimo/", 6) != 0)
		return;
	snprintf(name, bytes, "%.*s", (int)(length - begin), address.sun_path + UNIX_SOCKET_NAME_AT);
}

void credentials_text(int fd, char *text, size_t bytes)
{
	struct ucred peer = { 0 };
	char name[96] = "";

	if (!credentials_read(fd, &peer))
		read_name(fd, name, sizeof(name));
	snprintf(text, bytes, "uid %u, pid %d%s%s", peer.uid, peer.pid, *name ? ": " : "", name);
}
