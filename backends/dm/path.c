// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * path.c - one buffer for all paths.
 */
#include "dm/path.h"

#include <limits.h>
#include <stdio.h>

const char *dm_path(const struct dm *dm, const char *file)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dm->host.run_dir, file);
	return path;
}
