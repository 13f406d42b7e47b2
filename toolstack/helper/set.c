// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * set.c - which helpers a guest needs.
 */
#include "helper/set.h"
#include "helper/folder.h"
#include "helper/slirp.h"
#include "helper/storage.h"
#include "helper/supervisor.h"

typedef int (*begin_fn)(struct helper *helper, struct error *err);

/* Make a helper for each device that needs one; @begin it, until that fails. */
static int make(struct helper **helpers, const struct guest_config *config, uid_t user, begin_fn begin,
		struct error *err)
{
	int result = 0;

	for (uint32_t n = 0; n < config->disk_count && !result; n++) {
		const struct disk_config *disk = &config->disk[n];

		if (disk->format == FORMAT_RAW)
			continue;
		helpers[disk->slot] = storage_new(config->name, user, disk);
		helpers[disk->slot]->guest_bytes = config->memory_bytes;
		result = begin(helpers[disk->slot], err);
	}
	for (uint32_t n = 0; n < config->fs_count && !result; n++) {
		helpers[config->fs[n].slot] = folder_new(config->name, user, &config->fs[n]);
		helpers[config->fs[n].slot]->guest_bytes = config->memory_bytes;
		result = begin(helpers[config->fs[n].slot], err);
	}
	for (uint32_t n = 0; n < config->vif_count && !result; n++) {
		const struct vif_config *vif = &config->vif[n];

		if (vif->backend != VIF_USER)
			continue;
		helpers[vif->slot] = slirp_new(config->name, user, vif);
		result = begin(helpers[vif->slot], err);
	}
	return result;
}

static void clean(struct helper *helper)
{
	if (helper->kind->clean)
		helper->kind->clean(helper);
}

static int start(struct helper *helper, struct error *err)
{
	clean(helper);
	return helper_start(helper, err);
}

static int adopt(struct helper *helper, struct error *err)
{
	(void)err;
	helper_adopt(helper);
	return 0;
}

int helpers_start(struct helper **helpers, const struct guest_config *config, uid_t user, struct error *err)
{
	return make(helpers, config, user, start, err);
}

void helpers_adopt(struct helper **helpers, const struct guest_config *config, uid_t user)
{
	make(helpers, config, user, adopt, NULL);
}

static void each(struct helper **helpers, void (*act)(struct helper *helper))
{
	for (uint32_t slot = 0; slot < CONFIG_SLOTS; slot++)
		if (helpers[slot])
			act(helpers[slot]);
}

void helpers_watch(struct helper **helpers, uv_loop_t *loop)
{
	for (uint32_t slot = 0; slot < CONFIG_SLOTS; slot++)
		if (helpers[slot])
			supervisor_watch(helpers[slot], loop);
}

void helpers_unwatch(struct helper **helpers)
{
	each(helpers, supervisor_unwatch);
}

void helpers_connected(struct helper **helpers)
{
	each(helpers, helper_connected);
}

void helpers_stop_one(struct helper *helper)
{
	if (!helper)
		return;
	helper_stop(helper);
	clean(helper);
	helper_free(helper);
}

void helpers_stop(struct helper **helpers)
{
	each(helpers, helpers_stop_one);
	for (uint32_t slot = 0; slot < CONFIG_SLOTS; slot++)
		helpers[slot] = NULL;
}
