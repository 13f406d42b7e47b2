// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hotplug_vif.c - attach and detach networks.
 */
#include "guest/hotplug_vif.h"
#include "base/user.h"
#include "guest/check.h"
#include "guest/resources.h"
#include "helper/slirp.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static struct vif_config *added(struct hotplug *change)
{
	return &change->config.vif[change->config.vif_count - 1];
}

static void prepare(struct hotplug *change)
{
	if (added(change)->backend != VIF_USER)
		return;
	change->helper = slirp_new(change->config.name, user_of(change->work.guest->domain), added(change));
	helper_start(change->helper, &change->err);
}

static int open_vif(struct hotplug *change, struct fd_list *fds, json_object **device, struct error *err)
{
	return resources_open_vif(change->work.guest, added(change), fds, device, err);
}

static void forget(struct guest_config *config, uint32_t slot)
{
	uint32_t n = 0;

	while (config->vif[n].slot != slot)
		n++;
	config->vif_count--;
	memmove(&config->vif[n], &config->vif[n + 1], (config->vif_count - n) * sizeof(config->vif[0]));
}

static const struct hotplug_kind vifs = { .prepare = prepare, .open = open_vif, .forget = forget };

static int plan(struct hotplug *change, const char *spec)
{
	struct guest *guest = change->work.guest;
	struct guest_config *config = &change->config;

	if (hotplug_check_state(guest, &change->err))
		return -1;
	if (config->vif_count == CONFIG_VIFS)
		return hotplug_error_full("network", CONFIG_VIFS, &change->err);
	if (hotplug_plan(change, &config_vif_keys, spec, "/", &config->vif[config->vif_count], &config->vif_count))
		return -1;
	return hotplug_check_slot(guest, added(change)->slot, &change->err) || check_vif(added(change), &change->err) ?
		       -1 :
		       0;
}

void hotplug_add_vif(struct guest *guest, const char *spec, hotplug_fn done, void *arg)
{
	struct hotplug *change = hotplug_new(guest, &vifs, done, arg);

	if (plan(change, spec))
		hotplug_fail(change);
	else
		hotplug_attach(change, added(change)->slot);
}

/* Return: the index of network @which, or the number of networks. */
static uint32_t find_index(const struct guest_config *config, const char *which)
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

/* Return: the network, or NULL with @err. */
static const struct vif_config *find(const struct guest *guest, const char *which, struct error *err)
{
	const struct guest_config *config = &guest->config;
	uint32_t n = find_index(config, which);

	if (hotplug_check_state(guest, err))
		return NULL;
	if (n < config->vif_count)
		return &config->vif[n];
	error_set(err, ERROR_NOT_FOUND, "%s has no network %.40s: run 'vimoctl network-list %s' to see its networks",
		  config->name, which, config->name);
	return NULL;
}

void hotplug_remove_vif(struct guest *guest, const char *which, bool force, hotplug_fn done, void *arg)
{
	struct hotplug *change = hotplug_new(guest, &vifs, done, arg);
	const struct vif_config *vif = find(guest, which, &change->err);

	if (vif)
		hotplug_detach(change, vif->slot, force);
	else
		hotplug_fail(change);
}
