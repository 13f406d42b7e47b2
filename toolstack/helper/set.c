// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * storages.c - a guest's daemons, all at once.
 */
#include "helper/helper.h"

static void clean(const struct storage *storage)
{
	if (storage->kind->clean)
		storage->kind->clean(storage);
}

/* One for each disk that is not raw and each folder; @begin, until it fails for one. */
static int make(struct storage **storages, const struct guest_config *config,
		int (*begin)(struct storage *storage, struct error *err), struct error *err)
{
	for (uint32_t n = 0; n < config->disk_count; n++) {
		const struct disk_config *disk = &config->disk[n];

		if (disk->format == FORMAT_RAW)
			continue;
		storages[disk->slot] = storage_new(config->name, disk);
		if (begin(storages[disk->slot], err))
			return -1;
	}
	for (uint32_t n = 0; n < config->fs_count; n++) {
		const struct fs_config *folder = &config->fs[n];

		storages[folder->slot] = storage_new_folder(config->name, folder);
		if (begin(storages[folder->slot], err))
			return -1;
	}
	return 0;
}

static int start(struct storage *storage, struct error *err)
{
	clean(storage);
	return storage_start(storage, err);
}

static int adopt(struct storage *storage, struct error *err)
{
	(void)err;
	storage_adopt(storage);
	return 0;
}

int storages_start(struct storage **storages, const struct guest_config *config, struct error *err)
{
	return make(storages, config, start, err);
}

void storages_adopt(struct storage **storages, const struct guest_config *config)
{
	make(storages, config, adopt, NULL);
}

static void each(struct storage **storages, void (*act)(struct storage *storage))
{
	for (uint32_t slot = 0; slot < CONFIG_SLOTS; slot++)
		if (storages[slot])
			act(storages[slot]);
}

void storages_watch(struct storage **storages, uv_loop_t *loop)
{
	for (uint32_t slot = 0; slot < CONFIG_SLOTS; slot++)
		if (storages[slot])
			storage_watch(storages[slot], loop);
}

void storages_unwatch(struct storage **storages)
{
	each(storages, storage_unwatch);
}

void storages_connected(struct storage **storages)
{
	each(storages, storage_connected);
}

static void end(struct storage *storage)
{
	storage_stop(storage);
	clean(storage);
	storage_free(storage);
}

void storages_stop(struct storage **storages)
{
	each(storages, end);
	for (uint32_t slot = 0; slot < CONFIG_SLOTS; slot++)
		storages[slot] = NULL;
}
