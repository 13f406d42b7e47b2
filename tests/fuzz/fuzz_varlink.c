// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_varlink.c - clients of the API socket: any bytes in any pieces, calls in a pipeline with any parameters, clients
 * that do not read or go away. A fake event loop is between them and varlink.c. Guests end, start and change later.
 */
#include "api/methods.h"
#include "api/parameters.h"
#include "base/cgroup.h"
#include "base/store.h"
#include "config/settings.h"
#include "config/spec.h"
#include "device.h"
#include "dm/files.h"
#include "dm/request.h"
#include "fuzz.h"
#include "guest/adopt.h"
#include "guest/control.h"
#include "guest/create.h"
#include "guest/deferred.h"
#include "guest/definition.h"
#include "guest/end.h"
#include "guest/history.h"
#include "guest/host.h"
#include "guest/problems.h"
#include "guest/saving.h"
#include "guest/hotplug_disk.h"
#include "guest/hotplug_vif.h"
#include "guest/resize.h"
#include "guest/snapshot.h"
#include "host/channel.h"
#include "host/neighbors.h"
#include "host/vif.h"
#include "json.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define CLIENTS 3u
#define WRITES 64u
#define PENDING 8u
#define GROUP 77

static struct fuzz_input *input;
static struct guests guests = { .device = -1 };
static struct api api = { .guests = &guests };
static struct guest *up, *busy;
static bool permitted; /* the present call may change things */

/* vimod's two sockets, with smaller limits. */
static void dispatch(struct call *call, const char *method, json_object *parameters);
static struct service trusted = {
	.dispatch = dispatch,
	.context = &api,
	.call_bytes = 32u << 10,
	.queue_bytes = 8u << 20,
	.peers = { .connections_max = 3,
		   .user_connections_max = 3,
		   .user_queued_max = 32u << 20,
		   .user_partial_max = 48u << 10 },
};
static struct service for_all = {
	.for_all = true,
	.dispatch = dispatch,
	.context = &api,
	.call_bytes = 8u << 10,
	.queue_bytes = 64u << 10,
	.calls = 4,
	.ticks = 8,
	.peers = { .connections_max = 2,
		   .user_connections_max = 1,
		   .user_queued_max = 100u << 10,
		   .user_partial_max = 12u << 10 },
};

/* The event loop. */
static uv_stream_t server;
static struct client {
	uv_pipe_t *pipe; /* NULL: none */
	uv_alloc_cb alloc;
	uv_read_cb read;
	uv_close_cb closed; /* not NULL: it is being closed */
	uv_shutdown_t *shutdown;
	uv_shutdown_cb shut;
	struct {
		uv_write_t *request;
		uv_write_cb done;
		size_t bytes;
	} write[WRITES];
	unsigned int writes;
	bool root, slow; /* root: or in group vimo, and not at the socket for all */
	bool member;
	char text[16384]; /* on its way to vimod */
	size_t used;
} clients[CLIENTS];
static struct client *accepting;

/* Of the guest whose changes are announced. */
static struct watch {
	watch_fn fn;
	void *arg;
} * timer;

uint64_t uv_now(const uv_loop_t *loop)
{
	static uint64_t ms;

	(void)loop;
	return ms += 20;
}

struct watch *watch_timer(uv_loop_t *loop, uint64_t ms, watch_fn fn, void *arg)
{
	(void)loop;
	if (!ms || timer)
		abort();
	timer = malloc(sizeof(*timer));
	*timer = (struct watch){ fn, arg };
	return timer;
}

void watch_end(struct watch **watch)
{
	if (*watch)
		timer = NULL;
	free(*watch);
	*watch = NULL;
}

static void end_timer(void)
{
	if (timer)
		timer->fn(timer->arg);
}

static struct client *client_of(const void *pipe)
{
	for (unsigned int n = 0; n < CLIENTS; n++)
		if (clients[n].pipe == pipe)
			return &clients[n];
	abort();
}

int uv_pipe_init(uv_loop_t *loop, uv_pipe_t *pipe, int ipc)
{
	(void)loop;
	(void)ipc;
	if (accepting)
		accepting->pipe = pipe;
	return 0;
}

int uv_accept(uv_stream_t *from, uv_stream_t *client)
{
	(void)from;
	(void)client_of(client);
	return input_take(input, 1) < 0xfc ? 0 : UV_EMFILE;
}

