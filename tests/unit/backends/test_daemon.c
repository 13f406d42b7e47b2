// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_daemon.c - the driver's side of vhost-user-blk against the real
 * qemu-storage-daemon, which is killed in between.
 */
#include "block/block.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define RAM 0x40000000ull
#define RAM_BYTES (4u << 20)
#define IMAGE_BYTES (8u << 20)

/* Of endpoint.c and queue.c: a disk without a guest. */
const struct virtio_model block_model;
bool block_queue_prepare(struct block_queue *queue, struct block *block, unsigned int index, struct io_thread *thread)
{
	(void)index;
	queue->block = block;
	queue->thread = thread;
	return true;
}

static char directory[] = "/tmp/test_daemon.XXXXXX";
static struct io_thread thread;
static struct guest_memory memory = { .ipa = RAM, .bytes = RAM_BYTES };
static int memory_fd;
static struct endpoint endpoint;
static struct block block;
static pid_t server;

static const char *path(const char *name)
{
	static char paths[2][100];
	static unsigned int turn;

	snprintf(paths[++turn % 2], sizeof(paths[0]), "%s/%s", directory, name);
	return paths[turn % 2];
}

static void start_server(void)
{
	char blockdev[200], export[200];

	unlink(path("sock"));
	snprintf(blockdev, sizeof(blockdev), "driver=file,node-name=f,filename=%s,discard=unmap", path("image"));
	snprintf(export, sizeof(export), "type=vhost-user-blk,id=e,addr.type=unix,addr.path=%s,node-name=f,writable=on",
		 path("sock"));
	server = fork();
	if (!server) {
		execlp("qemu-storage-daemon", "qemu-storage-daemon", "--blockdev", blockdev, "--export", export, NULL);
		_exit(127);
	}
}

static void kill_server(void)
{
	if (server <= 0)
		return;
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	server = 0;
}

/* Return: -1 when it ended. */
static int connect_server(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, path("sock"));
	for (;;) {
		if (!connect(fd, (struct sockaddr *)&address, sizeof(address)))
			return fd;
		if (waitpid(server, NULL, WNOHANG) > 0) {
			server = 0;
			close(fd);
			return -1;
		}
		usleep(10000);
	}
}

struct job {
	struct io_op op;
	struct block_step step;
	struct iovec iov[2];
	pthread_mutex_t lock;
	pthread_cond_t ended;
	bool done;
	int result;
};

static void job_done(struct io_op *op, int result, unsigned int flags)
{
	struct job *job = (struct job *)(void *)op;

	(void)flags;
	pthread_mutex_lock(&job->lock);
	job->result = result;
	job->done = true;
	pthread_cond_signal(&job->ended);
	pthread_mutex_unlock(&job->lock);
}

static void submit(struct io_thread *in, void *argument)
{
	struct job *job = argument;

	(void)in;
	block_daemon.submit(&block.queue[0], &job->step, &job->op);
}

static void begin(struct job *job, enum block_action action, uint64_t offset, void *data, uint64_t bytes)
{
	memset(job, 0, sizeof(*job));
	pthread_mutex_init(&job->lock, NULL);
	pthread_cond_init(&job->ended, NULL);
	job->op.done = job_done;
	/* In two pieces of odd sizes, as far as there are data. */
	job->iov[0] = (struct iovec){ data, bytes > 700 ? 700 : bytes };
	job->iov[1] = (struct iovec){ (uint8_t *)data + 700, bytes > 700 ? bytes - 700 : 0 };
	job->step = (struct block_step){ .action = action,
					 .iov = job->iov,
					 .count = !data       ? 0 :
						  bytes > 700 ? 2 :
								1,
					 .offset = offset,
					 .bytes = bytes };
	io_thread_call(&thread, submit, job);
}

static int result(struct job *job)
{
	pthread_mutex_lock(&job->lock);
	while (!job->done)
		pthread_cond_wait(&job->ended, &job->lock);
	pthread_mutex_unlock(&job->lock);
	return job->result;
}

