// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domain.c - the life of guests.
 *
 *   BUILDING -> RUNNING <-> PAUSED -> STOPPED (preserved) or ENDING -> gone or BUILDING
 *
 * Every way out, failed creates too, leads through guest_finish(): device model
 * first, then the domain, then the files. What a killed vimod left is finished
 * the same way by the next.
 */
#include "daemon.h"
#include "cleanup.h"
#include "device.h"
#include "guest_fdt.h"
#include "json.h"
#include "log.h"
#include "store.h"

#include <vimo/guest_map.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define DRAIN_MS 3000 /* for vimo-dm to write a stopped guest's last words */
#define QUICK_MS 1000
#define QUICK_RESTARTS 5u

/* By virtio-mmio slot; the types are vimo-dm's. */
static const char *const virtio_devices[] = { "console", "input" };
#define VIRTIO_SLOTS (sizeof(virtio_devices) / sizeof(virtio_devices[0]))

static const char *const state_names[] = { "building", "running", "paused", "stopped", "ending" };

static void guest_build(struct guest *guest);
static void guest_finish(struct guest *guest, uint64_t grace_ms);

struct guest *guest_find(struct daemon *daemon, const char *name)
{
	for (struct guest *guest = daemon->guests; guest; guest = guest->next)
		if (!strcmp(guest->config.name, name))
			return guest;
	return NULL;
}

json_object *guest_to_json(struct guest *guest)
{
	json_object *json = json_object_new_object();
	struct vimo_ioc_domain_info info;
	struct error err;

	json_put_string(json, "name", guest->config.name);
	json_put_string(json, "uuid", guest->config.uuid);
	json_put_number(json, "id", guest->domain);
	json_put_string(json, "state", state_names[guest->state]);
	json_put_number(json, "memory", guest->config.memory_bytes >> 20);
	json_put_number(json, "vcpus", guest->config.vcpus);
	if (guest->cause[0])
		json_put_string(json, "cause", guest->cause);
	if (guest->fd >= 0 && !guest->busy && !domain_info(guest->fd, &info, &err)) {
		json_put_number(json, "cpu_time_ns", info.cpu_time_ns);
		json_put_number(json, "vcpus_online", info.vcpus_online);
		json_put_number(json, "exits", info.exits);
		json_put_number(json, "injected", info.injected);
		json_put_number(json, "switches", info.switches);
	}
	json_object_object_add(json, "config", config_to_json(&guest->config));
	return json;
}

void daemon_prune_monitors(struct daemon *daemon)
{
	struct call **at = &daemon->monitors;

	while (*at) {
		struct call *call = *at;

		if (call->connection) {
			at = &call->next;
			continue;
		}
		*at = call->next;
		free(call);
	}
}

static void guest_announce(struct guest *guest)
{
	struct call **at = &guest->daemon->monitors;

	while (*at) {
		struct call *call = *at;
		json_object *json = json_object_new_object();

		json_object_object_add(json, "guest", guest_to_json(guest));
		if (call_continue(call, json)) {
			at = &call->next;
			continue;
		}
		*at = call->next;
		free(call);
	}
}

static int guest_record(struct guest *guest, struct error *err)
{
	CLEANUP_JSON json_object *json = json_object_new_object();

	json_put_number(json, "version", 1);
	json_put_number(json, "domain", guest->domain);
	json_put_number(json, "boot_id", guest->daemon->boot_id);
	json_put_string(json, "state", state_names[guest->state]);
	json_put_string(json, "cause", guest->cause);
	json_object_object_add(json, "restart", json_object_new_boolean(guest->restart));
	json_object_object_add(json, "reboot", json_object_new_boolean(guest->reboot));
	json_object_object_add(json, "config", config_to_json(&guest->config));
	return store_write(guest->config.name, "domain.json", json, err);
}

static void guest_enter(struct guest *guest, enum guest_state state)
{
	struct error err;

	guest->state = state;
	if (guest_record(guest, &err))
		log_warning("%s", err.text);
	guest_announce(guest);
}

static void guest_free(struct guest *guest)
{
	struct guest **at = &guest->daemon->guests;
	struct call *call;

	while (*at != guest)
		at = &(*at)->next;
	*at = guest->next;
	guest_announce(guest);
	while ((call = guest->enders)) {
		guest->enders = call->next;
		call_reply(call, NULL);
	}
	if (guest->creator)
		call_error(guest->creator, &guest->failure);
	free(guest);
}

