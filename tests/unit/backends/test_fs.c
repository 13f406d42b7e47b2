// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_fs.c - a shared folder between a guest's driver (this process), vimo-dm (a child) and the real virtiofsd.
 * The tests kill vimo-dm and virtiofsd.
 */
#include "fake_driver.h"
#include "patience.h"
#include "dm_files.h"
#include "fs/context.h"
#include "fs/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* virtiofsd of Debian 12 is part of QEMU and has options of its own; that of Debian 13 is a program in Rust, to which
 * the other name is a link. */
static const char *const programs[] = { "/usr/libexec/virtiofsd", "/usr/lib/qemu/virtiofsd" };
#define QEMUS programs[1]
#define RAM 0x40000000ull
#define RAM_BYTES (8u << 20)
#define RING 64u
#define DATA_BYTES (256u << 10)

/* In the guest's memory: two queues, and a place for each request. */
enum { DESC = 0, AVAIL = 0x1000, USED = 0x2000, QUEUE_BYTES = 0x4000, TABLES = 0x10000, BUFFERS = 0x20000 };

/* Memory that both processes have. */
static struct {
	uint8_t page[4096];
	struct transport_state state;
} * shared;
static uint8_t *ram;
static int ram_fd, kick[2], control[2];
static struct guest_memory memory = { .ipa = RAM, .bytes = RAM_BYTES };
static char directory[] = "/tmp/test_fs.XXXXXX";
static const char *program; /* of programs, or VIMO_VIRTIOFSD */
static pid_t server, model;
static struct endpoint endpoint;
static struct endpoint_host host;
static uint16_t avail_idx[2], used_idx[2];
static uint64_t unique;

/* Of endpoint.c. */
static void interrupt(struct virtio_device *device, enum transport_interrupt bit)
{
	(void)device;
	(void)bit;
}

int endpoint_attach(struct endpoint *to, const struct virtio_model *of, void (*show)(struct virtio_device *device),
		    struct error *err)
{
	(void)err;
	to->device.model = of;
	show(&to->device);
	transport_init(&to->device);
	return 0;
}

void endpoint_kick(struct endpoint *to, unsigned int queue)
{
	eventfd_write(to->kick[queue], 1);
}

static const char *path(const char *name)
{
	static char paths[4][200];
	static unsigned int turn;

	snprintf(paths[++turn % 4], sizeof(paths[0]), "%s/%s", directory, name);
	return paths[turn % 4];
}

static void start_server(void)
{
	char option[300], socket_path[300];

	unlink(path("sock"));
	snprintf(option, sizeof(option),
		 strcmp(program, QEMUS) ? "--shared-dir=%s" : "-osource=%s,sandbox=chroot,log_level=err",
		 path("share"));
	snprintf(socket_path, sizeof(socket_path), "--socket-path=%s", path("sock"));
	server = fork();
	if (!server) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (!strcmp(program, QEMUS))
			execl(program, program, "-f", socket_path, option, NULL);
		else
			execl(program, program, socket_path, option, "--sandbox=chroot", "--log-level=error", NULL);
		_exit(127);
	}
}

static int connect_server(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, path("sock"));
	for (time_t begun = time(NULL); patience_left(begun);) {
		if (!connect(fd, (struct sockaddr *)&address, sizeof(address)))
			return fd;
		usleep(5000);
	}
	_exit(99);
}

static void end(pid_t *pid)
{
	if (*pid > 0) {
		kill(*pid, SIGKILL);
		waitpid(*pid, NULL, 0);
	}
	*pid = 0;
}

/* The child: vimo-dm with this device only. A byte on control brings the next virtiofsd. */
static void run_model(void)
{
	struct device_spec spec = { .json = json_tokener_parse("{\"tag\":\"src\",\"hidden\":\".vimo-g\"}"),
				    .fd_count = 3 };
	struct error err;
	char byte;

	memset(&endpoint, 0, sizeof(endpoint));
	endpoint.host = &host;
	endpoint.slot = 4;
	endpoint.kick[0] = kick[0];
	endpoint.kick[1] = kick[1];
	endpoint.device = (struct virtio_device){
		.memory = &memory, .state = &shared->state, .page = shared->page, .interrupt = interrupt
	};
	pthread_mutex_init(&endpoint.device.lock, NULL);
	pthread_cond_init(&endpoint.device.idle, NULL);
	spec.fds[0] = connect_server();
	spec.fds[1] = ram_fd;
	spec.fds[2] = open(path("table"), O_RDWR | O_CREAT | O_CLOEXEC, 0600); /* as vimod opens it */
	if (ftruncate(spec.fds[2], DM_FOLDER_STATE_BYTES))
		_exit(97);
	if (fs_kind.add(&endpoint, &spec, &err) || fs_kind.start(&endpoint, &err)) {
		fprintf(stderr, "%s\n", err.text);
		_exit(98);
	}
	while (read(control[0], &byte, 1) == 1) {
		if (byte == 'g') { /* the driver begins */
			pthread_mutex_lock(&endpoint.device.lock);
			driver_begin(&endpoint.device, 0);
			for (unsigned int queue = 0; queue < 2; queue++)
				driver_queue(&endpoint.device, queue, RING, RAM + queue * QUEUE_BYTES + DESC,
					     RAM + queue * QUEUE_BYTES + AVAIL, RAM + queue * QUEUE_BYTES + USED);
			driver_go(&endpoint.device);
			pthread_mutex_unlock(&endpoint.device.lock);
		} else {
			endpoint.reconnect(&endpoint, connect_server(), &err);
		}
	}
	_exit(0);
}

