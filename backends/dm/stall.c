// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stall.c - pause a guest, and go on with it.
 */
#include "dm/stall.h"

#include "dm/path.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <vimo/domain.h>
#include <vimo/ioctl.h>

/* The guest is paused first: when vimod reads why, the guest is paused already. */
void dm_stall(const struct endpoint_host *host, unsigned int slot, const char *why)
{
	const uint32_t pause = VIMO_OP_PAUSE;
	char path[PATH_MAX], made[PATH_MAX];
	FILE *file;

	ioctl(host->domain, VIMO_IOC_CONTROL, &pause); /* fails when it is paused already, or gone */
	snprintf(path, sizeof(path), "%s/stalled", host->run_dir);
	snprintf(made, sizeof(made), "%s/stalled.new", host->run_dir);
	file = fopen(made, "we");
	if (!file)
		return;
	fprintf(file, "%u %s\n", slot, why);
	fclose(file);
	rename(made, path);
}

int dm_retry(struct dm *dm, struct error *err)
{
	const char *path = dm_path(dm, "stalled");

	if (unlink(path) && errno != ENOENT)
		return error_errno(err, "%s", path);
	for (unsigned int slot = 0; slot < dm->slots; slot++) {
		struct endpoint *endpoint = &dm->endpoint[slot];

		if (endpoint->kind && endpoint->kind->retry)
			endpoint->kind->retry(endpoint);
	}
	return 0;
}
