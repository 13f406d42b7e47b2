// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * devices.c - the VirtIO devices of one guest: made from what vimod says of them,
 * at the start or later.
 */
#include "dm/dm.h"

#include "block/block.h"
#include "cleanup.h"
#include "fs/fs.h"
#include "json.h"
#include "net/net.h"
#include "vsock/vsock.h"

#include <errno.h>
#include <linux/virtio_config.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <vimo/domain.h>
#include <vimo/ioctl.h>

static bool work_console(void *context)
{
	struct dm *dm = context;

	return console_work(&dm->console->device, &dm->console_hub);
}

static int add_console(struct dm *dm, struct endpoint *endpoint, const struct device_spec *spec, struct error *err)
{
	char log[PATH_MAX];

	(void)spec;
	if (dm->console)
		return error_set(err, ERROR_USAGE, "a guest has one console at most");
	endpoint->work = work_console;
	endpoint->context = dm;
	endpoint->device.queues = CONSOLE_QUEUES;
	endpoint->device.features = CONSOLE_FEATURES;
	dm->console = endpoint;
	if (endpoint_attach(endpoint, &console_model, NULL, err)) {
		dm->console = NULL;
		return -1;
	}
	dm->console_hub.mark = &dm->state->console;
	dm->console_hub.input_came = endpoint_run;
	dm->console_hub.context = endpoint;
	snprintf(log, sizeof(log), "%s/%s.console.log", dm->log_dir, dm->name);
	return hub_open(&dm->console_hub, &dm->loop, dm_path(dm, "console.sock"), log, err);
}

static int add_channels(struct dm *dm, struct endpoint *endpoint, const struct device_spec *spec, struct error *err)
{
	const char *names[CHANNELS_MAX];
	json_object *list = NULL;
	size_t count;

	if (!json_object_object_get_ex(spec->json, "names", &list) || !json_object_is_type(list, json_type_array))
		return error_set(err, ERROR_USAGE, "channels must have a list of names");
	count = json_object_array_length(list);
	if (dm->channels || count > CHANNELS_MAX)
		return error_set(err, ERROR_USAGE, "a guest has %u channels of one device at most", CHANNELS_MAX);
	for (size_t n = 0; n < count; n++)
		names[n] = json_object_get_string(json_object_array_get_idx(list, n));
	dm->channels = channels_add(endpoint, names, (unsigned int)count, err);
	return dm->channels ? 0 : -1;
}

static int add_input(struct dm *dm, struct endpoint *endpoint, const struct device_spec *spec, struct error *err)
{
	(void)spec;
	if (dm->has_input)
		return error_set(err, ERROR_USAGE, "a guest has one input device at most");
	dm->input.device = &endpoint->device;
	endpoint->work = input_work;
	endpoint->context = &dm->input;
	endpoint->device.queues = INPUT_QUEUES;
	if (endpoint_attach(endpoint, &input_model, NULL, err))
		return -1;
	dm->has_input = true;
	return 0;
}

static void rng_again(uv_timer_t *timer)
{
	const struct dm *dm = timer->data;

	endpoint_run(dm->rng_endpoint);
}

static bool work_rng(void *context)
{
	struct dm *dm = context;
	bool more = rng_work(&dm->rng, uv_hrtime());

	if (dm->rng.wait)
		uv_timer_start(&dm->rng_later, rng_again, dm->rng.wait / 1000000 + 1, 0);
	return more;
}

static int add_rng(struct dm *dm, struct endpoint *endpoint, const struct device_spec *spec, struct error *err)
{
	if (dm->rng_endpoint)
		return error_set(err, ERROR_USAGE, "a guest has one source of random numbers at most");
	if (rng_ready())
		return error_set(err, ERROR_FAILED, "random numbers: %s", strerror(errno));
	endpoint->work = work_rng;
	endpoint->context = dm;
	endpoint->device.queues = RNG_QUEUES;
	dm->rng.device = &endpoint->device;
	dm->rng.limit.rate = (uint64_t)json_number(spec->json, "bytes_per_second", 0);
	uv_timer_init(&dm->loop, &dm->rng_later);
	dm->rng_later.data = dm;
	if (endpoint_attach(endpoint, &rng_model, NULL, err))
		return -1;
	dm->rng_endpoint = endpoint;
	return 0;
}

