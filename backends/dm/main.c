// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - vimo-dm: the devices of one guest, from start to its end.
 */
#include "dm/dm.h"

#include "cleanup.h"
#include "host/map.h"
#include "dm/sandbox.h"
#include "json.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#define FIRST_DEVICE_FD 5 /* as vimod numbers them */

static struct dm dm;

const char *dm_path(const struct dm *model, const char *file)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", model->run_dir, file);
	return path;
}

static void leave(void)
{
	if (dm.leaving)
		return;
	dm.leaving = true;
	uv_poll_stop(&dm.domain_poll);
	dm_close_devices(&dm);
	dm_close_control(&dm);
	uv_signal_stop(&dm.terminate);
	/* Output that a client has not read yet goes out, for a while. */
	uv_unref((uv_handle_t *)&dm.drain);
}

static void drained(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

static void domain_changed(uv_poll_t *poll, int status, int events)
{
	(void)poll;
	if (status < 0 || events & UV_PRIORITIZED) {
		uv_timer_start(&dm.drain, drained, 2000, 0);
		dm_forget_state(&dm); /* of this life; before we wait for anything */
		leave();
	}
}

static void terminated(uv_signal_t *signal, int number)
{
	(void)signal;
	(void)number;
	uv_timer_start(&dm.drain, drained, 2000, 0);
	leave();
}

/* The lock says that we live; it goes with us however we die. The descriptor stays open. */
static int write_pid(struct error *err)
{
	const char *path = dm_path(&dm, "dm.pid");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);

	if (fd < 0)
		return error_set(err, ERROR_FAILED, "%s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB))
		return error_set(err, ERROR_STATE, "%s: another vimo-dm serves this guest: stop it first", path);
	if (ftruncate(fd, 0) || dprintf(fd, "%d\n", getpid()) < 0)
		return error_set(err, ERROR_FAILED, "%s: %s", path, strerror(errno));
	return 0;
}

/* Its descriptors follow those of the devices before it. */
static int add_device(json_object *json, int *next_fd, struct error *err)
{
	struct device_spec spec = { .json = json, .fd_count = (unsigned int)json_number(json, "fds", 0) };

	if (spec.fd_count > DM_SPEC_FDS)
		return error_set(err, ERROR_USAGE, "dm.json: a device with %u descriptors", spec.fd_count);
	for (unsigned int n = 0; n < spec.fd_count; n++) {
		spec.fds[n] = (*next_fd)++;
		if (fcntl(spec.fds[n], F_SETFD, FD_CLOEXEC))
			return error_set(err, ERROR_USAGE, "dm.json: descriptor %d is not there", spec.fds[n]);
	}
	return dm_add_device(&dm, &spec, err);
}

/* One for each of the guest's vCPUs would be too many where dom0 has fewer CPUs. */
static unsigned int count_io_threads(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	return cpus < 1 ? 1 : cpus > DM_IO_THREADS ? DM_IO_THREADS : (unsigned int)cpus;
}

static int add_devices(struct error *err)
{
	const char *path = dm_path(&dm, "dm.json");
	CLEANUP_JSON json_object *root = json_object_from_file(path);
	int64_t slots = json_number(root, "slots", 0);
	int next_fd = FIRST_DEVICE_FD;
	json_object *devices = NULL;

	if (!root)
		return error_set(err, ERROR_FAILED, "%s", json_util_get_last_err());
	if (json_number(root, "version", 0) != 2)
		return error_set(err, ERROR_USAGE,
				 "%s: version must be 2: vimod and vimo-dm differ, install one release", path);
	if (slots < 1 || slots > VIMO_GUEST_VIRTIO_COUNT)
		return error_set(err, ERROR_USAGE, "%s: slots must be 1 to %u", path, VIMO_GUEST_VIRTIO_COUNT);
	dm.slots = (unsigned int)slots;
	dm.io_thread_count = count_io_threads();
	dm.has_uart = json_flag(root, "uart");
	if (json_object_object_get_ex(root, "devices", &devices) && !json_object_is_type(devices, json_type_array))
		return error_set(err, ERROR_USAGE, "%s: devices must be a list", path);
	if (dm_open_slots(&dm, err))
		return -1;
	for (size_t i = 0; devices && i < json_object_array_length(devices); i++)
		if (add_device(json_object_array_get_idx(devices, i), &next_fd, err))
			return -1;
	return dm_fill_slots(&dm, err) || dm_add_platform(&dm, err) ? -1 : 0;
}

static int watch(struct error *err)
{
	int status = uv_poll_init(&dm.loop, &dm.domain_poll, dm.domain);

	if (status)
		return error_set(err, ERROR_FAILED, "domain descriptor: %s", uv_strerror(status));
	uv_poll_start(&dm.domain_poll, UV_PRIORITIZED, domain_changed);
	uv_timer_init(&dm.loop, &dm.drain);
	uv_signal_init(&dm.loop, &dm.terminate);
	uv_signal_start(&dm.terminate, terminated, SIGTERM);
	return 0;
}

static int set_up(struct error *err)
{
	if (uv_loop_init(&dm.loop))
		return error_set(err, ERROR_RESOURCES, "event loop: %s", strerror(errno));
	if (write_pid(err) || guest_memory_map(&dm.memory, dm.domain, err))
		return -1;
	dm.state = state_open(dm_path(&dm, "dm.state"), err);
	if (!dm.state || add_devices(err) || dm_open_control(&dm, err) || watch(err) || sandbox_enter(err))
		return -1;
	if (dm_start_devices(&dm, err))
		return -1;
	return ioreq_start(&dm.ioreq, dm.domain, err);
}

/* A number and nothing else, or -1. */
static int descriptor(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	return *text && !*end && value >= 0 && value <= INT_MAX ? (int)value : -1;
}

static int parse(int argc, char **argv, int *ready)
{
	static const struct option options[] = {
		{ "name", required_argument, NULL, 'n' },     { "domain-fd", required_argument, NULL, 'd' },
		{ "ready-fd", required_argument, NULL, 'r' }, { "run-dir", required_argument, NULL, 'u' },
		{ "log-dir", required_argument, NULL, 'l' },  { NULL, 0, NULL, 0 },
	};
	int option;

	dm.domain = -1;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'n': dm.name = optarg; break;
		case 'd': dm.domain = descriptor(optarg); break;
		case 'r': *ready = descriptor(optarg); break;
		case 'u': dm.run_dir = optarg; break;
		case 'l': dm.log_dir = optarg; break;
		default: return -1;
		}
	}
	return optind == argc && dm.name && dm.run_dir && dm.log_dir && dm.domain >= 0 && *ready >= 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct error err = { 0 };
	int ready = -1;

	if (parse(argc, argv, &ready)) {
		fprintf(stderr, "usage: vimo-dm --name NAME --domain-fd FD --ready-fd FD --run-dir DIR --log-dir DIR\n"
				"vimod starts it; to start a guest use vimoctl create.\n");
		return ERROR_USAGE;
	}
	signal(SIGPIPE, SIG_IGN);
	if (set_up(&err)) {
		log_error("%s: %s", dm.name, err.text);
		dprintf(ready, "ERROR %s\n", err.text);
		return ERROR_FAILED;
	}
	dprintf(ready, "READY\n");
	close(ready);
	uv_run(&dm.loop, UV_RUN_DEFAULT);
	unlink(dm_path(&dm, "dm.pid"));
	/* Not exit(): the request thread may still answer. Its slots go back to the module. */
	_exit(0);
}