static void start_model(void)
{
	model = fork();
	if (!model) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		run_model();
	}
}

static void kill_server(void)
{
	end(&server);
	start_server();
	assert_int_equal(write(control[1], "r", 1), 1);
}

static void kill_model(void)
{
	end(&model);
	end(&server);
	start_server();
	start_model();
}

static uint16_t *words(unsigned int queue, unsigned int at)
{
	return (uint16_t *)(void *)(ram + queue * QUEUE_BYTES + at);
}

/* One request in flight at a time and queue: slot 0 of its ring. */
struct guest_request {
	uint32_t opcode;
	uint64_t node;
	const void *arguments;
	size_t bytes;
	const void *data; /* written */
	size_t data_bytes;
	void *answer;
	size_t answer_bytes; /* room */
	size_t got;
};

static void put_desc(uint16_t index, uint64_t address, size_t bytes, bool write, bool more)
{
	((struct vring_desc *)(void *)(ram + QUEUE_BYTES * FS_REQUESTS))[index] = (struct vring_desc){
		.addr = RAM + address,
		.len = (uint32_t)bytes,
		.flags = (uint16_t)((write ? VRING_DESC_F_WRITE : 0) | (more ? VRING_DESC_F_NEXT : 0)),
		.next = (uint16_t)(index + 1),
	};
}

static void send_request(const struct guest_request *request)
{
	struct fuse_in_header header = { .len = (uint32_t)(sizeof(header) + request->bytes + request->data_bytes),
					 .opcode = request->opcode,
					 .unique = ++unique,
					 .nodeid = request->node };
	uint16_t n = 0;

	memcpy(ram + BUFFERS, &header, sizeof(header));
	memcpy(ram + BUFFERS + sizeof(header), request->arguments, request->bytes);
	memcpy(ram + BUFFERS + 0x10000, request->data ? request->data : "", request->data_bytes);
	put_desc(n++, BUFFERS, sizeof(header) + request->bytes, false, true);
	if (request->data_bytes) /* in two pieces */
		put_desc(n++, BUFFERS + 0x10000, request->data_bytes / 2, false, true);
	if (request->data_bytes)
		put_desc(n++, BUFFERS + 0x10000 + request->data_bytes / 2,
			 request->data_bytes - request->data_bytes / 2, false, true);
	put_desc(n++, BUFFERS + 0x200000, sizeof(struct fuse_out_header), true, request->answer_bytes > 0);
	if (request->answer_bytes)
		put_desc(n++, BUFFERS + 0x200000 + sizeof(struct fuse_out_header), request->answer_bytes, true, false);
	words(FS_REQUESTS, AVAIL)[2 + avail_idx[FS_REQUESTS] % RING] = 0;
	__atomic_store_n(&words(FS_REQUESTS, AVAIL)[1], ++avail_idx[FS_REQUESTS], __ATOMIC_RELEASE);
	eventfd_write(kick[FS_REQUESTS], 1);
}

static int receive(struct guest_request *request)
{
	struct fuse_out_header header;

	for (time_t begun = time(NULL);
	     __atomic_load_n(&words(FS_REQUESTS, USED)[1], __ATOMIC_ACQUIRE) == used_idx[FS_REQUESTS];) {
		assert_true(patience_left(begun));
		if (waitpid(model, NULL, WNOHANG) > 0)
			fail_msg("the device model ended");
		usleep(10);
	}
	if (!((const struct vring_used_elem *)(void *)(words(FS_REQUESTS, USED) + 2))[used_idx[FS_REQUESTS]++ % RING]
		     .len)
		return 1; /* a request without an answer */
	memcpy(&header, ram + BUFFERS + 0x200000, sizeof(header));
	assert_int_equal(header.unique, unique);
	request->got = header.len - sizeof(header);
	assert_true(request->got <= request->answer_bytes);
	memcpy(request->answer, ram + BUFFERS + 0x200000 + sizeof(header), request->got);
	return header.error;
}

static int ask(struct guest_request *request)
{
	send_request(request);
	return receive(request);
}

static void send_init(void)
{
	struct fuse_init_in in = { .major = FUSE_KERNEL_VERSION, .minor = 36, .max_readahead = 1 << 20, .flags = ~0u };
	struct fuse_init_out out;
	struct guest_request request = { FUSE_INIT, 0, &in, sizeof(in), .answer = &out, .answer_bytes = sizeof(out) };

	assert_int_equal(ask(&request), 0);
	assert_int_equal(out.major, FUSE_KERNEL_VERSION);
	assert_int_equal(out.flags & (FUSE_POSIX_LOCKS | FUSE_WRITEBACK_CACHE | FUSE_MAP_ALIGNMENT), 0);
}

