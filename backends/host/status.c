// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * status.c - the mapped file. A store is seen by vimod's next look, so an empty line asks for a look.
 */
#include "host/status.h"

#include "host/state_file.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int status_open(struct status *status, int fd, int messages, struct error *err)
{
	size_t bytes = sizeof(*status->file);
	struct dm_status *file = state_file_map("status", fd, bytes, &bytes, err), before;

	if (!file)
		return -1;
	if (state_file_reserve("status", file, bytes, err)) {
		munmap(file, bytes);
		return -1;
	}
	dm_status_decode(file, sizeof(*file), &before);
	*file = before;
	status->file = file;
	status->messages = messages;
	pthread_mutex_init(&status->lock, NULL);
	return 0;
}

void status_close(struct status *status)
{
	munmap(status->file, sizeof(*status->file));
	pthread_mutex_destroy(&status->lock);
}

/* If the FIFO is full, vimod has lines to read, and looks then. */
static void ask_for_look(const struct status *status)
{
	ssize_t written = write(status->messages, "\n", 1);

	(void)written;
}

void status_stall(struct status *status, unsigned int slot, const char *why)
{
	struct dm_status *file = status->file;
	char text[sizeof(file->why)] = { 0 };

	snprintf(text, sizeof(text), "%s", why);
	pthread_mutex_lock(&status->lock);
	/* vimod may look at any instant: a slot stands beside its own reason. */
	__atomic_store_n(&file->stalled, 0, __ATOMIC_SEQ_CST);
	memcpy(file->why, text, sizeof(text));
	__atomic_store_n(&file->stalled, slot + 1, __ATOMIC_SEQ_CST);
	pthread_mutex_unlock(&status->lock);
	ask_for_look(status);
}

void status_go_on(struct status *status)
{
	pthread_mutex_lock(&status->lock);
	__atomic_store_n(&status->file->stalled, 0, __ATOMIC_SEQ_CST);
	pthread_mutex_unlock(&status->lock);
	ask_for_look(status);
}

void status_link(struct status *status, unsigned int slot, bool down)
{
	uint32_t bit = 1u << slot % DM_STATUS_SLOTS, *links = &status->file->links_down;

	pthread_mutex_lock(&status->lock);
	__atomic_store_n(links, down ? *links | bit : *links & ~bit, __ATOMIC_SEQ_CST);
	pthread_mutex_unlock(&status->lock);
	ask_for_look(status);
}
