// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * build.c - build a guest, with its first vimo-dm.
 */
#include "guest/build.h"
#include "base/cgroup.h"
#include "base/store.h"
#include "base/user.h"
#include "boot/guest_fdt.h"
#include "device.h"
#include "dm/files.h"
#include "guest/capacity.h"
#include "guest/history.h"
#include "guest/problems.h"
#include "guest/record.h"
#include "guest/spawn.h"
#include "guest/stop.h"
#include "log.h"

#include <vimo/guest_map.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static int load(struct guest *guest, struct error *err)
{
	const struct guest_config *config = &guest->config;
	const struct image_layout *layout = &guest->image.layout;
	int result = -1;
	uint8_t *ram;

	if (image_open(&guest->image, config->kernel, config->ramdisk, config->memory_bytes, err) ||
	    image_check_pages(&guest->image, guest->page_sizes, err) ||
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

/* The event of a build that failed: a guest that begins again waits for what is in use, a creator does not. */
static enum guest_event_kind failure_kind(const struct guest *guest, const struct error *err)
{
	return guest->creator || err->code != ERROR_STATE ? EVENT_FAILED : EVENT_WAIT;
}

static void post_failure(struct guest *guest, const struct error *err)
{
	guest_post(guest, &(struct guest_event){ .kind = failure_kind(guest, err), .why = err });
}

static void start_helpers(struct work *work)
{
	struct opening *opening = opening_of(work);
	struct guest *guest = work->guest;

	if (!helpers_start(guest->helpers, &guest->config, user_of(guest->domain), &opening->err))
		disk_files_open(&opening->files, &guest->config, &opening->err);
}

static void load_and_start_helpers(struct work *work)
{
	if (!load(work->guest, &opening_of(work)->err))
		start_helpers(work);
}

/* The guest's memory is loaded already. */
static void start_helpers_again(struct work *work)
{
	helpers_stop(work->guest->helpers);
	start_helpers(work);
}

static void on_built(struct work *work)
{
	struct opening *opening = opening_of(work);

	image_close(&work->guest->image);
	opening_post(opening, opening->err.code ? failure_kind(work->guest, &opening->err) : EVENT_BUILT);
}

static int prepare(struct guest *guest, struct error *err)
{
	const struct guest_config *config = &guest->config;
	int device = guest->guests->device;
	struct vimo_ioc_info info;

	if (capacity_check(device, config, &info, err))
		return -1;
	guest->gic_version = info.gic_version;
	guest->page_sizes = info.page_sizes;
	guest->slots = config_slots(config);
	cgroup_make(config->name, config->weight);
	guest->fd = device_create(device, config->vcpus, config->weight, &guest->domain, err);
	if (guest->fd < 0 || store_make(config->name, err) || record_write(guest, err))
		return -1;
	dm_files_forget(config);
	return 0;
}

void build_begin(struct guest *guest, const struct guest_event *event)
{
	struct error err;

	(void)event;
	if (prepare(guest, &err)) {
		guest_post(guest, &(struct guest_event){ .kind = EVENT_FAILED, .why = &err });
		return;
	}
	opening_start(guest, load_and_start_helpers, on_built);
	guest_announce(guest);
}

static void on_waited(void *arg)
{
	struct guest *guest = arg;

	watch_end(&guest->timer);
	opening_start(guest, start_helpers_again, on_built);
}

/* The guest's own last vimo-dm may have transfers under way, for as long as a file server does not answer. */
void build_wait(struct guest *guest, const struct guest_event *event)
{
	if (!guest->waits)
		guest_log(guest, LOG_LEVEL_WARNING, "it waits to be started again: %s", event->why->text);
	snprintf(guest->problem, sizeof(guest->problem), "waits to be started again: %.220s", event->why->text);
	guest->restart = true; /* for the next vimod */
	record_update(guest);
	guest->timer = watch_retry(guest->guests->loop, guest->waits++, on_waited, guest);
}

void build_spawn(struct guest *guest, const struct guest_event *event)
{
	struct error err;

	if (spawn_dm(guest, event->files, &err))
		post_failure(guest, &err);
	else
		helpers_watch(guest->helpers, guest->guests->loop);
}

void build_dm_exited(struct guest *guest, const struct guest_event *event)
{
	struct error err;

	(void)event;
	if (guest->dm.ready) /* its last message is still in the pipe: EVENT_DM_FAILED follows */
		return;
	error_set(&err, ERROR_FAILED, "vimo-dm of %s exited before it was ready", guest->config.name);
	guest_post(guest, &(struct guest_event){ .kind = EVENT_FAILED, .why = &err });
}

void build_start(struct guest *guest, const struct guest_event *event)
{
	struct error err;

	(void)event;
	if (guest->held)
		guest_post(guest, &(struct guest_event){ .kind = EVENT_HELD });
	else if (domain_control(guest->fd, VIMO_OP_START, &err))
		guest_post(guest, &(struct guest_event){ .kind = EVENT_FAILED, .why = &err });
	else
		guest_post(guest, &(struct guest_event){ .kind = EVENT_STARTED });
}

void build_started(struct guest *guest, const struct guest_event *event)
{
	(void)event;
	guest->started_ms = uv_now(guest->guests->loop);
	guest->cause[0] = guest->asked[0] = guest->problem[0] = 0;
	guest->cause_kind = CAUSE_UNKNOWN;
	guest->restart = guest->held = false;
	guest->waits = 0;
}

void build_watch(struct guest *guest, const struct guest_event *event)
{
	(void)event;
	stop_watch(guest);
	problems_watch(guest);
}

void build_finish(struct guest *guest, const struct guest_event *event)
{
	build_watch(guest, event);
	guest_log(guest, LOG_LEVEL_INFO, "started as domain %u", guest->domain);
	history_started(guest);
	waiter_call_all(&guest->creator, guest, NULL);
}