int uv_fileno(const uv_handle_t *handle, uv_os_fd_t *fd)
{
	*fd = (int)(client_of(handle) - clients);
	return 0;
}

int uv_read_start(uv_stream_t *stream, uv_alloc_cb alloc, uv_read_cb read_fn)
{
	struct client *client = client_of(stream);

	client->alloc = alloc;
	client->read = read_fn;
	return 0;
}

/* A client that ended may read on. */
int poll(struct pollfd *fds, nfds_t count, int timeout)
{
	if (count != 1 || timeout)
		abort();
	fds->revents = input_take(input, 1) & 1 ? POLLIN | POLLHUP : POLLIN;
	return 1;
}

int uv_read_stop(uv_stream_t *stream)
{
	client_of(stream)->read = NULL;
	return 0;
}

int uv_shutdown(uv_shutdown_t *request, uv_stream_t *stream, uv_shutdown_cb done)
{
	struct client *client = client_of(stream);

	if (client->closed || client->shutdown)
		abort();
	if (input_take(input, 1) >= 0xfc)
		return UV_ENOTCONN;
	client->shutdown = request;
	client->shut = done;
	return 0;
}

void uv_close(uv_handle_t *handle, uv_close_cb closed)
{
	struct client *client = client_of(handle);

	if (client->closed)
		abort();
	client->closed = closed;
}

size_t uv_stream_get_write_queue_size(const uv_stream_t *stream)
{
	const struct client *client = client_of(stream);
	size_t bytes = 0;

	for (unsigned int n = 0; n < client->writes; n++)
		bytes += client->write[n].bytes;
	return client->slow ? bytes << 12 : bytes;
}

uv_buf_t uv_buf_init(char *base, unsigned int bytes)
{
	return (uv_buf_t){ .base = base, .len = bytes };
}

/* A reply is one JSON object and a NUL. Others than root and group vimo get no path of a guest. */
static void check_reply(const struct client *client, const uv_buf_t *buffer)
{
	json_object *json = json_parse(buffer->base, buffer->len - 1);
	const char *error = json_string(json, "error");
	json_object *parameters = NULL;

	/* varlink.c aborts when it is not what the interface declares. */
	if (!json || buffer->base[buffer->len - 1] || !json_object_object_get_ex(json, "parameters", &parameters) ||
	    !json_object_is_type(parameters, json_type_object) || (error && !json_string(parameters, "message")))
		abort();
	if (!error && !client->root && memmem(buffer->base, buffer->len, "secret", 6))
		abort();
	json_object_put(json);
}

int uv_write(uv_write_t *request, uv_stream_t *stream, const uv_buf_t *buffers, unsigned int count, uv_write_cb done)
{
	struct client *client = client_of(stream);

	if (client->closed || client->shutdown || count != 1)
		abort();
	check_reply(client, buffers);
	if (client->writes == WRITES)
		return UV_EPIPE;
	client->write[client->writes].request = request;
	client->write[client->writes].done = done;
	client->write[client->writes++].bytes = buffers->len;
	return 0;
}

static void complete_writes(struct client *client, int status)
{
	/* A request of one of them is done later. */
	for (unsigned int n = client->writes; n; n--) {
		uv_write_t *request = client->write[0].request;
		uv_write_cb done = client->write[0].done;

		memmove(&client->write[0], &client->write[1], --client->writes * sizeof(client->write[0]));
		done(request, status);
	}
	if (client->writes)
		return;
	if (client->shut)
		client->shut(client->shutdown, status);
	client->shut = NULL;
}

/* The end of a turn: handles that were closed are freed. */
static void settle(void)
{
	for (unsigned int n = 0; n < CLIENTS; n++) {
		struct client *client = &clients[n];

		if (!client->pipe || !client->closed)
			continue;
		complete_writes(client, UV_ECANCELED);
		client->closed((uv_handle_t *)client->pipe);
		memset(client, 0, offsetof(struct client, write));
		client->used = 0;
	}
}

/* The rights of a client: root's, a member's of group vimo, or none. */
struct group *getgrnam(const char *name)
{
	static struct group group = { .gr_gid = GROUP };

	return strcmp(name, "vimo") ? NULL : &group;
}

