/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cleanup.h - attributes of variables: release the contents when the variable leaves its scope. And descriptors of
 * calls that failed.
 */
#ifndef LIBVIMO_CLEANUP_H
#define LIBVIMO_CLEANUP_H

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_json(json_object **object)
{
	json_object_put(*object);
}

static inline void cleanup_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* Close a descriptor. Return: -1, with errno as it was. */
static inline int cleanup_failed(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
	return -1;
}

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

#define CLEANUP_JSON __attribute__((cleanup(cleanup_json)))
#define CLEANUP_FD __attribute__((cleanup(cleanup_fd)))
#define CLEANUP_FREE __attribute__((cleanup(cleanup_free)))

#endif