static int set_up(void **state)
{
	(void)state;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ram_fd = memfd_create("guest", 0);
	if (shared == MAP_FAILED || ftruncate(ram_fd, RAM_BYTES))
		return -1;
	memory.base = ram = mmap(NULL, RAM_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, ram_fd, 0);
	strcpy(directory + strlen(directory) - 6, "XXXXXX");
	if (ram == MAP_FAILED || !mkdtemp(directory) || mkdir(path("share"), 0755) || pipe(control))
		return -1;
	kick[0] = eventfd(0, EFD_NONBLOCK);
	kick[1] = eventfd(0, EFD_NONBLOCK);
	memset(avail_idx, 0, sizeof(avail_idx));
	memset(used_idx, 0, sizeof(used_idx));
	start_server();
	start_model();
	if (write(control[1], "g", 1) != 1)
		return -1;
	for (time_t begun = time(NULL);
	     !(*(uint32_t *)(void *)(shared->page + VIRTIO_MMIO_STATUS) & 4) && patience_left(begun);)
		usleep(1000);
	send_init();
	return 0;
}

static int tear_down(void **state)
{
	char command[300];

	(void)state;
	end(&model);
	end(&server);
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	munmap(shared, sizeof(*shared));
	munmap(ram, RAM_BYTES);
	close(ram_fd);
	close(kick[0]);
	close(kick[1]);
	close(control[0]);
	close(control[1]);
	return system(command);
}

static int look_up(uint64_t parent, const char *name, struct fuse_entry_out *entry)
{
	struct guest_request request = { FUSE_LOOKUP,      parent,          name,
					 strlen(name) + 1, .answer = entry, .answer_bytes = sizeof(*entry) };

	return ask(&request);
}

static size_t join(uint8_t *to, const void *arguments, size_t bytes, const char *name, const char *second)
{
	if (bytes)
		memcpy(to, arguments, bytes);
	bytes += (size_t)stpcpy((char *)to + bytes, name) + 1 - ((size_t)to + bytes);
	if (second)
		bytes += (size_t)stpcpy((char *)to + bytes, second) + 1 - ((size_t)to + bytes);
	return bytes;
}

struct created {
	struct fuse_entry_out entry;
	struct fuse_open_out open;
};

static int create(uint64_t parent, const char *name, int flags, struct created *out)
{
	struct fuse_create_in in = { .flags = (uint32_t)(O_CREAT | O_RDWR | flags), .mode = S_IFREG | 0644 };
	uint8_t arguments[300];
	struct guest_request request = { FUSE_CREATE,   parent,
					 arguments,     join(arguments, &in, sizeof(in), name, NULL),
					 .answer = out, .answer_bytes = sizeof(*out) };

	return ask(&request);
}

static int make_directory(uint64_t parent, const char *name, struct fuse_entry_out *out)
{
	struct fuse_mkdir_in in = { .mode = 0755 };
	uint8_t arguments[300];
	struct guest_request request = { FUSE_MKDIR,    parent,
					 arguments,     join(arguments, &in, sizeof(in), name, NULL),
					 .answer = out, .answer_bytes = sizeof(*out) };

	return ask(&request);
}

static int rename_to(uint64_t from, const char *old, uint64_t to, const char *new)
{
	struct fuse_rename_in in = { .newdir = to };
	uint8_t arguments[600];
	struct guest_request request = { FUSE_RENAME, from, arguments, join(arguments, &in, sizeof(in), old, new),
					 .answer = arguments };

	return ask(&request);
}

static int remove_name(uint32_t opcode, uint64_t parent, const char *name)
{
	char nothing;
	struct guest_request request = { opcode, parent, name, strlen(name) + 1, .answer = &nothing };

	return ask(&request);
}

static int write_at(uint64_t node, uint64_t fh, uint64_t offset, const void *data, size_t bytes)
{
	struct fuse_write_in in = { .fh = fh, .offset = offset, .size = (uint32_t)bytes };
	struct fuse_write_out out = { 0 };
	struct guest_request request = {
		FUSE_WRITE, node, &in, sizeof(in), data, bytes, .answer = &out, .answer_bytes = sizeof(out)
	};
	int result = ask(&request);

	return result ? result : (int)out.size;
}

static int read_at(uint64_t node, uint64_t fh, uint64_t offset, void *data, size_t bytes)
{
	struct fuse_read_in in = { .fh = fh, .offset = offset, .size = (uint32_t)bytes };
	struct guest_request request = { FUSE_READ, node, &in, sizeof(in), .answer = data, .answer_bytes = bytes };
	int result = ask(&request);

	return result ? result : (int)request.got;
}

static int release(uint64_t node, uint64_t fh)
{
	struct fuse_release_in in = { .fh = fh };
	char nothing;
	struct guest_request request = { FUSE_RELEASE, node, &in, sizeof(in), .answer = &nothing };

	return ask(&request);
}