/* --- the end ------------------------------------------------------------ */

static void destroy_work(uv_work_t *work)
{
	struct guest *guest = work->data;

	if (guest->fd >= 0 && domain_destroy(guest->fd, &guest->failure))
		log_error("%s: %s", guest->config.name, guest->failure.text);
}

static void destroy_done(uv_work_t *work, int status)
{
	struct guest *guest = work->data;
	struct call *call;

	(void)status;
	free(work);
	guest->busy = false;
	if (guest->fd >= 0)
		close(guest->fd);
	guest->fd = -1;
	if (!guest->restart) {
		log_info("%s: gone (%s)", guest->config.name, guest->cause);
		store_remove(guest->config.name);
		store_cause(guest->config.name, guest->cause);
		guest_free(guest);
		return;
	}
	guest->restart = false;
	while ((call = guest->enders)) {
		guest->enders = call->next;
		call_reply(call, NULL);
	}
	guest_build(guest);
}

static void guest_release(struct guest *guest)
{
	uv_work_t *work = calloc(1, sizeof(*work));

	watch_end(&guest->timer);
	if (!work)
		abort(); /* a few bytes: nothing sensible is left to do */
	guest->busy = true;
	work->data = guest;
	uv_queue_work(guest->daemon->loop, work, destroy_work, destroy_done);
}

static void drain_over(void *arg)
{
	struct guest *guest = arg;

	watch_end(&guest->timer);
	backend_kill(&guest->backend);
}

static void guest_finish(struct guest *guest, uint64_t grace_ms)
{
	watch_end(&guest->stop);
	watch_end(&guest->timer);
	guest_enter(guest, GUEST_ENDING);
	if (guest->busy)
		return; /* build_done() comes back here */
	if (!guest->backend.pid)
		guest_release(guest);
	else if (grace_ms)
		guest->timer = watch_timer(guest->daemon->loop, grace_ms, drain_over, guest);
	else
		backend_kill(&guest->backend);
}

void guest_destroy(struct guest *guest, bool restart, struct call *call)
{
	call->next = guest->enders;
	guest->enders = call;
	guest->restart = restart;
	if (guest->state == GUEST_ENDING)
		return;
	snprintf(guest->cause, sizeof(guest->cause), "%s", restart ? "reboot forced by the user" :
		 "destroyed by the user");
	error_set(&guest->failure, ERROR_STATE, "%s was destroyed while it was created", guest->config.name);
	guest_finish(guest, 0);
}

static void guest_fail(struct guest *guest, const struct error *err)
{
	guest->failure = *err;
	guest->restart = false;
	log_error("%s: %s", guest->config.name, err->text);
	snprintf(guest->cause, sizeof(guest->cause), "not started: %.230s", err->text);
	guest_finish(guest, 0);
}

/* A guest that restarts again and again at once would only burn time. */
static bool restart_is_sane(struct guest *guest)
{
	uint64_t lived = uv_now(guest->daemon->loop) - guest->started_ms;

	guest->quick_restarts = lived < QUICK_MS ? guest->quick_restarts + 1 : 0;
	if (guest->quick_restarts < QUICK_RESTARTS)
		return true;
	snprintf(guest->cause + strlen(guest->cause), sizeof(guest->cause) - strlen(guest->cause),
		 "; %u times within 1 s of its start: not restarted", QUICK_RESTARTS);
	return false;
}

static void on_stopped(void *arg)
{
	struct guest *guest = arg;
	enum guest_action action = guest->config.on_crash;
	struct vimo_ioc_domain_info info;
	struct error err;

	watch_end(&guest->stop);
	if (domain_info(guest->fd, &info, &err))
		info = (struct vimo_ioc_domain_info){ .reason = VIMO_STOP_KILLED };
	switch (info.reason) {
	case VIMO_STOP_POWEROFF:
		action = guest->reboot ? ACTION_RESTART : guest->config.on_poweroff;
		snprintf(guest->cause, sizeof(guest->cause), "powered off");
		break;
	case VIMO_STOP_REBOOT:
		action = guest->config.on_reboot;
		snprintf(guest->cause, sizeof(guest->cause), "rebooted");
		break;
	case VIMO_STOP_CRASH:
		snprintf(guest->cause, sizeof(guest->cause), "crashed (detail %#llx; vimoctl dmesg may say more)",
			 (unsigned long long)info.detail);
		break;
	default:
		action = ACTION_DESTROY;
		snprintf(guest->cause, sizeof(guest->cause), "killed");
	}
	guest->reboot = false;
	log_info("%s: %s", guest->config.name, guest->cause);
	if (action == ACTION_PRESERVE) {
		guest_enter(guest, GUEST_STOPPED);
		return;
	}
	guest->restart = action == ACTION_RESTART && restart_is_sane(guest);
	guest_finish(guest, DRAIN_MS);
}

