// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * storages.c - a guest's daemons, all at once.
 */
#include "storage.h"

static void clean(const struct storage *storage)
{
	if (storage->kind->clean)
		storage->kind->clean(storage);
}

int storages_start(struct storage **storages, const struct guest_config *config, struct error *err)
{
	for (uint32_t n = 0; n < config->disk_count; n++) {
		const struct disk_config *disk = &config->disk[n];

		if (disk->format == FORMAT_RAW)
			continue;
		storages[disk->slot] = storage_new(config->name, disk);
		if (storage_start(storages[disk->slot], err))
			return -1;
	}
	for (uint32_t n = 0; n < config->fs_count; n++) {
		const struct fs_config *folder = &config->fs[n];

		storages[folder->slot] = storage_new_folder(config->name, folder);
		clean(storages[folder->slot]);
		if (storage_start(storages[folder->slot], err))
			return -1;
	}
	return 0;
}

void storages_adopt(struct storage **storages, const struct guest_config *config)
{
	for (uint32_t n = 0; n < config->disk_count; n++) {
		const struct disk_config *disk = &config->disk[n];

		if (disk->format == FORMAT_RAW)
			continue;
		storages[disk->slot] = storage_new(config->name, disk);
		storage_adopt(storages[disk->slot]);
	}
	for (uint32_t n = 0; n < config->fs_count; n++) {
		const struct fs_config *folder = &config->fs[n];

		storages[folder->slot] = storage_new_folder(config->name, folder);
		storage_adopt(storages[folder->slot]);
	}
}

void storages_watch(struct storage **storages, uv_loop_t *loop)
{
	for (uint32_t slot = 0; slot < CONFIG_SLOTS; slot++)
		if (storages[slot])
			storage_watch(storages[slot], loop);
}

void storages_unwatch(struct storage **storages)
{
	for (uint32_t slot = 0; slot < CONFIG_SLOTS; slot++)
		if (storages[slot])
			storage_unwatch(storages[slot]);
}

void storages_connected(struct storage **storages)
{
	for (uint32_t slot = 0; slot < CONFIG_SLOTS; slot++)
		if (storages[slot])
			storage_connected(storages[slot]);
}

void storages_stop(struct storage **storages)
{
	for (uint32_t slot = 0; slot < CONFIG_SLOTS; slot++) {
		if (!storages[slot])
			continue;
		storage_stop(storages[slot]);
		clean(storages[slot]);
		storage_free(storages[slot]);
		storages[slot] = NULL;
	}
}
