// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fd_store.c - messages to systemd, FDSTORE=1 of sd_notify(3), and its answer when vimod starts, sd_listen_fds(3).
 */
#include "base/fd_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

/* The event loop's own. */
static struct {
	char **names;
	int count;
} kept;

void fd_store_open(void)
{
	kept.count = sd_listen_fds_with_names(1, &kept.names);
	if (kept.count < 0)
		kept.count = 0;
}

int fd_store_take(const char *name)
{
	for (int n = 0; n < kept.count; n++) {
		if (!kept.names[n] || strcmp(kept.names[n], name))
			continue;
		free(kept.names[n]);
		kept.names[n] = NULL;
		return SD_LISTEN_FDS_START + n;
	}
	return -1;
}

void fd_store_close(void)
{
	for (int n = 0; n < kept.count; n++) {
		if (!kept.names[n])
			continue;
		fd_store_remove(kept.names[n]);
		close(SD_LISTEN_FDS_START + n);
		free(kept.names[n]);
	}
	free(kept.names);
	kept.names = NULL;
	kept.count = 0;
}

void fd_store_put(const char *name, int fd)
{
	char message[256];

	/* FDPOLL: systemd would look for errors of the descriptor, which a pidfd does not have. */
	snprintf(message, sizeof(message), "FDSTORE=1\nFDPOLL=0\nFDNAME=%s", name);
	sd_pid_notify_with_fds(0, 0, message, &fd, 1);
}

void fd_store_remove(const char *name)
{
	sd_notifyf(0, "FDSTOREREMOVE=1\nFDNAME=%s", name);
}
