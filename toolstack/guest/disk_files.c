// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * disk_files.c - open a guest's images.
 */
#include "guest/disk_files.h"
#include "host/disk.h"
#include "log.h"

#include <string.h>
#include <unistd.h>

void disk_files_none(struct disk_files *files)
{
	memset(files->fd, -1, sizeof(files->fd));
	memset(files->cached, -1, sizeof(files->cached));
}

void disk_files_close(struct disk_files *files)
{
	for (uint32_t slot = 0; slot < CONFIG_SLOTS; slot++) {
		if (files->fd[slot] >= 0)
			close(files->fd[slot]);
		if (files->cached[slot] >= 0)
			close(files->cached[slot]);
	}
	disk_files_none(files);
}

int disk_files_add(struct disk_files *files, const struct disk_config *disk, const char *uuid, struct error *err)
{
	bool direct;
	int fd;

	if (disk->format != FORMAT_RAW)
		return 0;
	fd = disk_open(disk, &direct, err);
	if (fd < 0)
		return -1;
	if (!direct)
		log_warning("disk %s: %s: its file system has no O_DIRECT: dom0's page cache is used", disk->vdev,
			    disk->target);
	files->fd[disk->slot] = fd;
	if (disk_claim(disk, fd, uuid, err) || disk_pad(disk, fd, err))
		return -1;
	return disk_open_cached(disk, fd, uuid, &files->cached[disk->slot], err);
}

int disk_files_open(struct disk_files *files, const struct guest_config *config, struct error *err)
{
	disk_files_none(files);
	for (uint32_t n = 0; n < config->disk_count; n++)
		if (disk_files_add(files, &config->disk[n], config->uuid, err)) {
			disk_files_close(files);
			return -1;
		}
	return 0;
}