static void fill(uint8_t *data, size_t bytes, unsigned int seed)
{
	for (size_t n = 0; n < bytes; n++) {
		seed = seed * 1664525 + 1013904223;
		data[n] = (uint8_t)(seed >> 16);
	}
}

#define LONG_BYTES (3u << 20)
static uint8_t wrote[DATA_BYTES], got[DATA_BYTES], long_data[LONG_BYTES];

static void files_are_made_written_and_read(void **state)
{
	struct fuse_entry_out entry;
	struct created file, again;
	int fd;

	(void)state;
	assert_int_equal(look_up(FUSE_ROOT_ID, "none", &entry), -ENOENT);
	assert_int_equal(make_directory(FUSE_ROOT_ID, "dir", &entry), 0);
	assert_int_equal(create(entry.nodeid, "file", O_EXCL, &file), 0);
	fill(wrote, sizeof(wrote), 1);
	assert_int_equal(write_at(file.entry.nodeid, file.open.fh, 5, wrote, 100001), 100001);
	assert_int_equal(read_at(file.entry.nodeid, file.open.fh, 5, got, sizeof(got)), 100001);
	assert_memory_equal(wrote, got, 100001);
	fd = open(path("share/dir/file"), O_RDONLY);
	assert_int_equal(pread(fd, got, sizeof(got), 5), 100001);
	assert_memory_equal(wrote, got, 100001);
	close(fd);
	/* One read of all bytes: a short read would mean the end of the file. */
	assert_int_equal(truncate(path("share/dir/file"), LONG_BYTES), 0);
	assert_int_equal(read_at(file.entry.nodeid, file.open.fh, 0, long_data, LONG_BYTES), LONG_BYTES);
	assert_memory_equal(wrote, long_data + 5, 100001);
	/* The file exists. */
	assert_int_equal(create(entry.nodeid, "file", O_EXCL, &again), -EEXIST);
	assert_int_equal(create(entry.nodeid, "file", 0, &again), 0);
	assert_int_equal(again.entry.nodeid, file.entry.nodeid);
	assert_int_equal(read_at(again.entry.nodeid, again.open.fh, 5, got, 100001), 100001);
	assert_int_equal(create(entry.nodeid, "file", O_TRUNC, &again), 0);
	assert_int_equal(read_at(again.entry.nodeid, again.open.fh, 5, got, sizeof(got)), 0);
}

static void (*const deaths[])(void) = { kill_server, kill_model };

static void open_files_outlive_deaths(void **state)
{
	struct fuse_entry_out entry, again;
	struct created file;

	(void)state;
	for (unsigned int n = 0; n < 6; n++) {
		char name[20];

		snprintf(name, sizeof(name), "dir%u", n);
		fill(wrote, sizeof(wrote), n);
		assert_int_equal(make_directory(FUSE_ROOT_ID, name, &entry), 0);
		assert_int_equal(create(entry.nodeid, "file", O_EXCL, &file), 0);
		assert_int_equal(write_at(file.entry.nodeid, file.open.fh, 0, wrote, 70000), 70000);
		deaths[n % 2]();
		assert_int_equal(read_at(file.entry.nodeid, file.open.fh, 0, got, sizeof(got)), 70000);
		assert_memory_equal(wrote, got, 70000);
		assert_int_equal(look_up(entry.nodeid, "file", &again), 0);
		assert_int_equal(again.nodeid, file.entry.nodeid);
		assert_int_equal(write_at(file.entry.nodeid, file.open.fh, 70000, wrote, 10), 10);
	}
}

/* Names are made and removed while vimo-dm or virtiofsd is killed every few milliseconds: no request fails, no name is
 * left. */
static void nothing_is_done_twice_or_not_at_all(void **state)
{
	struct fuse_entry_out a, b, entry;
	struct created file;
	unsigned int deaths_left = 40;
	pid_t killer;

	(void)state;
	assert_int_equal(make_directory(FUSE_ROOT_ID, "a", &a), 0);
	assert_int_equal(make_directory(FUSE_ROOT_ID, "b", &b), 0);
	for (unsigned int n = 0; deaths_left; n++) {
		char name[20], moved[20];

		/* Killed before the answer, or a moment later. */
		if (n % 5 == 0) {
			killer = fork();
			if (!killer) {
				usleep(n * 37 % 3000);
				kill(deaths_left % 3 ? server : model, SIGKILL);
				_exit(0);
			}
		}
		snprintf(name, sizeof(name), "n%u", n);
		snprintf(moved, sizeof(moved), "m%u", n);
		if (n % 5 == 0) {
			/* The kill falls anywhere into the next requests; the next virtiofsd is started here. */
			struct fuse_mkdir_in in = { .mode = 0755 };
			uint8_t arguments[300];
			struct guest_request request = { FUSE_MKDIR,       a.nodeid,
							 arguments,        join(arguments, &in, sizeof(in), name, NULL),
							 .answer = &entry, .answer_bytes = sizeof(entry) };

			send_request(&request);
			waitpid(killer, NULL, 0);
			deaths[deaths_left % 3 ? 0 : 1]();
			deaths_left--;
			assert_int_equal(receive(&request), 0);
		} else {
			assert_int_equal(make_directory(a.nodeid, name, &entry), 0);
		}
		assert_int_equal(rename_to(a.nodeid, name, b.nodeid, moved), 0);
		assert_int_equal(create(entry.nodeid, "file", O_EXCL, &file), 0);
		assert_int_equal(write_at(file.entry.nodeid, file.open.fh, 0, name, strlen(name)), strlen(name));
		assert_int_equal(release(file.entry.nodeid, file.open.fh), 0);
		assert_int_equal(remove_name(FUSE_UNLINK, entry.nodeid, "file"), 0);
		assert_int_equal(remove_name(FUSE_RMDIR, b.nodeid, moved), 0);
	}
	assert_int_equal(rmdir(path("share/a")), 0);
	assert_int_equal(rmdir(path("share/b")), 0);
}