static int transfer(enum block_action action, uint64_t offset, void *data, uint64_t bytes)
{
	struct job job;

	begin(&job, action, offset, data, bytes);
	return result(&job);
}

static int open_disk(void **state)
{
	struct block_options options = { .fd = -1 };
	struct error err;

	(void)state;
	start_server();
	options.fd = connect_server();
	assert_true(options.fd >= 0);
	options.memory_fd = dup(memory_fd);
	memset(&block, 0, sizeof(block));
	block.endpoint = &endpoint;
	block.backend = &block_daemon;
	block.queues = 1;
	block.segments = BLOCK_SEGMENTS;
	block.features = block_daemon.features;
	endpoint.device.model = &block_model;
	endpoint.context = &block;
	block_queue_prepare(&block.queue[0], &block, 0, &thread);
	if (block_daemon.open(&block, &options, &err))
		fail_msg("%s", err.text);
	return 0;
}

static int close_disk(void **state)
{
	(void)state;
	if (server)
		block_daemon.close(&block);
	kill_server();
	return 0;
}

static void the_disk_is_as_the_daemon_says(void **state)
{
	(void)state;
	assert_int_equal(block.disk.sectors, IMAGE_BYTES / 512);
	assert_int_equal(block.disk.block_bytes, 512);
	assert_true(block.features >> VIRTIO_BLK_F_DISCARD & 1);
	assert_true(block.disk.range_sectors > 0);
}

static void what_is_written_is_read(void **state)
{
	uint8_t *data = memory.base + 4096, *back = memory.base + 65536;

	(void)state;
	for (unsigned int i = 0; i < 8192; i++)
		data[i] = (uint8_t)(i * 13 + i / 256);
	assert_int_equal(transfer(BLOCK_WRITE, 1536, data, 8192), 8192);
	assert_int_equal(transfer(BLOCK_FLUSH, 0, NULL, 0), 0);
	assert_int_equal(transfer(BLOCK_READ, 1536, back, 8192), 8192);
	assert_memory_equal(data, back, 8192);
	assert_true(transfer(BLOCK_ZERO, 1536, NULL, 4096) >= 0);
	assert_int_equal(transfer(BLOCK_READ, 1536, back, 8192), 8192);
	for (unsigned int i = 0; i < 4096; i++)
		assert_int_equal(back[i], 0);
	assert_memory_equal(data + 4096, back + 4096, 4096);
	assert_true(transfer(BLOCK_DISCARD, 1536, NULL, 8192) >= 0);
}

static void a_write_without_flushes_is_flushed(void **state)
{
	(void)state;
	block.disk.write_through = true;
	assert_int_equal(transfer(BLOCK_WRITE, 0, memory.base, 1024), 1024);
}

static void beyond_the_end_and_foreign_memory_are_errors(void **state)
{
	static uint8_t ours[1024];

	(void)state;
	assert_int_equal(transfer(BLOCK_READ, IMAGE_BYTES, memory.base, 512), -EIO);
	assert_int_equal(transfer(BLOCK_READ, 0, ours, sizeof(ours)), -EIO);
}

static void a_request_outlives_the_daemon(void **state)
{
	struct job jobs[3];
	struct error err;
	int fd;

	(void)state;
	for (unsigned int round = 0; round < 5; round++) {
		memset(memory.base, (int)round + 1, 4096);
		assert_int_equal(transfer(BLOCK_WRITE, 4096, memory.base, 4096), 4096);
		kill_server();
		/* They wait. The socket's end may not have been noticed yet: both ways lead to the next daemon. */
		begin(&jobs[0], BLOCK_WRITE, 8192, memory.base, 4096);
		begin(&jobs[1], BLOCK_READ, 4096, memory.base + 8192, 4096);
		begin(&jobs[2], BLOCK_FLUSH, 0, NULL, 0);
		start_server();
		fd = connect_server();
		assert_true(fd >= 0);
		if (block_daemon.reconnect(&endpoint, fd, &err))
			fail_msg("%s", err.text);
		assert_int_equal(result(&jobs[0]), 4096);
		assert_int_equal(result(&jobs[1]), 4096);
		assert_int_equal(result(&jobs[2]), 0);
		assert_memory_equal(memory.base, memory.base + 8192, 4096);
	}
}

