// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * load.c - read the description, and take the descriptors that it names.
 */
#include "dm/load.h"

#include "dm/devices.h"
#include "cleanup.h"
#include "dm_files.h"
#include "json.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIFFER "vimod and vimo-dm differ: install one release of both"

/* Names in "files" of the description. */
static const char *const file_names[DM_FILES] = {
	[DM_STATE] = "state",   [DM_STATUS] = "status",         [DM_CONTROL] = "control",
	[DM_SERIAL] = "serial", [DM_SERIAL_LOG] = "serial-log", [DM_SERIAL_OLD] = "serial-log-old",
};

static json_object *read_description(int fd, struct error *err)
{
	CLEANUP_FREE char *text = NULL;
	json_object *json = NULL;
	struct stat status;

	if (fstat(fd, &status)) {
		error_errno(err, "description");
		return NULL;
	}
	if (status.st_size > 0 && status.st_size <= (off_t)DM_DESCRIPTION_MAX)
		text = malloc((size_t)status.st_size);
	if (text && pread(fd, text, (size_t)status.st_size, 0) == status.st_size)
		json = json_parse(text, (size_t)status.st_size);
	if (!json)
		error_set(err, ERROR_USAGE, "description: descriptor %d is not a file with a JSON object: " DIFFER, fd);
	else if (json_number(json, "version", 0) == DM_DESCRIPTION_VERSION)
		return json;
	else
		error_set(err, ERROR_USAGE, "description: version must be %d: " DIFFER, DM_DESCRIPTION_VERSION);
	json_object_put(json);
	return NULL;
}

/* Return: a list, or NULL and @err is set. */
static json_object *list_of(json_object *json, const char *key, struct error *err)
{
	json_object *list = NULL;

	if (json_object_object_get_ex(json, key, &list) && json_object_is_type(list, json_type_array))
		return list;
	error_set(err, ERROR_USAGE, "description: %s must be a list", key);
	return NULL;
}

/* Return: 0, or -1: the descriptor is not open. */
static int take_fd(int *next_fd, int *fd, struct error *err)
{
	*fd = (*next_fd)++;
	return fcntl(*fd, F_SETFD, FD_CLOEXEC) ?
		       error_set(err, ERROR_USAGE, "description: descriptor %d is not open", *fd) :
		       0;
}

static int take_files(struct dm *dm, json_object *names, int *next_fd, struct error *err)
{
	memset(dm->files, -1, sizeof(dm->files));
	for (size_t i = 0; names && i < json_object_array_length(names); i++) {
		const char *name = json_object_get_string(json_object_array_get_idx(names, i));
		unsigned int file = 0;

		while (file < DM_FILES && (!name || strcmp(name, file_names[file])))
			file++;
		if (file == DM_FILES)
			return error_set(err, ERROR_USAGE, "description: file '%.32s' is unknown: " DIFFER,
					 name ? name : "");
		if (take_fd(next_fd, &dm->files[file], err))
			return -1;
	}
	for (unsigned int file = 0; file < DM_FILES; file++)
		if (dm->files[file] < 0)
			return error_set(err, ERROR_USAGE, "description: file '%s' is missing: " DIFFER,
					 file_names[file]);
	return 0;
}

/* A device's descriptors follow those of the devices before it. */
static int add_device(struct dm *dm, json_object *json, int *next_fd, struct error *err)
{
	struct device_spec spec = { .json = json };
	int64_t count = json_number(json, "fds", 0);

	if (count < 0 || count > DEVICE_FDS)
		return error_set(err, ERROR_USAGE, "description: a device has %lld descriptors, 0 to %u are allowed",
				 (long long)count, DEVICE_FDS);
	while (spec.fd_count < (unsigned int)count)
		if (take_fd(next_fd, &spec.fds[spec.fd_count++], err))
			return -1;
	return dm_add_device(dm, &spec, err);
}

static int add_devices(struct dm *dm, json_object *devices, int next_fd, struct error *err)
{
	for (size_t i = 0; i < json_object_array_length(devices); i++)
		if (add_device(dm, json_object_array_get_idx(devices, i), &next_fd, err))
			return -1;
	return 0;
}

int dm_load(struct dm *dm, int description, struct error *err)
{
	CLEANUP_JSON json_object *root = read_description(description, err);
	json_object *files = root ? list_of(root, "files", err) : NULL;
	json_object *devices = files ? list_of(root, "devices", err) : NULL;
	int64_t slots = json_number(root, "slots", 0);
	int next_fd = DM_FD_FIRST;

	if (!devices)
		return -1;
	if (slots < 1 || slots > VIMO_GUEST_VIRTIO_COUNT)
		return error_set(err, ERROR_USAGE, "description: slots must be 1 to %u", VIMO_GUEST_VIRTIO_COUNT);
	dm->slots = (unsigned int)slots;
	if (take_files(dm, files, &next_fd, err))
		return -1;
	dm->state = state_open(dm->files[DM_STATE], err);
	if (!dm->state || status_open(&dm->status, dm->files[DM_STATUS], STDERR_FILENO, err))
		return -1;
	/* A mapping cannot grow a file: a guest that takes over vimo-dm must not fill /run. */
	close(dm->files[DM_STATE]);
	close(dm->files[DM_STATUS]);
	dm_open_slots(dm);
	if (add_devices(dm, devices, next_fd, err) || dm_fill_slots(dm, err))
		return -1;
	return dm_open_platform(dm, err);
}
