// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_control.c - any packet, with any number of descriptors, on vimo-dm's control socket: requests to add, remove,
 * reconnect and resize devices. Kinds check their parameters; what they open is faked.
 */
#include "block/block.h"
#include "console/channels.h"
#include "console/console.h"
#include "dm/control.h"
#include "dm/devices.h"
#include "dm/kinds.h"
#include "fs/device.h"
#include "fs/fs.h"
#include "fs/link.h"
#include "fuzz.h"
#include "host/vhost.h"
#include "input/input.h"
#include "net/net.h"
#include "platform/pvpanic.h"
#include "platform/rtc.h"
#include "rng/rng.h"
#include "vsock/vsock.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define CONNECTION 77
#define FIRST_FD 100 /* of a request; no file has these numbers */

static struct fuzz_input *input;
static struct dm dm;
static uv_poll_cb on_connection;
static bool open_fds[DEVICE_FDS * 4]; /* by number from FIRST_FD on */
static struct {
	const uint8_t *text;
	size_t bytes, fds;
} packet;
static unsigned int answers, owned[VIMO_GUEST_VIRTIO_COUNT]; /* descriptors of each slot's device */

/* Half of the steps fail. */
static bool fails(void)
{
	return input_take(input, 1) & 1;
}

static int fail(struct error *err)
{
	return fails() ? error_set(err, ERROR_FAILED, "it failed") : 0;
}

int close(int fd)
{
	if (fd < FIRST_FD || fd >= FIRST_FD + (int)(DEVICE_FDS * 4))
		return 0;
	if (!open_fds[fd - FIRST_FD])
		abort(); /* closed twice */
	open_fds[fd - FIRST_FD] = false;
	return 0;
}

/* The socket. */
int uv_poll_init(uv_loop_t *loop, uv_poll_t *poll, int fd)
{
	(void)loop;
	(void)poll;
	(void)fd;
	return 0;
}

int uv_poll_start(uv_poll_t *poll, int events, uv_poll_cb callback)
{
	(void)poll;
	(void)events;
	on_connection = callback;
	return 0;
}

int uv_poll_stop(uv_poll_t *poll)
{
	(void)poll;
	return 0;
}

int uv_timer_init(uv_loop_t *loop, uv_timer_t *timer)
{
	(void)loop;
	(void)timer;
	return 0;
}

int uv_timer_start(uv_timer_t *timer, uv_timer_cb callback, uint64_t timeout, uint64_t repeat)
{
	(void)timer;
	(void)callback;
	(void)timeout;
	(void)repeat;
	return 0;
}

int uv_timer_stop(uv_timer_t *timer)
{
	(void)timer;
	return 0;
}

int accept4(int fd, struct sockaddr *address, socklen_t *bytes, int flags)
{
	(void)fd;
	(void)address;
	(void)bytes;
	(void)flags;
	return CONNECTION;
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t bytes)
{
	(void)fd;
	(void)level;
	(void)name;
	(void)value;
	(void)bytes;
	return 0;
}

/* As the kernel does it: descriptors that do not fit are not received. */
ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	size_t room = (message->msg_controllen - CMSG_LEN(0)) / sizeof(int);
	size_t count = packet.fds < room ? packet.fds : room, bytes = packet.bytes;
	struct cmsghdr *part = CMSG_FIRSTHDR(message);

	(void)fd;
	(void)flags;
	message->msg_flags = packet.fds > room ? MSG_CTRUNC : 0;
	if (count) {
		part->cmsg_level = SOL_SOCKET;
		part->cmsg_type = SCM_RIGHTS;
		part->cmsg_len = CMSG_LEN(count * sizeof(int));
		for (size_t n = 0; n < count; n++) {
			int number = FIRST_FD + (int)n;

			while (open_fds[number - FIRST_FD])
				number++;
			open_fds[number - FIRST_FD] = true;
			memcpy(CMSG_DATA(part) + n * sizeof(int), &number, sizeof(number));
		}
	}
	message->msg_controllen = count ? CMSG_SPACE(count * sizeof(int)) : 0;
	if (bytes > message->msg_iov->iov_len) {
		bytes = message->msg_iov->iov_len;
		message->msg_flags |= MSG_TRUNC;
	}
	memcpy(message->msg_iov->iov_base, packet.text, bytes);
	return (ssize_t)bytes;
}