static void a_daemon_with_another_disk_is_refused(void **state)
{
	struct error err;
	int fd;

	(void)state;
	kill_server();
	assert_int_equal(truncate(path("image"), IMAGE_BYTES / 2), 0);
	start_server();
	fd = connect_server();
	assert_int_equal(block_daemon.reconnect(&endpoint, fd, &err), -1);
	close(fd);
	assert_int_equal(truncate(path("image"), IMAGE_BYTES), 0);
}

static int config_interrupts;

static void interrupt(struct virtio_device *device, enum transport_interrupt why)
{
	(void)device;
	config_interrupts += why == TRANSPORT_CONFIG;
}

static void a_disk_that_grew_is_shown(void **state)
{
	static _Alignas(4096) uint8_t page[4096];
	struct virtio_blk_config config;
	struct error err;

	(void)state;
	endpoint.device.page = page;
	endpoint.device.interrupt = interrupt;
	page[VIRTIO_MMIO_STATUS] = VIRTIO_CONFIG_S_DRIVER_OK;
	kill_server();
	assert_int_equal(truncate(path("image"), IMAGE_BYTES * 2), 0);
	start_server();
	if (block_daemon.reconnect(&endpoint, connect_server(), &err))
		fail_msg("%s", err.text);
	assert_int_equal(block.disk.sectors, IMAGE_BYTES * 2 / 512);
	memcpy(&config, page + VIRTIO_MMIO_CONFIG, sizeof(config));
	assert_int_equal(config.capacity, IMAGE_BYTES * 2 / 512);
	assert_int_equal(config_interrupts, 1);
	memcpy(memory.base, "behind the old end", 18);
	assert_int_equal(transfer(BLOCK_WRITE, IMAGE_BYTES + 512, memory.base, 512), 512);
	assert_int_equal(truncate(path("image"), IMAGE_BYTES), 0);
}

static int set_up(void **state)
{
	struct error err;
	int image;

	(void)state;
	if (!mkdtemp(directory) || io_thread_start(&thread, &err))
		return -1;
	image = open(path("image"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	memory_fd = memfd_create("guest", MFD_CLOEXEC);
	if (image < 0 || memory_fd < 0 || ftruncate(image, IMAGE_BYTES) || ftruncate(memory_fd, RAM_BYTES))
		return -1;
	close(image);
	memory.base = mmap(NULL, RAM_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, memory_fd, 0);
	endpoint.device.memory = &memory;
	pthread_mutex_init(&endpoint.device.lock, NULL);
	pthread_cond_init(&endpoint.device.idle, NULL);
	return memory.base == MAP_FAILED ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(path("image"));
	unlink(path("sock"));
	return rmdir(directory);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_disk, close_disk)
	const struct CMUnitTest tests[] = {
		TEST(the_disk_is_as_the_daemon_says),     TEST(what_is_written_is_read),
		TEST(a_write_without_flushes_is_flushed), TEST(beyond_the_end_and_foreign_memory_are_errors),
		TEST(a_request_outlives_the_daemon),      TEST(a_daemon_with_another_disk_is_refused),
		TEST(a_disk_that_grew_is_shown),
	};

	struct error err;

	if (system("command -v qemu-storage-daemon >/dev/null") || io_thread_open(&thread, &err)) {
		printf("skipped: there is no qemu-storage-daemon, or no io_uring\n");
		return 77; /* as automake wants it */
	}
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
