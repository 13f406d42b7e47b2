// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * load.c - read dm.json.
 */
#include "dm/load.h"

#include "dm/devices.h"
#include "dm/path.h"
#include "cleanup.h"
#include "json.h"

#include <fcntl.h>
#include <unistd.h>

#define FIRST_DEVICE_FD 5 /* as vimod numbers them */

/* A device's descriptors follow those of the devices before it. */
static int add_device(struct dm *dm, json_object *json, int *next_fd, struct error *err)
{
	struct device_spec spec = { .json = json, .fd_count = (unsigned int)json_number(json, "fds", 0) };

	if (spec.fd_count > DEVICE_FDS)
		return error_set(err, ERROR_USAGE, "dm.json: a device has %u descriptors, %u at most are allowed",
				 spec.fd_count, DEVICE_FDS);
	for (unsigned int n = 0; n < spec.fd_count; n++) {
		spec.fds[n] = (*next_fd)++;
		if (fcntl(spec.fds[n], F_SETFD, FD_CLOEXEC))
			return error_set(err, ERROR_USAGE, "dm.json: descriptor %d is not open", spec.fds[n]);
	}
	return dm_add_device(dm, &spec, err);
}

/* One thread for each vCPU of the guest would be too many where dom0 has fewer CPUs. */
static unsigned int count_io_threads(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	return cpus < 1 ? 1 : cpus > DM_IO_THREADS ? DM_IO_THREADS : (unsigned int)cpus;
}

static int add_devices(struct dm *dm, json_object *devices, struct error *err)
{
	int next_fd = FIRST_DEVICE_FD;

	for (size_t i = 0; devices && i < json_object_array_length(devices); i++)
		if (add_device(dm, json_object_array_get_idx(devices, i), &next_fd, err))
			return -1;
	return 0;
}

int dm_load(struct dm *dm, struct error *err)
{
	const char *path = dm_path(dm, "dm.json");
	CLEANUP_JSON json_object *root = json_object_from_file(path);
	int64_t slots = json_number(root, "slots", 0);
	json_object *devices = NULL;

	if (!root)
		return error_set(err, ERROR_FAILED, "%s", json_util_get_last_err());
	if (json_number(root, "version", 0) != 2)
		return error_set(err, ERROR_USAGE,
				 "%s: version must be 2: vimod and vimo-dm differ: install one release of both", path);
	if (slots < 1 || slots > VIMO_GUEST_VIRTIO_COUNT)
		return error_set(err, ERROR_USAGE, "%s: slots must be 1 to %u", path, VIMO_GUEST_VIRTIO_COUNT);
	if (json_object_object_get_ex(root, "devices", &devices) && !json_object_is_type(devices, json_type_array))
		return error_set(err, ERROR_USAGE, "%s: devices must be a list", path);
	dm->slots = (unsigned int)slots;
	dm->host.io_thread_count = count_io_threads();
	dm->has_serial = json_flag(root, "uart");
	if (dm_open_slots(dm, err) || add_devices(dm, devices, err) || dm_fill_slots(dm, err))
		return -1;
	return dm_open_platform(dm, err);
}
