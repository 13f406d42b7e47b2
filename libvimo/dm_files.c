// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dm_files.c - the status, decoded.
 */
#include "dm_files.h"

#include <string.h>
#include <unistd.h>

bool dm_status_decode(const void *from, size_t bytes, struct dm_status *status)
{
	*status = (struct dm_status){ .magic = DM_STATUS_MAGIC };
	if (bytes < sizeof(*status))
		return false;
	memcpy(status, from, sizeof(*status));
	if (status->magic == DM_STATUS_MAGIC && status->stalled <= DM_STATUS_SLOTS) {
		status->why[sizeof(status->why) - 1] = '\0';
		for (char *c = status->why; *c; c++)
			if (*c < ' ' || *c > '~')
				*c = '?';
		return true;
	}
	*status = (struct dm_status){ .magic = DM_STATUS_MAGIC };
	return false;
}

bool dm_status_read(int fd, struct dm_status *status)
{
	struct dm_status kept = { 0 };
	ssize_t got = pread(fd, &kept, sizeof(kept), 0);

	return dm_status_decode(&kept, got > 0 ? (size_t)got : 0, status);
}