int getsockopt(int fd, int level, int name, void *value, socklen_t *bytes)
{
	struct ucred peer = { .uid = 12345, .gid = 12345 };
	gid_t groups[2] = { 1, GROUP };

	(void)level;
	if (name == SO_PEERCRED) {
		peer.uid = clients[fd].root && !clients[fd].member ? 0 : 12345 + (uid_t)fd % 2;
		memcpy(value, &peer, sizeof(peer));
		return 0;
	}
	*bytes = clients[fd].member ? sizeof(groups) : sizeof(groups[0]);
	memcpy(value, groups, *bytes);
	return 0;
}

void log_line(enum log_level level, const char *format, ...)
{
	(void)level;
	(void)format;
}

/* vimod's files. */
const char *store_root(void)
{
	return "/nonexistent";
}

const char *store_path(const char *name, const char *file)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "/nonexistent/%s/%s", name, file);
	return path;
}

const char *dm_files_console_path(const char *name, const char *console)
{
	return store_path(name, console);
}

const char *dm_files_log_path(const char *name, const char *console)
{
	static char path[PATH_MAX];

	if (strchr(name, '/'))
		abort();
	snprintf(path, sizeof(path), "/nonexistent/%s.%s", name, console);
	return path;
}

const char *dm_files_console_lock(const char *name, const char *console, struct error *err)
{
	if (!permitted)
		abort();
	if (input_take(input, 1) & 1) {
		error_set(err, ERROR_FAILED, "no lock");
		return NULL;
	}
	return store_path(name, console);
}

/* Counters and problems. */
uint64_t uv_hrtime(void)
{
	return 1;
}

void cgroup_usage(const char *guest, struct cgroup_usage *usage)
{
	(void)guest;
	*usage = (struct cgroup_usage){ .known = input_take(input, 1) & 1, .cpu_ns = input_take(input, 8) };
}

void vif_name(const struct vif_config *vif, uint32_t domain, char *name)
{
	(void)vif;
	snprintf(name, IFNAMSIZ, "vif%u", domain);
}

void vif_count(const char *name, struct vif_counters *counters)
{
	(void)name;
	counters->sent_bytes += input_take(input, 8);
}

void neighbors_each(const char *interface, const char *mac, void (*fn)(void *arg, const char *address), void *arg)
{
	(void)interface;
	(void)mac;
	fn(arg, "10.0.0.2");
}

void problems_each(const struct guest *guest, void (*fn)(void *arg, const char *problem), void *arg)
{
	(void)guest;
	fn(arg, "disk vda: \xff\033");
}

json_object *store_read_cause(const char *name)
{
	json_object *json;

	if (strchr(name, '/'))
		abort();
	if (*name != 'x')
		return NULL;
	json = json_object_new_object();
	json_put_string(json, "cause", "it was destroyed");
	return json;
}

const char *channel_path(const struct guest_config *config, uint32_t index)
{
	return store_path(config->name, config->channel[index].name);
}

/* The hypervisor and vimo-dm. */
int device_open(struct error *err)
{
	return input_take(input, 1) & 1 ? error_set(err, ERROR_FAILED, "no device") :
					  open("/dev/null", O_RDONLY | O_CLOEXEC);
}

int device_info(int device, struct vimo_ioc_info *info, struct error *err)
{
	(void)device;
	*info = (struct vimo_ioc_info){ .max_vcpus = 4 };
	return input_take(input, 1) & 1 ? error_set(err, ERROR_FAILED, "no information") : 0;
}

int domain_info(int domain, struct vimo_ioc_domain_info *info, struct error *err)
{
	(void)domain;
	*info = (struct vimo_ioc_domain_info){ 0 };
	return input_take(input, 1) & 1 ? error_set(err, ERROR_FAILED, "no information") : 0;
}

static int change(struct error *err)
{
	if (!permitted)
		abort();
	return input_take(input, 1) & 1 ? error_set(err, ERROR_STATE, "not now") : 0;
}

int dm_resize(const char *name, int64_t cols, int64_t rows, struct error *err)
{
	(void)name;
	if (cols < 1 || cols > UINT16_MAX || rows < 1 || rows > UINT16_MAX)
		abort();
	return change(err);
}

/* Guests. */
int guests_open(struct guests *all, struct error *err)
{
	(void)all;
	(void)err;
	return 0;
}

int control_pause(struct guest *guest, struct error *err)
{
	(void)guest;
	return change(err);
}

int control_unpause(struct guest *guest, struct error *err)
{
	(void)guest;
	return change(err);
}

int control_trigger(struct guest *guest, const char *event, const char *key, struct error *err)
{
	(void)guest;
	(void)event;
	(void)key;
	return change(err);
}