ssize_t send(int fd, const void *data, size_t bytes, int flags)
{
	(void)flags;
	if (fd != CONNECTION || (memcmp(data, "OK", 2) && memcmp(data, "ERROR ", 6)))
		abort();
	answers++;
	return (ssize_t)bytes;
}

/* The rest of vimo-dm. */
void power_button_press(struct power_button *button)
{
	(void)button;
}

int endpoint_add(struct endpoint *endpoint, const struct device_kind *kind, const struct device_spec *spec,
		 struct error *err)
{
	if (endpoint->kind || spec->fd_count < kind->fds_min || spec->fd_count > kind->fds_max)
		abort();
	endpoint->kind = kind;
	if (!kind->add(endpoint, spec, err)) {
		owned[endpoint->slot] = spec->fd_count;
		return 0;
	}
	endpoint->kind = NULL;
	return -1;
}

int endpoint_attach(struct endpoint *endpoint, const struct virtio_model *model,
		    void (*show)(struct virtio_device *device), struct error *err)
{
	if (!endpoint->device.queues || endpoint->device.queues > TRANSPORT_QUEUES)
		abort();
	endpoint->device.model = model;
	if (fail(err)) {
		endpoint->context = NULL;
		endpoint->reconnect = NULL;
		endpoint->work = NULL;
		return -1;
	}
	if (show)
		show(&endpoint->device);
	return 0;
}

static void clear(struct endpoint *endpoint)
{
	owned[endpoint->slot] = 0;
	endpoint->kind = NULL;
	endpoint->context = NULL;
	endpoint->reconnect = NULL;
	endpoint->work = NULL;
}

void endpoint_remove(struct endpoint *endpoint)
{
	const struct device_kind *kind = endpoint->kind;

	if (!kind->removed)
		abort();
	kind->removed(endpoint);
	clear(endpoint);
}

void endpoint_run(void *endpoint)
{
	(void)endpoint;
}

uint32_t transport_status(const struct virtio_device *device)
{
	(void)device;
	return (uint32_t)input_take(input, 1);
}

void transport_config_changed(struct virtio_device *device)
{
	(void)device;
}

void transport_read_config(const struct virtio_device *device, void *to, size_t bytes)
{
	(void)device;
	memset(to, 0, bytes);
}

void transport_show_config(struct virtio_device *device, const void *from, size_t bytes)
{
	static uint8_t shown[256];

	(void)device;
	if (bytes > sizeof(shown))
		abort();
	memcpy(shown, from, bytes);
}

void status_go_on(struct status *status)
{
	if (status != &dm.status)
		abort();
}

void status_stall(struct status *status, unsigned int slot, const char *why)
{
	(void)status;
	(void)slot;
	(void)why;
	abort();
}

/* The start and the end of vimo-dm are not reached. */
void endpoint_open(struct endpoint *endpoint, const struct endpoint_host *host, unsigned int slot,
		   struct transport_state *state)
{
	(void)endpoint;
	(void)host;
	(void)slot;
	(void)state;
	abort();
}

int endpoint_empty(struct endpoint *endpoint, struct error *err)
{
	(void)endpoint;
	(void)err;
	abort();
}

void endpoint_close(struct endpoint *endpoint)
{
	(void)endpoint;
	abort();
}

int io_thread_open(struct io_thread *thread, struct error *err)
{
	(void)thread;
	(void)err;
	abort();
}

int io_thread_start(struct io_thread *thread, struct error *err)
{
	(void)thread;
	(void)err;
	abort();
}

void rtc_open(struct ioreq *ioreq)
{
	(void)ioreq;
	abort();
}

void pvpanic_open(struct ioreq *ioreq)
{
	(void)ioreq;
	abort();
}

void power_button_open(struct power_button *button, const struct endpoint_host *host)
{
	(void)button;
	(void)host;
	abort();
}

void power_button_close(struct power_button *button)
{
	(void)button;
	abort();
}

