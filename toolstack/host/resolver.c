// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * resolver.c - keep a copy of /etc/resolv.conf, which may be a link to what another program replaces.
 */
#include "host/resolver.h"
#include "cleanup.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#ifndef RESOLVER_SOURCE
#define RESOLVER_SOURCE "/etc/resolv.conf"
#endif
#define BYTES 65536

static bool is_copied(const struct resolver *resolver, const struct stat *status)
{
	const struct stat *copied = &resolver->copied;

	return status->st_ino == copied->st_ino && status->st_dev == copied->st_dev &&
	       status->st_size == copied->st_size &&
	       !memcmp(&status->st_mtim, &copied->st_mtim, sizeof(copied->st_mtim));
}

static void refresh(struct resolver *resolver, int copy)
{
	CLEANUP_FREE char *text = malloc(BYTES);
	CLEANUP_FD int fd = open(RESOLVER_SOURCE, O_RDONLY | O_CLOEXEC);
	struct stat status;
	ssize_t got;

	if (!text || fd < 0 || fstat(fd, &status) || is_copied(resolver, &status))
		return;
	got = read(fd, text, BYTES);
	if (got >= 0 && pwrite(copy, text, (size_t)got, 0) == got && !ftruncate(copy, got)) {
		resolver->copied = status;
		resolver->failed = false;
		return;
	}
	if (!resolver->failed)
		log_warning("%s: cannot copy it for networks with backend=user: %s", RESOLVER_SOURCE, strerror(errno));
	resolver->failed = true; /* logged once, tried again */
}

int resolver_open(struct resolver *resolver)
{
	int copy = open(resolver->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);

	if (copy >= 0)
		refresh(resolver, copy);
	return copy;
}

void resolver_refresh(struct resolver *resolver)
{
	CLEANUP_FD int copy = resolver_open(resolver);

	(void)copy;
}