/* --- the start ---------------------------------------------------------- */

static void guest_watch(struct guest *guest)
{
	guest->stop = watch_fd(guest->daemon->loop, guest->fd, UV_PRIORITIZED, on_stopped, guest);
}

static void on_backend_ready(void *arg, const char *problem)
{
	struct guest *guest = arg;
	struct error err;

	if (guest->state != GUEST_BUILDING) { /* a device model that was started again */
		if (problem)
			log_error("%s: device model: %s", guest->config.name, problem);
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

static void respawn(void *arg)
{
	struct guest *guest = arg;
	struct error err;

	watch_end(&guest->timer);
	if (backend_spawn(&guest->backend, guest->config.name, guest->fd, &err))
		log_error("%s: %s", guest->config.name, err.text);
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
		guest->timer = watch_timer(guest->daemon->loop, 100, respawn, guest);
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
	    !guest_fdt_write(ram + layout->dtb, &guest->config, layout, guest->gic_version, VIRTIO_SLOTS, err)) {
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
	load(guest, &guest->failure);
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
	else if (err.code || backend_spawn(&guest->backend, guest->config.name, guest->fd, &err))
		guest_fail(guest, &err);
}

static int write_devices(struct guest *guest, struct error *err)
{
	CLEANUP_JSON json_object *json = json_object_new_object();
	json_object *devices = json_object_new_array();

	json_put_number(json, "version", 1);
	json_put_string(json, "name", guest->config.name);
	for (unsigned int slot = 0; slot < VIRTIO_SLOTS; slot++) {
		json_object *device = json_object_new_object();

		json_put_string(device, "type", virtio_devices[slot]);
		json_put_number(device, "slot", slot);
		json_object_array_add(devices, device);
	}
	json_object_object_add(json, "devices", devices);
	json_object_object_add(json, "uart", json_object_new_boolean(1));
	return store_write(guest->config.name, "dm.json", json, err);
}

static int check_resources(struct daemon *daemon, const struct guest_config *config, uint32_t *gic,
			   struct error *err)
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
		error_set(err, ERROR_RESOURCES, "memory = %llu MiB is more than the %llu MiB that are free: "
				 "lower it or destroy a guest", (unsigned long long)config->memory_bytes >> 20,
				 (unsigned long long)(info.free_pages >> 8));
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
	guest->fd = device_create(daemon->device, config->vcpus, config->weight, &guest->domain, err);
	if (guest->fd < 0 || store_make(config->name, err) || guest_record(guest, err) ||
	    write_devices(guest, err)) {
		image_close(&guest->image);
		return -1;
	}
	return 0;
}

static void guest_build(struct guest *guest)
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

static struct guest *guest_new(struct daemon *daemon, const struct guest_config *config)
{
	struct guest *guest = calloc(1, sizeof(*guest));

	if (!guest)
		abort();
	guest->daemon = daemon;
	guest->config = *config;
	guest->fd = -1;
	guest->image.kernel_fd = guest->image.ramdisk_fd = -1;
	guest->backend = (struct backend){ .loop = daemon->loop, .ready_fd = -1, .arg = guest,
					   .on_ready = on_backend_ready, .on_exit = on_backend_exit };
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
	if (image_open(&image, config->kernel, config->ramdisk, config->memory_bytes, err))
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

int guest_pause(struct guest *guest, bool pause, struct error *err)
{
	if (guest->state != (pause ? GUEST_RUNNING : GUEST_PAUSED))
		return error_set(err, ERROR_STATE, "%s is %s: only a %s guest can be %s", guest->config.name,
				 state_names[guest->state], pause ? "running" : "paused",
				 pause ? "paused" : "unpaused");
	if (domain_control(guest->fd, pause ? VIMO_OP_PAUSE : VIMO_OP_UNPAUSE, err))
		return -1;
	guest_enter(guest, pause ? GUEST_PAUSED : GUEST_RUNNING);
	return 0;
}

/* --- what the last vimod left ------------------------------------------- */

static void adopt(struct daemon *daemon, const char *name)
{
	CLEANUP_JSON json_object *json = store_read(name, "domain.json");
	json_object *config_json = NULL;
	struct guest_config config;
	struct vimo_ioc_domain_info info;
	const char *state = json_string(json, "state"), *cause = json_string(json, "cause");
	struct guest *guest;
	struct error err;

	json_object_object_get_ex(json, "config", &config_json);
	if (!state || config_check(config_json, &config, &err)) {
		log_warning("%s: its record cannot be read: removed", name);
		store_remove(name);
		return;
	}
	guest = guest_new(daemon, &config);
	guest->domain = json_number(json, "domain", 0);
	guest->restart = json_flag(json, "restart");
	guest->reboot = json_flag(json, "reboot");
	snprintf(guest->cause, sizeof(guest->cause), "%s", cause ? cause : "");
	if (json_number(json, "boot_id", 0) == (int64_t)daemon->boot_id && guest->domain)
		guest->fd = device_open_domain(daemon->device, guest->domain, &err);
	guest->backend.pid = 0;
	backend_adopt(&guest->backend, name);
	if (guest->fd < 0 || domain_info(guest->fd, &info, &err) || info.state == VIMO_DOMAIN_BUILDING ||
	    info.state == VIMO_DOMAIN_DYING || !strcmp(state, "ending")) {
		if (!guest->cause[0])
			snprintf(guest->cause, sizeof(guest->cause), "vimod ended while it was built or after it ended");
		log_info("%s: nothing to adopt: cleaned up", name);
		guest_finish(guest, 0);
		return;
	}
	guest->started_ms = uv_now(daemon->loop);
	guest->state = !strcmp(state, "stopped") ? GUEST_STOPPED :
		       info.state == VIMO_DOMAIN_PAUSED ? GUEST_PAUSED : GUEST_RUNNING;
	if (guest->state != GUEST_STOPPED)
		guest_watch(guest);
	if (!guest->backend.pid && info.state != VIMO_DOMAIN_SHUTDOWN)
		respawn(guest);
	log_info("%s: adopted, domain %u is %s", name, guest->domain, state_names[guest->state]);
}

/* A vimod killed between CREATE and its record leaves a domain without a name. */
static void destroy_orphans(struct daemon *daemon)
{
	struct vimo_ioc_next next = { 0 };

	while (!ioctl(daemon->device, VIMO_IOC_NEXT, &next)) {
		struct guest *guest = daemon->guests;
		struct vimo_ioc_domain_info info;
		struct error err;
		CLEANUP_FD int fd = -1;

		while (guest && (guest->domain != next.domain || guest->fd < 0))
			guest = guest->next;
		if (guest)
			continue;
		fd = device_open_domain(daemon->device, next.domain, &err);
		if (fd < 0 || domain_info(fd, &info, &err))
			continue;
		if (info.state == VIMO_DOMAIN_BUILDING && !domain_destroy(fd, &err))
			log_warning("domain %u was never started and has no record: destroyed", next.domain);
		else if (info.state != VIMO_DOMAIN_DYING)
			log_warning("domain %u is not ours: left alone", next.domain);
	}
}

int daemon_open(struct daemon *daemon, struct error *err)
{
	char path[PATH_MAX];
	struct vimo_ioc_info info;
	struct dirent *entry;
	DIR *dir;

	if (daemon->device >= 0)
		return 0;
	daemon->device = device_open(err);
	if (daemon->device < 0)
		return -1;
	if (device_info(daemon->device, &info, err)) {
		close(daemon->device);
		daemon->device = -1;
		return -1;
	}
	daemon->boot_id = info.boot_id;
	snprintf(path, sizeof(path), "%s/guests", store_root());
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			adopt(daemon, entry->d_name);
	if (dir)
		closedir(dir);
	destroy_orphans(daemon);
	return 0;
}
