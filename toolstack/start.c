// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * start.c - build a guest, start it, and keep a device model with it.
 */
#include "life.h"
#include "cleanup.h"
#include "device.h"
#include "guest_fdt.h"
#include "json.h"
#include "log.h"
#include "store.h"

#include <vimo/guest_map.h>

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

static void on_backend_ready(void *arg, const char *problem)
{
	struct guest *guest = arg;
	struct error err;

	if (guest->state != GUEST_BUILDING) { /* a device model that was started again */
		if (problem)
			log_error("%s: device model: %s", guest->config.name, problem);
		else
			guest->respawns = 0;
		return;
	}
	if (problem)
		error_set(&err, ERROR_FAILED, "the device model of %s did not start: %s", guest->config.name, problem);
	if (problem || domain_control(guest->fd, VIMO_OP_START, &err)) {
		guest_fail(guest, &err);
		return;
	}
	guest->started_ms = uv_now(guest->daemon->loop);
	guest->cause[0] = 0;
	guest_enter(guest, GUEST_RUNNING);
	guest_watch(guest);
	log_info("%s: started as domain %u", guest->config.name, guest->domain);
	if (guest->creator) {
		json_object *json = json_object_new_object();
		struct call *call = guest->creator;

		guest->creator = NULL;
		json_object_object_add(json, "guest", guest_to_json(guest));
		call_reply(call, json);
	}
}

/* A device model gets newly opened images: their locks went with the last one. */
static int spawn(struct guest *guest, struct error *err)
{
	struct fd_list fds = { 0 };
	const struct device_sources sources = { .domain = guest->domain,
						.slots = guest->slots,
						.domain_fd = guest->fd,
						.taps = guest->taps,
						.storages = guest->storage,
						.slirps = guest->slirp };
	CLEANUP_JSON json_object *json = NULL;
	int result = -1;

	slirps_make(guest->slirp, &guest->config, guest->taps, guest->daemon->loop);
	json = devices_open(&guest->config, &sources, &fds, err);
	if (json && !store_write(guest->config.name, "dm.json", json, err))
		result = backend_spawn(&guest->backend, guest->config.name, guest->fd, &fds, err);
	if (!result)
		storages_connected(guest->storage);
	fd_list_close(&fds);
	return result;
}

static void respawn(void *arg)
{
	struct guest *guest = arg;
	struct error err;

	watch_end(&guest->timer);
	if (!spawn(guest, &err))
		return;
	log_error("%s: %s", guest->config.name, err.text);
	guest_respawn(guest);
}

void guest_respawn(struct guest *guest)
{
	watch_end(&guest->timer);
	guest->timer = watch_retry(guest->daemon->loop, guest->respawns++, respawn, guest);
}

static void on_backend_exit(void *arg)
{
	struct guest *guest = arg;
	struct error err;

	if (guest->state == GUEST_ENDING) {
		if (!guest->busy)
			guest_release(guest);
	} else if (guest->state == GUEST_BUILDING) {
		/* Its last words may still wait in the pipe: they come as "not ready". */
		if (!guest->backend.ready) {
			error_set(&err, ERROR_FAILED, "the device model of %s ended", guest->config.name);
			guest_fail(guest, &err);
		}
	} else if (guest->stop) {
		log_warning("%s: its device model ended: starting another", guest->config.name);
		guest_respawn(guest);
	}
}

static int load(struct guest *guest, struct error *err)
{
	const struct image_layout *layout = &guest->image.layout;
	uint64_t entry = VIMO_GUEST_RAM_BASE + layout->kernel;
	int result = -1;
	uint8_t *ram;

	if (domain_populate(guest->fd, VIMO_GUEST_RAM_BASE, guest->config.memory_bytes, err))
		return -1;
	ram = mmap(NULL, layout->end, PROT_READ | PROT_WRITE, MAP_SHARED, guest->fd, VIMO_GUEST_RAM_BASE);
	if (ram == MAP_FAILED)
		return error_set(err, ERROR_FAILED, "cannot map the guest's memory: %s", strerror(errno));
	if (!image_load(&guest->image, ram, err) &&
	    !guest_fdt_write(ram + layout->dtb, &guest->config, layout, guest->gic_version, guest->slots, err)) {
		image_clean(ram + layout->dtb, IMAGE_DTB_BYTES);
		result = domain_entry(guest->fd, 0, entry, VIMO_GUEST_RAM_BASE + layout->dtb, err);
	}
	munmap(ram, layout->end);
	return result;
}