int control_power_button(struct guest *guest, bool reboot, struct error *err)
{
	(void)guest;
	(void)reboot;
	return change(err);
}

/* Work that ends later. */
static struct {
	waiter_fn fn;
	hotplug_fn hotplug;
	void *arg;
	uint32_t slot;
} pending[PENDING];

static void begin_work(waiter_fn fn, hotplug_fn hotplug, void *arg, uint32_t slot)
{
	struct error err;
	unsigned int n = 0;

	if (!permitted)
		abort();
	while (n < PENDING && pending[n].arg)
		n++;
	if (n < PENDING) {
		pending[n].fn = fn;
		pending[n].hotplug = hotplug;
		pending[n].arg = arg;
		pending[n].slot = slot;
		return;
	}
	error_set(&err, ERROR_STATE, "too much to do");
	if (fn)
		fn(arg, NULL, &err);
	else
		hotplug(arg, up, 0, &err);
}

static void end_work(unsigned int n, bool good)
{
	void *arg = pending[n].arg;
	struct error err;

	if (!arg)
		return;
	pending[n].arg = NULL;
	error_set(&err, ERROR_FAILED, "it failed");
	if (pending[n].fn)
		pending[n].fn(arg, good ? up : NULL, good ? NULL : &err);
	else
		pending[n].hotplug(arg, up, pending[n].slot, good ? NULL : &err);
}

/* One guest is defined. */
bool definition_exists(const char *name)
{
	return !strcmp(name, "d");
}

int definition_read(const char *name, struct definition *definition, struct error *err)
{
	json_object *json;
	int result;

	if (!definition_exists(name))
		return error_set(err, ERROR_NOT_FOUND, "not defined");
	json = json_tokener_parse("{\"name\":\"d\",\"kernel\":\"/secret\"}");
	result = config_check(json, &definition->config, err);
	json_object_put(json);
	return result;
}

void definitions_each(void (*fn)(void *arg, const char *name), void *arg)
{
	fn(arg, "d");
}

int definition_define(const struct guest_config *config, struct error *err)
{
	if (!config->name[0] || !config->kernel[0])
		abort();
	return change(err);
}

int definition_autostart(const char *name, const struct autostart *autostart, struct error *err)
{
	if (config_check_name(name, err) || autostart->order > DEFINITION_ORDER_MAX ||
	    autostart->delay_s > DEFINITION_DELAY_MAX)
		abort();
	return change(err);
}

int definition_undefine(const char *name, struct error *err)
{
	if (config_check_name(name, err))
		abort();
	return change(err);
}

int definition_rename(const char *name, const char *to, struct error *err)
{
	if (config_check_name(name, err) || config_check_name(to, err))
		abort();
	return change(err);
}

void saving_start(struct saving *saving, uv_loop_t *loop, saving_fn run, saving_fn done)
{
	(void)loop;
	run(saving);
	done(saving);
}

int create_check_new(const char *name, struct error *err)
{
	return definition_exists(name) ? error_set(err, ERROR_STATE, "it is defined") : 0;
}

void host_start(struct guests *all, void (*fn)(void *arg, json_object *results), void *arg)
{
	json_object *results = json_object_new_array(), *result = json_object_new_object();

	(void)all;
	if (!permitted)
		abort();
	json_put_string(result, "name", "d");
	json_object_array_add(results, result);
	fn(arg, results);
}

void host_stop(struct guests *all, uint32_t timeout_s, waiter_fn fn, void *arg)
{
	(void)all;
	if (!permitted || !timeout_s || timeout_s > 86400)
		abort();
	fn(arg, NULL, NULL);
}

int settings_read(struct settings *settings, struct error *err)
{
	*settings = (struct settings){ .shutdown_timeout_s = 120 };
	return input_take(input, 1) & 1 ? error_set(err, ERROR_FAILED, "no settings") : 0;
}

/* A name that begins with x has a history. */
json_object *history_read(const char *name, struct error *err)
{
	json_object *list = json_object_new_array(), *entry;

	(void)err;
	if (*name == 'x') {
		entry = json_object_new_object();
		json_put_number(entry, "time", 1);
		json_put_string(entry, "event", "ended");
		json_put_string(entry, "kind", cause_name(CAUSE_HOST_LOST));
		json_put_string(entry, "cause", "secret");
		json_object_array_add(list, entry);
	}
	return list;
}

