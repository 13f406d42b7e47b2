// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * create.c - all that is checked before a guest is made. Its files are looked at in a thread: a file server
 * that does not answer holds up nobody else.
 */
#include "guest/life.h"
#include "device.h"

#include <stdlib.h>

struct check {
	uv_work_t work;
	struct daemon *daemon;
	struct guest_config config;
	struct call *call;
	bool dry_run;
	struct error err; /* of the files */
};

int guest_check_resources(struct daemon *daemon, const struct guest_config *config, uint32_t *gic, struct error *err)
{
	struct vimo_ioc_info info;

	if (daemon_open(daemon, err) || device_info(daemon->device, &info, err))
		return -1;
	if (config->vcpus > info.max_vcpus || (info.gic_version == 2 && config->vcpus > 8)) {
		error_set(err, ERROR_RESOURCES, "vcpus = %u is more than a guest can have here: at most %u",
			  config->vcpus, info.gic_version == 2 && info.max_vcpus > 8 ? 8 : info.max_vcpus);
		return error_about(err, "vcpus");
	}
	if (config->memory_bytes / VIMO_PAGE_SIZE > info.free_pages) {
		error_set(err, ERROR_RESOURCES,
			  "memory = %llu MiB is more than the %llu MiB that are free: "
			  "lower it or destroy a guest",
			  (unsigned long long)config->memory_bytes >> 20, (unsigned long long)(info.free_pages >> 8));
		return error_about(err, "memory");
	}
	*gic = info.gic_version;
	return 0;
}

static int check_name(struct daemon *daemon, const char *name, struct error *err)
{
	if (!guest_find(daemon, name))
		return 0;
	error_set(err, ERROR_STATE, "the name \"%s\" is in use: choose another or destroy that guest", name);
	return error_about(err, "name");
}

static void check_files(uv_work_t *work)
{
	struct check *check = work->data;
	struct image image;

	check->err.code = ERROR_NONE;
	if (devices_check_files(&check->config, &check->err) ||
	    image_open(&image, check->config.kernel, check->config.ramdisk, check->config.memory_bytes, &check->err))
		return;
	if (check->dry_run)
		image_verify(&image, &check->err);
	image_close(&image);
}

/* Another guest may have got the name or the memory meanwhile. */
static void files_checked(uv_work_t *work, int status)
{
	struct check *check = work->data;
	struct error *err = &check->err;
	struct guest *guest;
	uint32_t gic;

	(void)status;
	if (err->code || check_name(check->daemon, check->config.name, err) ||
	    guest_check_resources(check->daemon, &check->config, &gic, err)) {
		call_error(check->call, err);
	} else if (check->dry_run) {
		json_object *reply = json_object_new_object();

		json_object_object_add(reply, "config", config_to_json(&check->config));
		call_reply(check->call, reply);
	} else {
		guest = guest_new(check->daemon, &check->config);
		guest->creator = check->call;
		guest_build(guest);
	}
	free(check);
}

void guest_create(struct daemon *daemon, const struct guest_config *config, bool dry_run, struct call *call)
{
	struct check *check;
	struct error err;
	uint32_t gic;

	if (check_name(daemon, config->name, &err) || devices_check(config, &err) ||
	    guest_check_resources(daemon, config, &gic, &err)) {
		call_error(call, &err);
		return;
	}
	check = calloc(1, sizeof(*check));
	if (!check)
		abort();
	check->daemon = daemon;
	check->config = *config;
	check->call = call;
	check->dry_run = dry_run;
	check->work.data = check;
	uv_queue_work(daemon->loop, &check->work, check_files, files_checked);
}