int serial_open(struct serial *serial, const struct endpoint_host *host, struct hub_mark *mark,
		const struct hub_files *files, struct error *err)
{
	(void)files;
	(void)serial;
	(void)host;
	(void)mark;
	(void)err;
	abort();
}

void serial_close(struct serial *serial)
{
	(void)serial;
	abort();
}

/* Disks. */
const struct virtio_model block_model, net_model, vsock_model, rng_model, input_model;

static int open_disk(struct block *block, const struct block_options *options, struct error *err)
{
	if (options->queues < 1 || options->queues > BLOCK_QUEUES)
		abort();
	block->fd = options->fd;
	block->data = options->memory_fd;
	block->cached_fd = options->cached_fd;
	block->disk.sectors = block->disk.block_bytes = block->disk.sector_bytes = 512;
	return fail(err);
}

static void close_image(struct block *block)
{
	if (!block->keep_fds)
		close(block->fd);
	if (!block->keep_fds && block->cached_fd >= 0)
		close(block->cached_fd);
}

static int measure(const struct block *block, struct block_disk *disk, struct error *err)
{
	disk->sectors = block->disk.sectors + (block->disk.sectors < 4096 ? 512 : -512u);
	return fail(err);
}

static void close_daemon(struct block *block)
{
	if (!block->keep_fds)
		close(block->data);
	close_image(block);
}

static int reconnect(struct endpoint *endpoint, int fd, struct error *err)
{
	(void)endpoint;
	if (fail(err))
		return -1;
	close(fd);
	return 0;
}

const struct block_backend block_image = { .open = open_disk, .close = close_image, .measure = measure };
const struct block_backend block_daemon = { .open = open_disk, .close = close_daemon, .reconnect = reconnect };

bool block_queue_prepare(struct block_queue *queue, struct block *block, unsigned int index, struct io_thread *thread)
{
	(void)queue;
	(void)block;
	if (index >= BLOCK_QUEUES)
		abort();
	return !fails();
}

void block_queue_open(struct block_queue *queue)
{
	(void)queue;
}

void block_queue_retry(struct block_queue *queue)
{
	(void)queue;
}

void block_queue_close(struct block_queue *queue)
{
	(void)queue;
}

/* Networks. */
static int open_pair(struct net_pair *pair, struct error *err)
{
	if (pair->index >= NET_PAIRS)
		abort();
	return fail(err);
}

const struct net_backend net_vhost = {
	.name = "vhost", .fds = 2, .pairs_max = NET_PAIRS, .tap = true, .open = open_pair
};
const struct net_backend net_tap = {
	.name = "tap", .fds = 1, .pairs_max = NET_PAIRS, .packed = true, .open = open_pair
};
const struct net_backend net_user = {
	.name = "user", .fds = 1, .pairs_max = 1, .open = open_pair, .reconnect = reconnect
};
const struct net_backend net_vhost_user = {
	.name = "vhost-user", .pairs_max = NET_PAIRS, .open = open_pair, .reconnect = reconnect
};

uint64_t net_features(const struct net *net)
{
	return net->features;
}

void net_show_config(struct virtio_device *device)
{
	(void)device;
}

void net_serve_control(void *net)
{
	(void)net;
}

void net_find_broken(void *net)
{
	(void)net;
}

int net_tap_check(int fd, struct error *err)
{
	(void)fd;
	return fail(err);
}

struct watch *watch_open(uv_loop_t *loop, void (*on_signal)(void *context), void *context, struct error *err)
{
	(void)loop;
	(void)on_signal;
	(void)context;
	return fail(err) ? NULL : malloc(1);
}

void watch_close(struct watch *watch)
{
	free(watch);
}

/* Sockets, random numbers and the power key. */
int vhost_open(int fd, const struct guest_memory *memory, uint64_t needed, uint64_t *known, struct error *err)
{
	(void)fd;
	(void)memory;
	*known = needed;
	return fail(err);
}

void vsock_show_config(struct virtio_device *device)
{
	(void)device;
}

void vsock_serve_events(void *vsock)
{
	(void)vsock;
}

void vsock_find_broken(void *vsock)
{
	(void)vsock;
}

int rng_ready(void)
{
	return fails() ? -1 : 0;
}