void history_rename(const char *name, const char *to)
{
	if (!permitted || config_check_name(name, &(struct error){ 0 }) || config_check_name(to, &(struct error){ 0 }))
		abort();
}

bool store_exists(const char *name)
{
	return !strcmp(name, "lost");
}

void create_guest(struct guests *all, struct guest_config *config, enum create_how how, waiter_fn fn, void *arg)
{
	(void)all;
	(void)how;
	if (!config->name[0] || !config->kernel[0])
		abort();
	begin_work(fn, NULL, arg, 0);
}

void end_request(struct guest *guest, bool restart, waiter_fn fn, void *arg)
{
	(void)guest;
	(void)restart;
	begin_work(fn, NULL, arg, 0);
}

void hotplug_add_disk(struct guest *guest, const char *spec, const char *cwd, hotplug_fn done, void *arg)
{
	struct error err;

	json_object_put(config_spec(&config_disk_keys, spec, cwd, &err));
	begin_work(NULL, done, arg, guest->config.disk[0].slot);
}

void hotplug_remove_disk(struct guest *guest, const char *vdev, bool force, hotplug_fn done, void *arg)
{
	(void)vdev;
	(void)force;
	begin_work(NULL, done, arg, guest->config.disk[0].slot);
}

static const struct guest_snapshots no_snapshots;

int snapshot_check_name(const char *name, struct error *err)
{
	return name ? config_check_name(name, err) : -1;
}

void snapshot_list(struct guests *all, const struct guest_config *config, snapshot_fn done, void *arg)
{
	(void)all;
	(void)config;
	done(arg, &no_snapshots, NULL);
}

void snapshot_change(struct guests *all, const struct guest_config *config, enum snapshot_change what, const char *name,
		     snapshot_fn done, void *arg)
{
	(void)all;
	(void)what;
	if (!config->name[0] || !name[0])
		abort();
	done(arg, &no_snapshots, NULL);
}

void resize_disk(struct guest *guest, const char *vdev, int64_t bytes, resize_fn done, void *arg)
{
	(void)guest;
	if (!vdev || bytes < 0 || bytes > RESIZE_MOST)
		abort();
	done(arg, bytes, NULL);
}

void hotplug_add_vif(struct guest *guest, const char *spec, hotplug_fn done, void *arg)
{
	struct error err;

	json_object_put(config_spec(&config_vif_keys, spec, "/", &err));
	begin_work(NULL, done, arg, guest->config.vif[0].slot);
}

void hotplug_remove_vif(struct guest *guest, const char *which, bool force, hotplug_fn done, void *arg)
{
	(void)which;
	(void)force;
	begin_work(NULL, done, arg, guest->config.vif[0].slot);
}

static void dispatch(struct call *call, const char *method, json_object *parameters)
{
	permitted = call->trusted;
	methods_dispatch(call, method, parameters);
}

/* Clients. */
static void put_text(struct client *client, const char *text)
{
	size_t bytes = strlen(text), room = sizeof(client->text) - client->used;

	bytes = bytes < room ? bytes : room;
	memcpy(client->text + client->used, text, bytes);
	client->used += bytes;
}

static void put_value(struct client *client)
{
	static const char *const values[] = {
		"\"g\"",
		"\"b\"",
		"\"x\"",
		"\"../g\"",
		"\"virtio\"",
		"\"serial\"",
		"\"/srv/a.img,raw,vda,rw\"",
		"\"bridge=br0\"",
		"\"vda\"",
		"\"0\"",
		"\"io.vimo.Events\"",
		"\"name = \\\"n\\\"\\nkernel = \\\"/k\\\"\\n\"",
		"\"agent\"",
		"true",
		"false",
		"null",
		"1",
		"65536",
		"-1",
		"1e30",
		"[]",
		"[[[[]]]]",
		"{}",
		"{\"name\":\"n\",\"kernel\":\"/k\"}",
		"{\"name\":\"n\",\"kernel\":\"/k\",\"disk\":[{\"target\":\"/a\"}],\"vif\":[{\"bridge\":\"br0\"}]}",
		"\"a\\u0000b\"",
	};
	uint8_t which = (uint8_t)input_take(input, 1);
	char raw[9] = "";

	if (which < 0xf0) {
		put_text(client, values[which % (sizeof(values) / sizeof(values[0]))]);
		return;
	}
	for (unsigned int n = 0; n < 8; n++)
		raw[n] = (char)input_take(input, 1);
	put_text(client, raw);
}

