// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_spec.c - any string as xl's disk, network, folder or channel, and as a rate, an NBD server or a forward: what
 * block-attach and network-attach take from clients. The first byte chooses.
 */
#include "config/config.h"
#include "config/nbd.h"
#include "config/rate.h"
#include "config/spec.h"
#include "forward.h"
#include "fuzz.h"

#include <stdlib.h>

/* Accepted values are accepted again, and are the same. */
static void take_again(const struct key_table *table, const void *values)
{
	static union {
		struct disk_config disk;
		struct vif_config vif;
		struct fs_config folder;
		struct channel_config channel;
	} again;
	json_object *json = keys_to_json(table, values), *copy;
	struct error err;

	if (keys_take(table, json, &again, &err))
		abort();
	copy = keys_to_json(table, &again);
	if (!json_object_equal(json, copy))
		abort();
	json_object_put(json);
	json_object_put(copy);
}

/* As hotplug_plan(): into a configuration, which is completed then. */
static void take_device(const struct key_table *table, const char *text)
{
	static struct guest_config config;
	const struct {
		const struct key_table *table;
		void *device;
		uint32_t *count;
	} lists[] = {
		{ &config_disk_keys, config.disk, &config.disk_count },
		{ &config_vif_keys, config.vif, &config.vif_count },
		{ &config_fs_keys, config.fs, &config.fs_count },
		{ &config_channel_keys, config.channel, &config.channel_count },
	};
	struct error err = { 0 };
	json_object *json = config_spec(table, text, "/srv", &err);

	strcpy(config.uuid, "11111111-2222-3333-4444-555555555555");
	if (!json && (!err.code || !err.text[0]))
		abort();
	for (size_t n = 0; json && n < sizeof(lists) / sizeof(lists[0]); n++) {
		if (lists[n].table != table || keys_take(table, json, lists[n].device, &err))
			continue;
		take_again(table, lists[n].device);
		*lists[n].count = 1;
		config_complete(&config, &err);
		*lists[n].count = 0;
		config.channel_slot = 0;
	}
	json_object_put(json);
}

static void take_rate(const char *text)
{
	struct rate rate;
	struct error err;

	if (!rate_parse(text, &rate, &err) && (!rate.bytes_per_second || !rate.burst))
		abort();
}

static void take_server(const char *text)
{
	struct nbd_uri uri;
	struct error err;

	if (!nbd_parse(text, &uri, &err) && (!*uri.address == !*uri.path || !nbd_is_uri(text)))
		abort();
}

static void take_forwards(const char *text)
{
	struct forward forward;
	struct error err;

	for (const char *before = text; forward_next(&text, &forward, &err) > 0; before = text)
		if (text <= before || forward.host.any.sa_family != forward.guest.any.sa_family)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const struct key_table *const tables[] = { &config_disk_keys, &config_vif_keys, &config_fs_keys,
							  &config_channel_keys };
	char *text = bytes ? calloc(1, bytes) : NULL;
	uint8_t what;

	if (!text)
		return 0;
	what = data[0] % 7;
	memcpy(text, data + 1, bytes - 1);
	if (what < 4)
		take_device(tables[what], text);
	else if (what == 4)
		take_rate(text);
	else if (what == 5)
		take_server(text);
	else
		take_forwards(text);
	free(text);
	return 0;
}