bool rng_work(struct rng *rng, uint64_t now)
{
	(void)rng;
	(void)now;
	return false;
}

bool input_work(void *of)
{
	(void)of;
	return false;
}

bool input_press(struct input *of, const struct key_event *events, unsigned int count)
{
	(void)of;
	if (!count || count > KEYS_EVENTS_MAX || !events[0].code || !events[count - 1].code)
		abort();
	return events[0].down;
}

/* Channels: a listening socket stays the caller's if it fails. */
const struct virtio_model channels_model, fs_model;

int channel_socket_open(struct channel_socket *socket, uv_loop_t *loop, int listener, struct error *err)
{
	(void)loop;
	socket->listener = listener;
	return fail(err);
}

void channel_socket_close(struct channel_socket *socket)
{
	if (socket->listener < FIRST_FD)
		abort();
}

bool channels_work(void *channels)
{
	(void)channels;
	return false;
}

void channels_show_config(struct virtio_device *device)
{
	(void)device;
}

/* Folders. */
int fs_nodes_open(struct fs_nodes *nodes, int fd, struct error *err)
{
	(void)fd;
	memset(nodes, 0, sizeof(*nodes));
	return fail(err);
}

void fs_nodes_close(struct fs_nodes *nodes)
{
	(void)nodes;
}

void fs_nodes_clear(struct fs_nodes *nodes)
{
	(void)nodes;
}

int driver_ring_open(struct driver_ring *ring, const struct guest_memory *memory, size_t bytes, struct error *err)
{
	(void)ring;
	(void)memory;
	(void)bytes;
	return fail(err);
}

void driver_ring_close(struct driver_ring *ring)
{
	(void)ring;
}

int fs_connect(struct fs *fs, struct error *err)
{
	(void)fs;
	return fail(err);
}

void *fs_device_run(void *fs)
{
	return fs;
}

int eventfd(unsigned int count, int flags)
{
	(void)count;
	(void)flags;
	return fails() ? -1 : CONNECTION;
}

static void resize(struct endpoint *endpoint, uint16_t cols, uint16_t rows)
{
	(void)endpoint;
	if (!cols || !rows)
		abort();
}

static int add_console(struct endpoint *endpoint, const struct device_spec *spec, struct error *err)
{
	(void)spec;
	endpoint->device.queues = CONSOLE_QUEUES;
	return endpoint_attach(endpoint, &rng_model, NULL, err);
}

static const struct device_kind console = { .type = "console", .single = true, .add = add_console, .resize = resize };

const struct device_kind *kind_find(const char *type)
{
	static const struct device_kind *const kinds[] = {
		&block_kind, &channels_kind, &console, &fs_kind, &input_kind, &net_kind, &rng_kind, &vsock_kind,
	};

	for (size_t n = 0; n < sizeof(kinds) / sizeof(kinds[0]); n++)
		if (!strcmp(type, kinds[n]->type))
			return kinds[n];
	return NULL;
}