static void put_call(struct client *client)
{
	static const struct {
		const char *name, *keys[5];
	} methods[] = {
		{ "org.varlink.service.GetInfo", { NULL } },
		{ "org.varlink.service.GetInterfaceDescription", { "interface" } },
		{ "io.vimo.Domains.ParseConfig", { "text", "file", "cwd" } },
		{ "io.vimo.Domains.Create", { "config", "dry_run", "paused" } },
		{ "io.vimo.Domains.List", { "all" } },
		{ "io.vimo.Domains.Define", { "config" } },
		{ "io.vimo.Domains.StartAll", { NULL } },
		{ "io.vimo.Domains.ShutdownAll", { "timeout" } },
		{ "io.vimo.Domains.History", { "name" } },
		{ "io.vimo.Domains.Undefine", { "name" } },
		{ "io.vimo.Domains.Start", { "name", "paused" } },
		{ "io.vimo.Domains.Statistics", { NULL } },
		{ "io.vimo.Devices.ConsoleLog", { "name", "type" } },
		{ "io.vimo.Domains.Rename", { "name", "to" } },
		{ "io.vimo.Domains.Autostart", { "name", "enabled", "order", "delay" } },
		{ "io.vimo.Domains.Definition", { "name" } },
		{ "io.vimo.Domains.Info", { "name" } },
		{ "io.vimo.Domains.Shutdown", { "name" } },
		{ "io.vimo.Domains.Reboot", { "name", "force" } },
		{ "io.vimo.Domains.Destroy", { "name" } },
		{ "io.vimo.Domains.Pause", { "name" } },
		{ "io.vimo.Domains.Unpause", { "name" } },
		{ "io.vimo.Devices.Console", { "name", "type" } },
		{ "io.vimo.Devices.Channel", { "name", "channel" } },
		{ "io.vimo.Devices.ConsoleResize", { "name", "cols", "rows" } },
		{ "io.vimo.Devices.BlockAttach", { "name", "spec", "cwd" } },
		{ "io.vimo.Devices.BlockDetach", { "name", "vdev", "force" } },
		{ "io.vimo.Devices.NetworkAttach", { "name", "spec" } },
		{ "io.vimo.Devices.NetworkDetach", { "name", "vif", "force" } },
		{ "io.vimo.Events.Monitor", { NULL } },
		{ "io.vimo.Host.Log", { NULL } },
		{ "io.vimo.Host.Version", { NULL } },
		{ "io.vimo.Domains.None", { "name" } },
		{ "io.vimo.List", { NULL } },
		{ "List", { NULL } },
	};
	uint8_t which = (uint8_t)input_take(input, 1), how = (uint8_t)input_take(input, 1);
	const char *const *key = methods[which % (sizeof(methods) / sizeof(methods[0]))].keys;

	put_text(client, "{\"method\":\"");
	put_text(client, methods[which % (sizeof(methods) / sizeof(methods[0]))].name);
	put_text(client, how & 0x10 ? "\",\"oneway\":true,\"upgrade\":" : "\",\"upgrade\":");
	put_text(client, how & 0x60 ? "false" : "true");
	put_text(client, how & 1 ? ",\"more\":true,\"parameters\":" : ",\"parameters\":");
	if (how >= 0xf0) {
		put_value(client);
	} else {
		put_text(client, "{");
		for (unsigned int n = 0; n < 4 && key[n] && (how & 0x0e) != 2 * (n + 1); n++) {
			put_text(client, n ? ",\"" : "\"");
			put_text(client, key[n]);
			put_text(client, "\":");
			put_value(client);
		}
		put_text(client, "}");
	}
	put_text(client, "}");
	if (client->used < sizeof(client->text))
		client->text[client->used++] = how < 0xf8 ? '\0' : ' ';
}

static void put_raw(struct client *client)
{
	for (size_t bytes = input_take(input, 1) % 64; bytes && client->used < sizeof(client->text); bytes--)
		client->text[client->used++] = (char)input_take(input, 1);
}

/* Return: false: vimod has no room for more. */
static bool deliver(struct client *client, const char *text, size_t *bytes)
{
	uv_buf_t buffer = { 0 };

	client->alloc((uv_handle_t *)client->pipe, 65536, &buffer);
	*bytes = *bytes < buffer.len ? *bytes : buffer.len;
	if (!buffer.len) {
		client->read((uv_stream_t *)client->pipe, UV_ENOBUFS, &buffer);
		return false;
	}
	memcpy(buffer.base, text, *bytes);
	client->read((uv_stream_t *)client->pipe, (ssize_t)*bytes, &buffer);
	return true;
}