/* Repeat the last request as after a kill of vimo-dm between the daemon's answer and the reply. */
static int answered_again(struct guest_request *request)
{
	struct split_state *inflight = &shared->state.queue[FS_REQUESTS].buffers.split;

	end(&model);
	words(FS_REQUESTS, USED)[1] = --used_idx[FS_REQUESTS];
	inflight->taken[0] = SPLIT_TAKEN | (uint16_t)(avail_idx[FS_REQUESTS] - 1);
	memset(ram + BUFFERS + 0x200000, 0xee, 4096);
	kill_model();
	return receive(request);
}

/* Do a request, then repeat it. Return: the result, which is the same both times. */
static int twice(uint32_t opcode, uint64_t node, const void *arguments, size_t bytes, size_t answer_bytes)
{
	static uint8_t first[4096], second[4096];
	struct guest_request request = {
		opcode, node, arguments, bytes, .answer = first, .answer_bytes = answer_bytes
	};
	int result;

	usleep(20000); /* the clock of files has ticks */
	result = ask(&request);
	request.answer = second;
	assert_int_equal(answered_again(&request), result);
	if (!result && answer_bytes >= sizeof(struct fuse_entry_out)) { /* the same file */
		struct fuse_entry_out *a = (void *)first, *b = (void *)second;

		assert_int_equal(a->attr.ino, b->attr.ino);
		assert_int_equal(a->nodeid, b->nodeid);
	}
	return result;
}

static int twice_named(uint32_t opcode, uint64_t node, const void *in, size_t bytes, const char *name,
		       const char *second)
{
	uint8_t arguments[600];
	bool entry = opcode != FUSE_UNLINK && opcode != FUSE_RMDIR && opcode != FUSE_RENAME && opcode != FUSE_RENAME2;

	return twice(opcode, node, arguments, join(arguments, in, bytes, name, second),
		     opcode == FUSE_CREATE ? sizeof(struct created) :
		     entry                 ? sizeof(struct fuse_entry_out) :
					     0);
}

static void what_was_made_is_not_made_again(void **state)
{
	const struct fuse_mkdir_in directory_in = { .mode = 0700 };
	const struct fuse_mknod_in node_in = { .mode = S_IFIFO | 0600 };
	const struct fuse_create_in create_in = { .flags = O_CREAT | O_EXCL | O_RDWR, .mode = S_IFREG | 0600 };
	struct fuse_link_in link_in;
	struct fuse_entry_out entry;
	struct {
		uint32_t opcode;
		const void *in;
		size_t bytes;
		const char *name, *second;
	} kinds[] = {
		{ FUSE_MKDIR, &directory_in, sizeof(directory_in), "directory", NULL },
		{ FUSE_MKNOD, &node_in, sizeof(node_in), "fifo", NULL },
		{ FUSE_SYMLINK, NULL, 0, "symlink", "/to/nowhere" },
		{ FUSE_CREATE, &create_in, sizeof(create_in), "file", NULL },
		{ FUSE_LINK, &link_in, sizeof(link_in), "link", NULL },
	};

	(void)state;
	for (size_t n = 0; n < sizeof(kinds) / sizeof(kinds[0]); n++) {
		if (kinds[n].opcode == FUSE_LINK) {
			assert_int_equal(look_up(FUSE_ROOT_ID, "file", &entry), 0);
			link_in.oldnodeid = entry.nodeid;
		}
		assert_int_equal(twice_named(kinds[n].opcode, FUSE_ROOT_ID, kinds[n].in, kinds[n].bytes, kinds[n].name,
					     kinds[n].second),
				 0);
		/* An older file with the name is not mistaken for the result of the request. */
		assert_int_equal(twice_named(kinds[n].opcode, FUSE_ROOT_ID, kinds[n].in, kinds[n].bytes, kinds[n].name,
					     kinds[n].second),
				 -EEXIST);
	}
}