/* A request in words, most often as vimod makes it. */
static size_t put_request(char *text, size_t room)
{
	static const char *const requests[] = { "powerbutton", "trigger", "resize", "add", "remove",
						"reconnect",   "retry",   "none",   "grow" };
	static const char *const members[] = {
		"\"type\":\"block\"",
		"\"type\":\"net\"",
		"\"type\":\"vsock\"",
		"\"type\":\"rng\"",
		"\"type\":\"input\"",
		"\"type\":\"console\"",
		"\"type\":\"channels\"",
		"\"type\":\"fs\"",
		"\"type\":\"none\"",
		"\"names\":[\"a\"]",
		"\"names\":[\"a\",\"b\",7]",
		"\"tag\":\"src\"",
		"\"hidden\":\".vimo-g\"",
		"\"backend\":\"vhost-user\"",
		"\"backend\":\"vhost\"",
		"\"backend\":\"tap\"",
		"\"backend\":\"user\"",
		"\"mac\":\"52:54:00:12:34:56\"",
		"\"mac\":\"52:54:00:12:34:5\"",
		"\"readonly\":true",
		"\"packed\":true",
		"\"force\":true",
		"\"serial\":\"123456789012345678901234567890\"",
		"\"on_io_error\":\"stop\"",
		"\"cols\":80,\"rows\":25",
		"\"event\":\"sysrq\"",
		"\"event\":\"sleep\"",
		"\"key\":\"c\"",
	};
	static const char *const numbers[] = { "slot", "queues",           "pairs", "mtu", "cid",
					       "iops", "bytes_per_second", "cols" };
	uint8_t which = (uint8_t)input_take(input, 1);
	size_t used = (size_t)snprintf(text, room, "{\"%s\":{\"slot\":%u", requests[which % 9], which / 9 % 5);

	for (unsigned int n = (unsigned int)input_take(input, 1) % 8; n && used < room; n--) {
		which = (uint8_t)input_take(input, 1);
		if (which < 0xc0)
			used += (size_t)snprintf(text + used, room - used, ",%s",
						 members[which % (sizeof(members) / sizeof(members[0]))]);
		else
			used += (size_t)snprintf(text + used, room - used, ",\"%s\":%lld", numbers[which % 8],
						 (long long)input_take(input, which & 0x20 ? 8 : 1));
	}
	if (used < room)
		used += (size_t)snprintf(text + used, room - used, "}}");
	return used < room ? used : room;
}

static unsigned int count_open(void)
{
	unsigned int count = 0;

	for (unsigned int n = 0; n < DEVICE_FDS * 4; n++)
		count += open_fds[n];
	return count;
}

/* Descriptors that devices have. */
static unsigned int count_owned(void)
{
	unsigned int count = 0;

	for (unsigned int slot = 0; slot < dm.slots; slot++) {
		const struct endpoint *endpoint = &dm.endpoint[slot];
		const struct fs *fs = endpoint->kind == &fs_kind ? endpoint->context : NULL;

		count += owned[slot] + (fs && fs->next >= 0);
	}
	return count;
}

static void step(void)
{
	static char text[12000];
	uint8_t how = (uint8_t)input_take(input, 1);

	packet.fds = how & 0x80 ? input_take(input, 1) % (DEVICE_FDS + 8) : how % 4;
	packet.text = (const uint8_t *)text;
	if (how < 0xe0) {
		packet.bytes = put_request(text, 1024);
	} else if (how < 0xfe) {
		packet.bytes = input_take(input, 1);
		packet.bytes = packet.bytes < input->left ? packet.bytes : input->left;
		packet.text = input->at;
		input_take(input, packet.bytes);
	} else {
		memset(text, ' ', sizeof(text));
		packet.bytes = sizeof(text);
	}
	answers = 0;
	on_connection(&dm.control, 0, UV_READABLE);
	if (answers != 1 || count_open() != count_owned())
		abort();
}

/* Kinds whose devices stay as long as the guest leave that to the exit of vimo-dm. */
static void free_device(struct endpoint *endpoint)
{
	const struct fs *fs = endpoint->kind == &fs_kind ? endpoint->context : NULL;

	if (endpoint->kind && endpoint->kind->removed) {
		endpoint_remove(endpoint);
		return;
	}
	if (fs) {
		if (fs->next >= 0)
			close(fs->next);
		free(fs->slot);
	}
	free(endpoint->context);
	clear(endpoint);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const struct guest_memory memory = { .bytes = 1ull << 30 };
	struct fuzz_input whole = { data, bytes };
	struct error err;

	input = &whole;
	if (!dm.slots) {
		dm.slots = 4;
		dm.host.status = &dm.status;
		dm.host.io_threads = dm.io_threads;
		dm.host.io_thread_count = 1;
		dm.host.memory = &memory;
		for (unsigned int slot = 0; slot < dm.slots; slot++) {
			dm.endpoint[slot].host = &dm.host;
			dm.endpoint[slot].slot = slot;
			pthread_mutex_init(&dm.endpoint[slot].device.lock, NULL);
		}
		if (dm_open_control(&dm, &err))
			abort();
	}
	while (whole.left)
		step();
	for (unsigned int slot = 0; slot < dm.slots; slot++)
		free_device(&dm.endpoint[slot]);
	memset(open_fds, 0, sizeof(open_fds));
	return 0;
}
