// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * build.c - build a guest, start it, and keep a device model with it.
 */
#include "guest/life.h"
#include "cleanup.h"
#include "device.h"
#include "boot/guest_fdt.h"
#include "json.h"
#include "log.h"
#include "base/store.h"

#include <vimo/guest_map.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static void on_dm_ready(void *arg, const char *problem)
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
	guest->cause[0] = guest->problem[0] = 0;
	guest->restart = false;
	guest->waits = 0;
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

/* What a thread does for a guest that is being started, or whose device model is. */
struct job {
	uv_work_t work;
	struct guest *guest;
	struct disk_files files;
	struct error err;
};

static void job_begin(struct guest *guest, uv_work_cb work, uv_after_work_cb done)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job)
		abort();
	job->guest = guest;
	job->work.data = job;
	disk_files_none(&job->files);
	guest->busy = true;
	uv_queue_work(guest->daemon->loop, &job->work, work, done);
}

static void job_free(struct job *job)
{
	disk_files_close(&job->files);
	free(job);
}

/* A device model gets newly opened images: their locks went with the last one. */
static int spawn(struct guest *guest, struct disk_files *files, struct error *err)
{
	struct fd_list fds = { 0 };
	const struct device_sources sources = { .domain = guest->domain,
						.slots = guest->slots,
						.domain_fd = guest->fd,
						.files = files,
						.taps = guest->taps,
						.helpers = guest->helpers };
	CLEANUP_JSON json_object *json = NULL;
	int result = -1;

	json = devices_open(&guest->config, &sources, &fds, err);
	if (json && !store_write(guest->config.name, "dm.json", json, err))
		result = dm_spawn(&guest->dm, guest->config.name, guest->fd, &fds, err);
	if (!result)
		helpers_connected(guest->helpers);
	fd_list_close(&fds);
	return result;
}

static void respawn_work(uv_work_t *work)
{
	struct job *job = work->data;

	disk_files_open(&job->files, &job->guest->config, &job->err);
}

static void respawn_done(uv_work_t *work, int status)
{
	struct job *job = work->data;
	struct guest *guest = job->guest;

	(void)status;
	guest->busy = false;
	if (guest->state == GUEST_ENDING) {
		guest_finish(guest, 0);
	} else if (job->err.code || spawn(guest, &job->files, &job->err)) {
		log_error("%s: %s", guest->config.name, job->err.text);
		guest_respawn(guest);
	}
	guest_go_on(guest);
	job_free(job);
}

static void respawn(void *arg)
{
	struct guest *guest = arg;

	watch_end(&guest->timer);
	if (guest->busy)
		guest_respawn(guest);
	else
		job_begin(guest, respawn_work, respawn_done);
}

void guest_respawn(struct guest *guest)
{
	watch_end(&guest->timer);
	guest->timer = watch_retry(guest->daemon->loop, guest->respawns++, respawn, guest);
}

static void on_dm_exit(void *arg)
{
	struct guest *guest = arg;
	struct error err;

	if (guest->state == GUEST_ENDING) {
		if (!guest->busy)
			guest_release(guest);
	} else if (guest->state == GUEST_BUILDING) {
		/* Its last words may still wait in the pipe: they come as "not ready". */
		if (!guest->dm.ready) {
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
	const struct guest_config *config = &guest->config;
	const struct image_layout *layout = &guest->image.layout;
	int result = -1;
	uint8_t *ram;

	if (image_open(&guest->image, config->kernel, config->ramdisk, config->memory_bytes, err) ||
	    domain_populate(guest->fd, VIMO_GUEST_RAM_BASE, config->memory_bytes, err))
		return -1;
	ram = mmap(NULL, layout->end, PROT_READ | PROT_WRITE, MAP_SHARED, guest->fd, VIMO_GUEST_RAM_BASE);
	if (ram == MAP_FAILED)
		return error_set(err, ERROR_FAILED, "cannot map the guest's memory: %s", strerror(errno));
	if (!image_load(&guest->image, ram, err) &&
	    !guest_fdt_write(ram + layout->dtb, config, layout, guest->gic_version, guest->slots, err)) {
		image_clean(ram + layout->dtb, IMAGE_DTB_BYTES);
		result = domain_entry(guest->fd, 0, VIMO_GUEST_RAM_BASE + layout->kernel,
				      VIMO_GUEST_RAM_BASE + layout->dtb, err);
	}
	munmap(ram, layout->end);
	return result;
}

static void build_work(uv_work_t *work)
{
	struct job *job = work->data;
	struct guest *guest = job->guest;

	if (!load(guest, &job->err) && !helpers_start(guest->helpers, &guest->config, &job->err))
		disk_files_open(&job->files, &guest->config, &job->err);
}

/* Once more, without what is in the guest's memory already. */
static void open_work(uv_work_t *work)
{
	struct job *job = work->data;
	struct guest *guest = job->guest;

	helpers_stop(guest->helpers);
	if (!helpers_start(guest->helpers, &guest->config, &job->err))
		disk_files_open(&job->files, &guest->config, &job->err);
}

static void build_done(uv_work_t *work, int status);

static void open_again(void *arg)
{
	struct guest *guest = arg;

	watch_end(&guest->timer);
	job_begin(guest, open_work, build_done);
}

/*
 * A guest that begins again waits for what is in use: its own last device model may have transfers under way, for
 * as long as a server does not answer. Return: false when there is nothing to wait for.
 */
static bool wait_for(struct guest *guest, const struct error *err)
{
	if (guest->creator || err->code != ERROR_STATE)
		return false;
	if (!guest->waits)
		log_warning("%s: it waits to be started again: %s", guest->config.name, err->text);
	snprintf(guest->problem, sizeof(guest->problem), "waits to be started again: %.220s", err->text);
	guest->restart = true; /* if vimod ends meanwhile */
	guest_enter(guest, GUEST_BUILDING);
	guest->timer = watch_retry(guest->daemon->loop, guest->waits++, open_again, guest);
	return true;
}

static void build_done(uv_work_t *work, int status)
{
	struct job *job = work->data;
	struct guest *guest = job->guest;

	(void)status;
	guest->busy = false;
	image_close(&guest->image);
	if (guest->state == GUEST_ENDING) /* destroyed meanwhile */
		guest_finish(guest, 0);
	else if (!job->err.code && !spawn(guest, &job->files, &job->err))
		helpers_watch(guest->helpers, guest->daemon->loop);
	else if (!wait_for(guest, &job->err))
		guest_fail(guest, &job->err);
	job_free(job);
}

static int prepare(struct guest *guest, struct error *err)
{
	struct daemon *daemon = guest->daemon;
	const struct guest_config *config = &guest->config;

	if (guest_check_resources(daemon, config, &guest->gic_version, err))
		return -1;
	guest->slots = config_slots(config);
	guest->fd = device_create(daemon->device, config->vcpus, config->weight, &guest->domain, err);
	return guest->fd < 0 || store_make(config->name, err) || guest_record(guest, err) ? -1 : 0;
}

void guest_build(struct guest *guest)
{
	struct error err;

	guest->state = GUEST_BUILDING;
	if (prepare(guest, &err)) {
		guest_fail(guest, &err);
		return;
	}
	guest_announce(guest);
	job_begin(guest, build_work, build_done);
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
	guest->dm = (struct dm_process){
		.loop = daemon->loop, .ready_fd = -1, .arg = guest, .on_ready = on_dm_ready, .on_exit = on_dm_exit
	};
	guest->next = daemon->guests;
	daemon->guests = guest;
	return guest;
}