static void what_was_removed_or_renamed_is_so_once(void **state)
{
	struct fuse_rename_in rename_in = { .newdir = FUSE_ROOT_ID };
	struct fuse_rename2_in exchange_in = { .newdir = FUSE_ROOT_ID, .flags = 2 };
	struct fuse_entry_out a, b, entry;
	struct created file;

	(void)state;
	assert_int_equal(make_directory(FUSE_ROOT_ID, "a", &a), 0);
	assert_int_equal(make_directory(FUSE_ROOT_ID, "b", &b), 0);
	assert_int_equal(create(FUSE_ROOT_ID, "f", O_EXCL, &file), 0);
	assert_int_equal(release(file.entry.nodeid, file.open.fh), 0);
	assert_int_equal(twice_named(FUSE_UNLINK, FUSE_ROOT_ID, NULL, 0, "f", NULL), 0);
	assert_int_equal(twice_named(FUSE_RMDIR, FUSE_ROOT_ID, NULL, 0, "b", NULL), 0);
	assert_int_equal(make_directory(FUSE_ROOT_ID, "b", &b), 0);
	assert_int_equal(twice_named(FUSE_RENAME2, FUSE_ROOT_ID, &exchange_in, sizeof(exchange_in), "a", "b"), 0);
	assert_int_equal(look_up(FUSE_ROOT_ID, "a", &entry), 0);
	assert_int_equal(entry.nodeid, b.nodeid);
	assert_int_equal(look_up(FUSE_ROOT_ID, "b", &entry), 0);
	assert_int_equal(entry.nodeid, a.nodeid);
	assert_int_equal(twice_named(FUSE_RENAME, FUSE_ROOT_ID, &rename_in, sizeof(rename_in), "a", "c"), 0);
	assert_int_equal(look_up(FUSE_ROOT_ID, "c", &entry), 0);
	assert_int_equal(entry.nodeid, b.nodeid);
	assert_int_equal(look_up(FUSE_ROOT_ID, "a", &entry), -ENOENT);
	/* A failure is repeated as a failure. */
	assert_int_equal(twice_named(FUSE_RMDIR, FUSE_ROOT_ID, NULL, 0, "c", NULL), 0);
	assert_int_equal(create(b.nodeid, "x", 0, &file), -ESTALE);
	assert_int_equal(create(a.nodeid, "x", 0, &file), 0);
	assert_int_equal(twice_named(FUSE_RMDIR, FUSE_ROOT_ID, NULL, 0, "b", NULL), -ENOTEMPTY);
}

static void what_cannot_be_found_is_stale(void **state)
{
	struct created replaced, moved;
	struct fuse_entry_out entry;
	char data[8];
	int fd;

	(void)state;
	assert_int_equal(create(FUSE_ROOT_ID, "replaced", O_EXCL, &replaced), 0);
	assert_int_equal(create(FUSE_ROOT_ID, "moved", O_EXCL, &moved), 0);
	/* A rename by dom0. */
	assert_int_equal(rename(path("share/replaced"), path("share/away")), 0);
	fd = open(path("share/replaced"), O_CREAT | O_RDWR, 0600);
	assert_int_equal(write(fd, "other", 5), 5);
	close(fd);
	assert_int_equal(rename(path("share/moved"), path("share/elsewhere")), 0);
	kill_server();
	assert_int_equal(read_at(replaced.entry.nodeid, replaced.open.fh, 0, data, sizeof(data)), -ESTALE);
	assert_int_equal(write_at(moved.entry.nodeid, moved.open.fh, 0, "abc", 3), -ESTALE);
	assert_int_equal(look_up(FUSE_ROOT_ID, "replaced", &entry), 0);
	assert_int_not_equal(entry.nodeid, replaced.entry.nodeid);
	/* A second release succeeds, too. */
	assert_int_equal(release(moved.entry.nodeid, moved.open.fh), 0);
	assert_int_equal(release(moved.entry.nodeid, moved.open.fh), 0);
}

static void assert_holds(const struct created *file, const char *text)
{
	char data[8] = "";

	assert_int_equal(read_at(file->entry.nodeid, file->open.fh, 0, data, sizeof(data) - 1), strlen(text));
	assert_string_equal(data, text);
}

/* A file that is removed while it is open exists until its last close. */
static void what_is_open_can_be_removed(void **state)
{
	static const char *const names[] = { "unlinked", "replaced", "repeated" };
	struct guest_request request = { FUSE_UNLINK, FUSE_ROOT_ID, "repeated", sizeof("repeated"), .answer = got };
	struct created file[3], other;
	struct fuse_entry_out entry;

	(void)state;
	for (size_t n = 0; n < 3; n++) {
		assert_int_equal(create(FUSE_ROOT_ID, names[n], O_EXCL, &file[n]), 0);
		assert_int_equal(write_at(file[n].entry.nodeid, file[n].open.fh, 0, names[n], 5), 5);
	}
	assert_int_equal(create(FUSE_ROOT_ID, "other", O_EXCL, &other), 0);
	assert_int_equal(release(other.entry.nodeid, other.open.fh), 0);
	assert_int_equal(access(path("share/.vimo-g"), F_OK), -1);
	assert_int_equal(remove_name(FUSE_UNLINK, FUSE_ROOT_ID, "unlinked"), 0);
	assert_int_equal(access(path("share/.vimo-g"), F_OK), 0);
	assert_int_equal(rename_to(FUSE_ROOT_ID, "other", FUSE_ROOT_ID, "replaced"), 0);
	assert_int_equal(ask(&request), 0);
	assert_int_equal(answered_again(&request), 0);
	for (size_t n = 0; n < 5; n++) {
		assert_int_equal(look_up(FUSE_ROOT_ID, "unlinked", &entry), -ENOENT);
		assert_int_equal(look_up(FUSE_ROOT_ID, "repeated", &entry), -ENOENT);
		assert_int_equal(look_up(FUSE_ROOT_ID, "replaced", &entry), 0);
		assert_int_equal(entry.nodeid, other.entry.nodeid);
		assert_holds(&file[0], "unlin");
		assert_holds(&file[1], "repla");
		assert_holds(&file[2], "repea");
		deaths[n % 2]();
	}
	for (size_t n = 0; n < 3; n++)
		assert_int_equal(release(file[n].entry.nodeid, file[n].open.fh), 0);
	/* The next request comes after the work that follows from the last one. */
	assert_int_equal(look_up(FUSE_ROOT_ID, "unlinked", &entry), -ENOENT);
	assert_int_equal(look_up(FUSE_ROOT_ID, "unlinked", &entry), -ENOENT);
	assert_int_equal(access(path("share/.vimo-g"), F_OK), -1);
	assert_int_equal(access(path("share/replaced"), F_OK), 0);
}