static int add_block(struct dm *dm, struct endpoint *endpoint, const struct device_spec *spec, struct error *err)
{
	const char *backend = json_string(spec->json, "backend");
	const char *stop = json_string(spec->json, "on_io_error");
	bool daemon = backend && !strcmp(backend, "vhost-user");
	struct block_options options = {
		.fd = spec->fds[0],
		.memory_fd = spec->fds[1],
		.threads = dm->io_threads,
		.thread_count = dm->io_thread_count,
		.readonly = json_flag(spec->json, "readonly"),
		.queues = (unsigned int)json_number(spec->json, "queues", 1),
		.operations_per_second = (uint64_t)json_number(spec->json, "iops", 0),
		.bytes_per_second = (uint64_t)json_number(spec->json, "bytes_per_second", 0),
		.serial = json_string(spec->json, "serial"),
		.stop_on_error = stop && !strcmp(stop, "stop"),
		.packed = json_flag(spec->json, "packed"),
	};

	if (options.queues < 1 || options.queues > BLOCK_QUEUES)
		return error_set(err, ERROR_USAGE, "a disk has 1 to %u queues", BLOCK_QUEUES);
	if (spec->fd_count != (daemon ? 2 : 1) || (daemon && options.queues != 1))
		return error_set(err, ERROR_USAGE,
				 "a disk of a storage daemon has two descriptors and one queue, others one");
	return block_add(endpoint, daemon ? &block_daemon : &block_image, &options, err);
}

static int add_net(struct dm *dm, struct endpoint *endpoint, const struct device_spec *spec, struct error *err)
{
	const struct net_options options = {
		.backend = json_string(spec->json, "backend"),
		.mac = json_string(spec->json, "mac"),
		.pairs = (unsigned int)json_number(spec->json, "pairs", 1),
		.mtu = (unsigned int)json_number(spec->json, "mtu", 0),
		.packed = json_flag(spec->json, "packed"),
		.threads = dm->io_threads,
		.thread_count = dm->io_thread_count,
	};

	return net_add(endpoint, spec->fds, spec->fd_count, &options, err);
}

static int add_vsock(struct dm *dm, struct endpoint *endpoint, const struct device_spec *spec, struct error *err)
{
	(void)dm;
	return vsock_add(endpoint, spec->fds[0], json_number(spec->json, "cid", 0), err);
}

static int add_fs(struct dm *dm, struct endpoint *endpoint, const struct device_spec *spec, struct error *err)
{
	const char *tag = json_string(spec->json, "tag");

	(void)dm;
	if (!tag || !*tag || strlen(tag) > FS_TAG)
		return error_set(err, ERROR_USAGE, "fs: a tag has 1 to %zu bytes", FS_TAG);
	return fs_add(endpoint, spec->fds, tag, json_string(spec->json, "hidden"), err);
}

