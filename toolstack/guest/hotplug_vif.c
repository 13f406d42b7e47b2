// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hotplug_vif.c - attach and detach networks.
 */
#include "guest/hotplug_vif.h"
#include "alloc.h"
#include "cleanup.h"
#include "guest/check.h"
#include "guest/hotplug.h"
#include "guest/record.h"
#include "guest/resources.h"
#include "helper/slirp.h"
#include "helper/supervisor.h"

#include <string.h>
#include <strings.h>

static void drop_helper(struct guest *guest, uint32_t slot)
{
	if (guest->helpers[slot])
		supervisor_unwatch(guest->helpers[slot]);
	helpers_stop_one(guest->helpers[slot]);
	guest->helpers[slot] = NULL;
}

const struct vif_config *hotplug_add_vif(struct guest *guest, const char *spec, struct error *err)
{
	CLEANUP_FREE struct guest_config *config = alloc_zeroed(sizeof(*config));
	CLEANUP_FREE struct guest_config *before = alloc_zeroed(sizeof(*before));
	struct vif_config *vif = &config->vif[config->vif_count];
	CLEANUP_JSON json_object *device = NULL;
	struct fd_list fds = { 0 };
	int result;

	if (hotplug_check_state(guest, err))
		return NULL;
	*config = *before = guest->config;
	if (config->vif_count == CONFIG_VIFS) {
		hotplug_error_full("network", CONFIG_VIFS, err);
		return NULL;
	}
	if (hotplug_take_spec(&config_vif_keys, spec, "/", vif, err))
		return NULL;
	config->vif_count++;
	if (config_complete(config, err) || hotplug_check_slot(guest, vif->slot, err))
		return NULL;
	if (check_vif(vif, err))
		return NULL;
	if (vif->backend == VIF_USER)
		guest->helpers[vif->slot] = slirp_new(config->name, vif);
	result = resources_open_vif(guest, vif, &fds, &device, err);
	if (!result) {
		guest->config = *config;
		result = hotplug_add(guest, before, device, &fds, err);
	}
	fd_list_close(&fds);
	if (!result && guest->helpers[vif->slot]) {
		helper_connected(guest->helpers[vif->slot]);
		supervisor_watch(guest->helpers[vif->slot], guest->guests->loop);
	}
	if (!result)
		return &guest->config.vif[guest->config.vif_count - 1];
	drop_helper(guest, vif->slot);
	vif_close(&guest->taps[vif->slot]);
	return NULL;
}

/* Return: the index of network @which, or the number of networks. */
static uint32_t find_vif(const struct guest_config *config, const char *which)
{
	char *end;
	unsigned long index = strtoul(which, &end, 10);

	if (*which >= '0' && *which <= '9' && !*end)
		return index < config->vif_count ? (uint32_t)index : config->vif_count;
	for (uint32_t n = 0; n < config->vif_count; n++)
		if (!strcasecmp(config->vif[n].mac, which))
			return n;
	return config->vif_count;
}

int hotplug_remove_vif(struct guest *guest, const char *which, bool force, struct error *err)
{
	struct guest_config *config = &guest->config;
	uint32_t n = find_vif(config, which), slot;

	if (hotplug_check_state(guest, err))
		return -1;
	if (n == config->vif_count)
		return error_set(err, ERROR_NOT_FOUND,
				 "%s has no network %.40s: run 'vimoctl network-list %s' to see its networks",
				 config->name, which, config->name);
	slot = config->vif[n].slot;
	if (hotplug_remove(guest, slot, force, err))
		return -1;
	drop_helper(guest, slot);
	vif_close(&guest->taps[slot]);
	config->vif_count--;
	memmove(&config->vif[n], &config->vif[n + 1], (config->vif_count - n) * sizeof(config->vif[0]));
	record_update(guest);
	return 0;
}