static int link_to(uint64_t node, uint64_t parent, const char *name, struct fuse_entry_out *out)
{
	struct fuse_link_in in = { .oldnodeid = node };
	uint8_t arguments[300];
	struct guest_request request = { FUSE_LINK,     parent,
					 arguments,     join(arguments, &in, sizeof(in), name, NULL),
					 .answer = out, .answer_bytes = sizeof(*out) };

	return ask(&request);
}

static int open_file(uint64_t node, struct fuse_open_out *out)
{
	struct fuse_open_in in = { .flags = O_RDWR };
	struct guest_request request = {
		FUSE_OPEN, node, &in, sizeof(in), .answer = out, .answer_bytes = sizeof(*out)
	};

	return ask(&request);
}

/* The driver does not look up a name again that it knows. */
static void a_file_may_have_several_names(void **state)
{
	static const char *const names[] = { "0", "1", "2", "3", "4" };
	struct fuse_entry_out entry;
	struct created file, other;

	(void)state;
	assert_int_equal(create(FUSE_ROOT_ID, "0", O_EXCL, &file), 0);
	assert_int_equal(write_at(file.entry.nodeid, file.open.fh, 0, "text", 4), 4);
	for (size_t n = 0; n < 4; n++) {
		/* Another name is made and removed, and the file is closed and opened. */
		for (size_t times = 0; times < 2; times++) {
			assert_int_equal(link_to(file.entry.nodeid, FUSE_ROOT_ID, "other", &entry), 0);
			assert_int_equal(entry.nodeid, file.entry.nodeid);
			assert_int_equal(entry.attr.nlink, 2);
			assert_int_equal(remove_name(FUSE_UNLINK, FUSE_ROOT_ID, "other"), 0);
		}
		assert_int_equal(release(file.entry.nodeid, file.open.fh), 0);
		assert_int_equal(look_up(FUSE_ROOT_ID, "other", &entry), -ENOENT);
		assert_int_equal(open_file(file.entry.nodeid, &file.open), 0);
		deaths[n % 2]();
		assert_int_equal(rename_to(FUSE_ROOT_ID, names[n], FUSE_ROOT_ID, names[n + 1]), 0);
		assert_holds(&file, "text");
		deaths[n / 2]();
		assert_holds(&file, "text");
	}
	/* Its last name is replaced while the file is open. */
	assert_int_equal(link_to(file.entry.nodeid, FUSE_ROOT_ID, "other", &entry), 0);
	assert_int_equal(create(FUSE_ROOT_ID, "new", O_EXCL, &other), 0);
	assert_int_equal(remove_name(FUSE_UNLINK, FUSE_ROOT_ID, "4"), 0);
	assert_int_equal(access(path("share/.vimo-g"), F_OK), -1);
	assert_int_equal(rename_to(FUSE_ROOT_ID, "new", FUSE_ROOT_ID, "other"), 0);
	assert_int_equal(access(path("share/.vimo-g"), F_OK), 0);
	kill_model();
	assert_holds(&file, "text");
	assert_int_equal(look_up(FUSE_ROOT_ID, "other", &entry), 0);
	assert_int_equal(entry.nodeid, other.entry.nodeid);
}

/* vimo-dm was killed between taking a request and noting it: its place holds the note of another request. */
static void what_was_only_taken_is_new(void **state)
{
	struct split_state *inflight = &shared->state.queue[FS_REQUESTS].buffers.split;
	struct guest_request request = { FUSE_UNLINK, FUSE_ROOT_ID, "b", 2, .answer = got };
	struct created file;

	(void)state;
	assert_int_equal(create(FUSE_ROOT_ID, "a", O_EXCL, &file), 0);
	assert_int_equal(create(FUSE_ROOT_ID, "b", O_EXCL, &file), 0);
	assert_int_equal(remove_name(FUSE_UNLINK, FUSE_ROOT_ID, "a"), 0);
	end(&model);
	send_request(&request);
	inflight->taken[0] = SPLIT_TAKEN | (uint16_t)(avail_idx[FS_REQUESTS] - 1);
	kill_model();
	assert_int_equal(receive(&request), 0);
	assert_int_equal(access(path("share/b"), F_OK), -1);
}