static void build_work(uv_work_t *work)
{
	struct guest *guest = work->data;

	guest->failure.code = ERROR_NONE;
	if (!load(guest, &guest->failure))
		storages_start(guest->storage, &guest->config, &guest->failure);
}

static void build_done(uv_work_t *work, int status)
{
	struct guest *guest = work->data;
	struct error err = guest->failure;

	(void)status;
	free(work);
	guest->busy = false;
	image_close(&guest->image);
	if (guest->state == GUEST_ENDING) /* destroyed meanwhile */
		guest_finish(guest, 0);
	else if (err.code || spawn(guest, &err))
		guest_fail(guest, &err);
	else
		storages_watch(guest->storage, guest->daemon->loop);
}

static int check_resources(struct daemon *daemon, const struct guest_config *config, uint32_t *gic, struct error *err)
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

static int prepare(struct guest *guest, struct error *err)
{
	struct daemon *daemon = guest->daemon;
	const struct guest_config *config = &guest->config;

	if (check_resources(daemon, config, &guest->gic_version, err) ||
	    image_open(&guest->image, config->kernel, config->ramdisk, config->memory_bytes, err))
		return -1;
	guest->slots = config_slots(config);
	guest->fd = device_create(daemon->device, config->vcpus, config->weight, &guest->domain, err);
	if (guest->fd < 0 || store_make(config->name, err) || guest_record(guest, err)) {
		image_close(&guest->image);
		return -1;
	}
	return 0;
}

void guest_build(struct guest *guest)
{
	uv_work_t *work = calloc(1, sizeof(*work));
	struct error err;

	guest->state = GUEST_BUILDING;
	if (!work)
		abort();
	if (prepare(guest, &err)) {
		free(work);
		guest_fail(guest, &err);
		return;
	}
	guest_announce(guest);
	guest->busy = true;
	work->data = guest;
	uv_queue_work(guest->daemon->loop, work, build_work, build_done);
}

struct guest *guest_new(struct daemon *daemon, const struct guest_config *config)
{
	struct guest *guest = calloc(1, sizeof(*guest));

	if (!guest)
		abort();
	guest->daemon = daemon;
	guest->config = *config;
	guest->fd = guest->stall_fd = -1;
	guest->image.kernel_fd = guest->image.ramdisk_fd = -1;
	guest->backend = (struct backend){ .loop = daemon->loop,
					   .ready_fd = -1,
					   .arg = guest,
					   .on_ready = on_backend_ready,
					   .on_exit = on_backend_exit };
	guest->next = daemon->guests;
	daemon->guests = guest;
	return guest;
}

int guest_check(struct daemon *daemon, const struct guest_config *config, struct error *err)
{
	struct image image;
	uint32_t gic;

	if (guest_find(daemon, config->name)) {
		error_set(err, ERROR_STATE, "the name \"%s\" is in use: choose another or destroy that guest",
			  config->name);
		return error_about(err, "name");
	}
	if (devices_check(config, err) ||
	    image_open(&image, config->kernel, config->ramdisk, config->memory_bytes, err))
		return -1;
	image_close(&image);
	return check_resources(daemon, config, &gic, err);
}

void guest_create(struct daemon *daemon, const struct guest_config *config, struct call *call)
{
	struct guest *guest;
	struct error err;

	if (guest_check(daemon, config, &err)) {
		call_error(call, &err);
		return;
	}
	guest = guest_new(daemon, config);
	guest->creator = call;
	guest_build(guest);
}