static void send_piece(struct client *client, size_t most)
{
	size_t bytes = client->used < most ? client->used : most;

	if (!client->pipe || client->closed || !client->read || !bytes || !deliver(client, client->text, &bytes))
		return;
	client->used -= bytes;
	memmove(client->text, client->text + bytes, client->used);
}

/* More than a call may have, without an end. vimod reads no more, or it drops what it reads. */
static void flood(struct client *client)
{
	static char spaces[65536];
	size_t sent = 0, bytes;

	memset(spaces, ' ', sizeof(spaces));
	while (client->pipe && !client->closed && client->read && sent <= 1u << 20) {
		bytes = sizeof(spaces);
		deliver(client, spaces, &bytes);
		sent += bytes;
	}
	if (sent > 1u << 20)
		abort(); /* a client takes as much memory as it likes */
}

static void leave(struct client *client)
{
	uv_buf_t buffer = { 0 };

	if (client->pipe && !client->closed && client->read)
		client->read((uv_stream_t *)client->pipe, UV_EOF, &buffer);
}

static void come(struct client *client)
{
	uint8_t how = (uint8_t)input_take(input, 1);

	if (client->pipe)
		return;
	client->member = how & 4;
	client->root = (how & 1 || client->member) && how & 8;
	client->slow = how & 2;
	accepting = client;
	varlink_accept(how & 8 ? &trusted : &for_all, &server);
	accepting = NULL;
}

static void step(void)
{
	uint8_t what = (uint8_t)input_take(input, 1);
	struct client *client = &clients[what % CLIENTS];

	if (what < 0x10)
		come(client);
	else if (what < 0x60)
		put_call(client);
	else if (what < 0x70)
		put_raw(client);
	else if (what < 0xa0)
		send_piece(client, what < 0x90 ? sizeof(client->text) : input_take(input, 1));
	else if (what < 0xb0)
		end_work(what % PENDING, input_take(input, 1) & 1);
	else if (what < 0xc0)
		monitor_announce(&api.monitors, up);
	else if (what < 0xd0)
		complete_writes(client, client->pipe && what & 8 ? 0 : UV_EPIPE);
	else if (what < 0xd4)
		busy->busy = what & 2;
	else if (what < 0xd8)
		end_timer();
	else if (what < 0xe0)
		connection_tick(&for_all);
	else if (what < 0xfe)
		leave(client);
	else
		flood(client);
	permitted = true; /* the rights of calls that wait were checked */
	if (!busy->busy)
		deferred_run(busy);
	settle();
}

static void begin(void)
{
	static struct guest_config config = { .name = "g", .uuid = "u", .kernel = "/secret", .memory_bytes = 1 << 20 };

	config.disk_count = config.vif_count = config.channel_count = 1;
	config.disk[0] = (struct disk_config){ .target = "/secret", .vdev = "vda", .slot = 4 };
	config.vif[0] = (struct vif_config){ .bridge = "br0", .slot = 5 };
	strcpy(config.channel[0].name, "agent");
	up = guest_new(&guests, &config);
	strcpy(config.name, "b");
	busy = guest_new(&guests, &config);
	up->state = busy->state = GUEST_RUNNING;
	strcpy(up->cause, "secret");
}

/* Calls that are read begin more work, and vimod sees only by a write that a client went away which it does not read.
 */
static void end_turn(void)
{
	deferred_run(busy);
	for (unsigned int n = 0; n < PENDING; n++)
		end_work(n, n & 1);
	monitor_announce(&api.monitors, up);
	end_timer();
	connection_tick(&for_all);
	for (unsigned int n = 0; n < CLIENTS; n++) {
		complete_writes(&clients[n], UV_EPIPE);
		clients[n].used = 0;
	}
	settle();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct fuzz_input whole = { data, bytes };

	input = &whole;
	if (!up)
		begin();
	busy->busy = true;
	while (whole.left)
		step();
	busy->busy = false;
	permitted = true;
	for (unsigned int n = 0; n < CLIENTS; n++)
		leave(&clients[n]);
	for (unsigned int turn = 0; turn < 8; turn++)
		end_turn();
	if (api.monitors.first || trusted.peers.first || for_all.peers.first || trusted.first || for_all.first)
		abort();
	return 0;
}