/* Requests that a driver does not send, and the replies to them. */
static void hostile_requests_are_refused(void **state)
{
	static const char *const names[] = { "", ".", "..", "a/b", "/" };
	struct fuse_read_in read_in = { .size = 4096 };
	struct fuse_fallocate_in shift = { .length = 4096, .mode = 8 };
	char data[8192], longest[600];
	struct fuse_entry_out entry;
	struct created file;
	struct guest_request request;

	(void)state;
	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++)
		assert_int_equal(look_up(FUSE_ROOT_ID, names[n], &entry), -EINVAL);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(look_up(FUSE_ROOT_ID, longest, &entry), -EINVAL);
	request = (struct guest_request){ FUSE_LOOKUP, FUSE_ROOT_ID,     "abc",
					  3,           .answer = &entry, .answer_bytes = sizeof(entry) };
	assert_int_equal(ask(&request), -EINVAL); /* no end */
	request.bytes = 0;
	assert_int_equal(ask(&request), -EINVAL);
	request.bytes = 4;
	request.answer_bytes = 8;
	assert_int_equal(ask(&request), -EINVAL); /* no room */
	assert_int_equal(look_up(2, "abc", &entry), -ESTALE);
	assert_int_equal(look_up(1ull << 32 | 2, "abc", &entry), -ESTALE);
	assert_int_equal(look_up(~0ull, "abc", &entry), -ESTALE);
	assert_int_equal(create(FUSE_ROOT_ID, "file", O_EXCL, &file), 0);
	assert_int_equal(read_at(file.entry.nodeid, file.open.fh + 1, 0, data, 10), -EBADF);
	assert_int_equal(read_at(file.entry.nodeid, 0, 0, data, 10), -EBADF);
	request = (struct guest_request){ FUSE_READ,       file.entry.nodeid, &read_in,
					  sizeof(read_in), .answer = data,    .answer_bytes = 4095 };
	assert_int_equal(ask(&request), -EINVAL);
	request = (struct guest_request){ FUSE_WRITE,     file.entry.nodeid,
					  &read_in,       sizeof(read_in),
					  "short",        5,
					  .answer = data, .answer_bytes = sizeof(struct fuse_write_out) };
	assert_int_equal(ask(&request), -EINVAL);
	shift.fh = file.open.fh;
	request = (struct guest_request){ FUSE_FALLOCATE, file.entry.nodeid, &shift, sizeof(shift), .answer = data };
	assert_int_equal(ask(&request), -EOPNOTSUPP);
	for (uint32_t opcode = 0; opcode < 70; opcode++) {
		if (opcode == FUSE_INIT || opcode == FUSE_DESTROY)
			continue;
		request = (struct guest_request){ opcode, FUSE_ROOT_ID, data, 1, .answer = data, .answer_bytes = 4096 };
		ask(&request); /* any reply will do: the device continues */
	}
	/* Requests without an answer. */
	assert_int_equal(write_at(file.entry.nodeid, file.open.fh, 0, "abc", 3), 3);
	assert_int_equal(read_at(file.entry.nodeid, file.open.fh, 0, data, 10), 3);
}

static void there_are_bounds(void **state)
{
	struct fuse_open_in in = { .flags = O_RDONLY };
	struct fuse_open_out out, first = { 0 };
	struct guest_request request = { FUSE_OPENDIR, FUSE_ROOT_ID,   &in,
					 sizeof(in),   .answer = &out, .answer_bytes = sizeof(out) };

	(void)state;
	for (unsigned int n = 0; n < FS_HANDLES; n++) {
		assert_int_equal(ask(&request), 0);
		if (!n)
			first = out;
	}
	assert_int_equal(ask(&request), -ENFILE);
	assert_int_equal(release(FUSE_ROOT_ID, first.fh), 0);
	assert_int_equal(ask(&request), 0);
	kill_server();
	assert_int_equal(ask(&request), -ENFILE);
	send_init(); /* another mount */
	assert_int_equal(ask(&request), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(files_are_made_written_and_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(open_files_outlive_deaths, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_is_done_twice_or_not_at_all, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_made_is_not_made_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_removed_or_renamed_is_so_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_cannot_be_found_is_stale, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_open_can_be_removed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_file_may_have_several_names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_only_taken_is_new, set_up, tear_down),
		cmocka_unit_test_setup_teardown(hostile_requests_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(there_are_bounds, set_up, tear_down),
	};

	program = getenv("VIMO_VIRTIOFSD");
	for (size_t n = 0; n < sizeof(programs) / sizeof(programs[0]) && !program; n++)
		program = access(programs[n], X_OK) ? NULL : programs[n];
	if (geteuid() || !program) {
		fprintf(stderr, "not root, or no virtiofsd: skipped\n");
		return 77;
	}
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
