// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * devices.c - the devices of one guest, as vimod describes them. Their kinds know the rest.
 */
#include "dm/devices.h"

#include "dm/kinds.h"
#include "dm/stall.h"
#include "platform/pvpanic.h"
#include "platform/rtc.h"
#include "json.h"

#include <linux/virtio_config.h>
#include <unistd.h>

static struct endpoint *find_slot(struct dm *dm, json_object *json, struct error *err)
{
	int64_t slot = json_number(json, "slot", -1);

	if (slot >= 0 && slot < dm->slots)
		return &dm->endpoint[slot];
	error_set(err, ERROR_USAGE, "slot must be 0 to %u", dm->slots - 1);
	return NULL;
}

static bool has_kind(const struct dm *dm, const struct device_kind *kind)
{
	for (unsigned int slot = 0; slot < dm->slots; slot++)
		if (dm->endpoint[slot].kind == kind)
			return true;
	return false;
}

int dm_add_device(struct dm *dm, const struct device_spec *spec, struct error *err)
{
	const char *type = json_string(spec->json, "type");
	const struct device_kind *kind = type ? kind_find(type) : NULL;
	struct endpoint *endpoint = find_slot(dm, spec->json, err);

	if (!endpoint)
		return -1;
	if (!kind)
		return error_set(err, ERROR_USAGE,
				 "device type '%s' is unknown: vimod and vimo-dm differ: install one release of both",
				 type ? type : "");
	if (spec->fd_count < kind->fds_min || spec->fd_count > kind->fds_max)
		return error_set(err, ERROR_USAGE, "a device of type %s must have %u to %u descriptors, not %u", type,
				 kind->fds_min, kind->fds_max, spec->fd_count);
	if (!endpoint_is_empty(endpoint))
		return error_set(err, ERROR_STATE, "slot %u has a device already", endpoint->slot);
	if (kind->single && has_kind(dm, kind))
		return error_set(err, ERROR_USAGE, "a guest has one device of type %s at most", type);
	return endpoint_add(endpoint, kind, spec, err);
}

int dm_remove_device(struct dm *dm, json_object *json, struct error *err)
{
	struct endpoint *endpoint = find_slot(dm, json, err);

	if (!endpoint)
		return -1;
	if (endpoint_is_empty(endpoint))
		return error_set(err, ERROR_NOT_FOUND, "slot %u has no device", endpoint->slot);
	if (!endpoint->kind->removed)
		return error_set(err, ERROR_STATE, "the device in slot %u cannot be removed", endpoint->slot);
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
		return error_set(err, ERROR_USAGE, "a reconnection must have one descriptor");
	if (!endpoint->reconnect)
		return error_set(err, ERROR_STATE, "the device in slot %u has no helper or switch to reconnect",
				 endpoint->slot);
	return endpoint->reconnect(endpoint, spec->fds[0], err);
}

int dm_grow(struct dm *dm, json_object *json, struct error *err)
{
	struct endpoint *endpoint = find_slot(dm, json, err);

	if (!endpoint)
		return -1;
	if (!endpoint->kind || !endpoint->kind->grow)
		return error_set(err, ERROR_STATE, "slot %u has no disk", endpoint->slot);
	return endpoint->kind->grow(endpoint, err);
}

int dm_resize(struct dm *dm, uint16_t cols, uint16_t rows, struct error *err)
{
	bool any = false;

	for (unsigned int slot = 0; slot < dm->slots; slot++) {
		struct endpoint *endpoint = &dm->endpoint[slot];

		if (!endpoint->kind || !endpoint->kind->resize)
			continue;
		endpoint->kind->resize(endpoint, cols, rows);
		any = true;
	}
	return any ? 0 : error_set(err, ERROR_STATE, "the guest has no console");
}

int dm_trigger(struct dm *dm, json_object *request, struct error *err)
{
	for (unsigned int slot = 0; slot < dm->slots; slot++) {
		struct endpoint *endpoint = &dm->endpoint[slot];

		if (endpoint->kind && endpoint->kind->trigger)
			return endpoint->kind->trigger(endpoint, request, err);
	}
	return error_set(err, ERROR_STATE, "the guest has no input device");
}

/* Return: whether a driver for the key runs. */
static bool press_key(void *context, bool down)
{
	struct dm *dm = context;
	bool any = false;

	for (unsigned int slot = 0; slot < dm->slots; slot++) {
		struct endpoint *endpoint = &dm->endpoint[slot];

		if (endpoint->kind && endpoint->kind->power_key)
			any |= endpoint->kind->power_key(endpoint, down);
	}
	return any;
}

void dm_open_slots(struct dm *dm)
{
	struct endpoint_host *host = &dm->host;

	host->loop = &dm->loop;
	host->memory = &dm->memory;
	host->ioreq = &dm->ioreq;
	host->io_threads = dm->io_threads;
	host->console_mark = &dm->state->console;
	host->status = &dm->status;
	host->stall = dm_stall;
	for (unsigned int slot = 0; slot < dm->slots; slot++)
		endpoint_open(&dm->endpoint[slot], host, slot, &dm->state->device[slot]);
}

/* One thread for each vCPU of the guest would be too many where dom0 has fewer CPUs. */
static unsigned int count_io_threads(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	return cpus < 1 ? 1 : cpus > DM_IO_THREADS ? DM_IO_THREADS : (unsigned int)cpus;
}

int dm_open_io_threads(struct dm *dm, struct error *err)
{
	dm->host.io_thread_count = count_io_threads();
	for (unsigned int n = 0; n < dm->host.io_thread_count; n++)
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

int dm_open_platform(struct dm *dm, struct error *err)
{
	dm->power_button.gpio = &dm->state->gpio;
	dm->power_button.key = press_key;
	dm->power_button.context = dm;
	rtc_open(&dm->ioreq);
	pvpanic_open(&dm->ioreq);
	power_button_open(&dm->power_button, &dm->host);
	return serial_open(
		&dm->serial, &dm->host, &dm->state->serial,
		&(struct hub_files){ dm->files[DM_SERIAL], dm->files[DM_SERIAL_LOG], dm->files[DM_SERIAL_OLD] }, err);
}

int dm_start_devices(struct dm *dm, struct error *err)
{
	for (unsigned int n = 0; n < dm->host.io_thread_count; n++)
		if (io_thread_start(&dm->io_threads[n], err))
			return -1;
	for (unsigned int slot = 0; slot < dm->slots; slot++) {
		struct endpoint *endpoint = &dm->endpoint[slot];

		if (endpoint->kind && endpoint->kind->start && endpoint->kind->start(endpoint, err))
			return -1;
	}
	return 0;
}

void dm_close_devices(struct dm *dm)
{
	for (unsigned int slot = 0; slot < dm->slots; slot++) {
		struct endpoint *endpoint = &dm->endpoint[slot];

		if (endpoint->kind && endpoint->kind->close)
			endpoint->kind->close(endpoint);
	}
	serial_close(&dm->serial);
	power_button_close(&dm->power_button);
	/* Last, since a device waits here for its requests in flight, however long they take. */
	for (unsigned int slot = 0; slot < dm->slots; slot++)
		endpoint_close(&dm->endpoint[slot]);
}
