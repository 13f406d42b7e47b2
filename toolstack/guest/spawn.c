// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * spawn.c - what starting and replacing a vimo-dm have in common.
 */
#include "guest/spawn.h"
#include "alloc.h"
#include "base/user.h"
#include "cleanup.h"
#include "container.h"
#include "guest/resources.h"

/* dom0's memory that a vimo-dm may take, beside page tables for the guest's. */
#define DM_BYTES (256ull << 20)
#define FOLDER_NOTES_BYTES (96ull << 20) /* of the files that the guest knows in a folder */

void opening_start(struct guest *guest, work_fn run, work_fn done)
{
	struct opening *opening = alloc_zeroed(sizeof(*opening));

	disk_files_none(&opening->files);
	work_start(&opening->work, guest->guests->loop, guest, run, done);
}

struct opening *opening_of(struct work *work)
{
	return container_of(work, struct opening, work);
}

void opening_post(struct opening *opening, enum guest_event_kind kind)
{
	guest_post(opening->work.guest,
		   &(struct guest_event){ .kind = kind, .files = &opening->files, .why = &opening->err });
	disk_files_close(&opening->files);
	free(opening);
}

int spawn_dm(struct guest *guest, struct disk_files *files, struct error *err)
{
	struct fd_list fds = { 0 };
	CLEANUP_JSON json_object *json = NULL;
	int result = -1;

	json = resources_open(guest, files, &fds, err);
	guest->dm.own_bytes = DM_BYTES + guest->config.fs_count * FOLDER_NOTES_BYTES;
	guest->dm.guest_bytes = guest->config.memory_bytes;
	if (json)
		result = dm_spawn(&guest->dm, guest->config.name, user_of(guest->domain), guest->fd, json, &fds, err);
	if (!result)
		helpers_connected(guest->helpers);
	fd_list_close(&fds);
	return result;
}