static const struct {
	const char *type;
	unsigned int fds_min, fds_max;
	int (*add)(struct dm *dm, struct endpoint *endpoint, const struct device_spec *spec, struct error *err);
} kinds[] = {
	{ "console", 0, 0, add_console },   { "input", 0, 0, add_input }, { "rng", 0, 0, add_rng },
	{ "vsock", 1, 1, add_vsock },       { "block", 1, 2, add_block }, { "net", 1, 2 * NET_PAIRS, add_net },
	{ "channels", 0, 0, add_channels }, { "fs", 2, 2, add_fs },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct endpoint *find_slot(struct dm *dm, json_object *json, struct error *err)
{
	int64_t slot = json_number(json, "slot", -1);

	if (slot >= 0 && slot < dm->slots)
		return &dm->endpoint[slot];
	error_set(err, ERROR_USAGE, "a device's slot must be 0 to %u", dm->slots - 1);
	return NULL;
}

int dm_add_device(struct dm *dm, const struct device_spec *spec, struct error *err)
{
	const char *type = json_string(spec->json, "type");
	struct endpoint *endpoint = find_slot(dm, spec->json, err);
	size_t kind = 0;

	if (!endpoint)
		return -1;
	while (kind < KINDS && (!type || strcmp(type, kinds[kind].type)))
		kind++;
	if (kind == KINDS)
		return error_set(err, ERROR_USAGE,
				 "unknown device type '%s': vimod and vimo-dm differ, install one release",
				 type ? type : "");
	if (spec->fd_count < kinds[kind].fds_min || spec->fd_count > kinds[kind].fds_max)
		return error_set(err, ERROR_USAGE, "a device of type %s came with %u descriptors", type,
				 spec->fd_count);
	if (!endpoint_is_empty(endpoint))
		return error_set(err, ERROR_STATE, "slot %u has a device already", endpoint->slot);
	return kinds[kind].add(dm, endpoint, spec, err);
}

int dm_remove_device(struct dm *dm, json_object *json, struct error *err)
{
	struct endpoint *endpoint = find_slot(dm, json, err);

	if (!endpoint)
		return -1;
	if (endpoint_is_empty(endpoint))
		return error_set(err, ERROR_NOT_FOUND, "slot %u has no device", endpoint->slot);
	if (!endpoint->removed)
		return error_set(err, ERROR_STATE, "the device in slot %u cannot be taken away", endpoint->slot);
	/* Without a driver, Linux leaves ACKNOWLEDGE behind. */
	if (transport_status(&endpoint->device) & VIRTIO_CONFIG_S_DRIVER && !json_flag(json, "force"))
		return error_set(
			err, ERROR_STATE,
			"the guest uses it: in the guest: echo %llx.virtio_mmio >/sys/bus/platform/drivers/virtio-mmio/unbind; or use --force",
			(unsigned long long)endpoint->ipa);
	endpoint_remove(endpoint);
	return 0;
}

int dm_reconnect(struct dm *dm, const struct device_spec *spec, struct error *err)
{
	struct endpoint *endpoint = find_slot(dm, spec->json, err);

	if (!endpoint)
		return -1;
	if (spec->fd_count != 1)
		return error_set(err, ERROR_USAGE, "a reconnection comes with one descriptor");
	if (!endpoint->reconnect)
		return error_set(err, ERROR_STATE, "nobody who could be connected anew serves slot %u", endpoint->slot);
	return endpoint->reconnect(endpoint, spec->fds[0], err);
}

/* Paused first: whoever reads why finds it so. */
static void stall(const struct endpoint_host *host, unsigned int slot, const char *why)
{
	const uint32_t pause = VIMO_OP_PAUSE;
	char path[PATH_MAX], made[PATH_MAX];
	FILE *file;

	ioctl(host->domain, VIMO_IOC_CONTROL, &pause); /* fails when it is paused already, or gone */
	snprintf(path, sizeof(path), "%s/stalled", host->run_dir);
	snprintf(made, sizeof(made), "%s/stalled.new", host->run_dir);
	file = fopen(made, "we");
	if (!file)
		return;
	fprintf(file, "%u %s\n", slot, why);
	fclose(file);
	rename(made, path);
}

int dm_retry(struct dm *dm, struct error *err)
{
	if (unlink(dm_path(dm, "stalled")) && errno != ENOENT)
		return error_set(err, ERROR_FAILED, "%s: %s", dm_path(dm, "stalled"), strerror(errno));
	for (unsigned int slot = 0; slot < dm->slots; slot++)
		block_retry(&dm->endpoint[slot]);
	return 0;
}

int dm_open_slots(struct dm *dm, struct error *err)
{
	dm->host = (struct endpoint_host){ .domain = dm->domain,
					   .loop = &dm->loop,
					   .memory = &dm->memory,
					   .ioreq = &dm->ioreq,
					   .stall = stall,
					   .run_dir = dm->run_dir };
	for (unsigned int slot = 0; slot < dm->slots; slot++)
		endpoint_open(&dm->endpoint[slot], &dm->host, slot, &dm->state->device[slot]);
	for (unsigned int n = 0; n < dm->io_thread_count; n++)
		if (io_thread_open(&dm->io_threads[n], err))
			return -1;
	return 0;
}

int dm_fill_slots(struct dm *dm, struct error *err)
{
	for (unsigned int slot = 0; slot < dm->slots; slot++)
		if (endpoint_is_empty(&dm->endpoint[slot]) && endpoint_empty(&dm->endpoint[slot], err))
			return -1;
	return 0;
}

int dm_start_devices(struct dm *dm, struct error *err)
{
	for (unsigned int n = 0; n < dm->io_thread_count; n++)
		if (io_thread_start(&dm->io_threads[n], err))
			return -1;
	for (unsigned int slot = 0; slot < dm->slots; slot++)
		if (fs_start(&dm->endpoint[slot], err))
			return -1;
	return 0;
}

void dm_forget_state(struct dm *dm)
{
	for (unsigned int slot = 0; slot < dm->slots; slot++)
		fs_forget_state(&dm->endpoint[slot]);
	unlink(dm_path(dm, "dm.state"));
}

void dm_close_devices(struct dm *dm)
{
	if (dm->console) {
		/* More than its queues hold; a guest that still runs cannot keep us. */
		work_console(dm);
		hub_close(&dm->console_hub);
		unlink(dm_path(dm, "console.sock"));
	}
	if (dm->rng_endpoint)
		uv_timer_stop(&dm->rng_later);
	if (dm->channels) {
		channels_work(dm->channels);
		channels_close(dm->channels);
	}
	dm_close_platform(dm);
	/* Last: a device waits here for whoever has a request of it, however long that takes. */
	for (unsigned int slot = 0; slot < dm->slots; slot++)
		endpoint_close(&dm->endpoint[slot]);
}
