// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_channels.c - a driver of channels, clients on their sockets, and device
 * models that follow one another.
 */
#include "console/channels.h"
#include "fake_driver.h"
#include "unix_socket.h"

#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define RAM 0x40000000ull
#define SIZE 8u
#define COUNT 2u
#define QUEUES 8u /* of two channels */
#define DATA (QUEUES * 0x1000u)
#define BUFFER 0x4000u /* each */

static _Alignas(4096) uint8_t ram[DATA + QUEUES * SIZE * BUFFER], page[4096];
static const struct guest_memory memory = { ram, RAM, sizeof(ram) };
static struct transport_state kept;
static struct endpoint_host host;
static struct endpoint endpoint;
static struct channels *channels;
static uv_loop_t loop;
static char folder[] = "/tmp/vimo-test-channels-XXXXXX";
static unsigned int seen[QUEUES]; /* of each used ring */
static int listeners[COUNT];

static void interrupt(struct virtio_device *device, enum transport_interrupt bit)
{
	(void)device;
	(void)bit;
}

/* As host/endpoint.c, without a hypervisor. */
void endpoint_run(void *context)
{
	(void)context;
	while (channels_work(channels))
		;
}

int endpoint_attach(struct endpoint *to, const struct virtio_model *model, void (*show)(struct virtio_device *device),
		    struct error *err)
{
	(void)err;
	to->device.model = model;
	to->device.memory = &memory;
	to->device.state = &kept;
	to->device.page = page;
	to->device.interrupt = interrupt;
	show(&to->device);
	transport_init(&to->device);
	return 0;
}

/* Whatever waits in the loop, and the doorbell's work. */
static void turn(void)
{
	for (int i = 0; i < 8; i++) {
		endpoint_run(NULL);
		uv_run(&loop, UV_RUN_NOWAIT);
	}
}

static int listen_as_vimod(unsigned int port)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%s/channel-%u.sock", folder, port);
	fd = unix_socket_bind(path, SOCK_STREAM | SOCK_NONBLOCK);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void begin(void)
{
	struct device_spec spec = { .json = json_tokener_parse("{\"names\":[\"org.vimo.one\",\"org.vimo.two\"]}"),
				    .fd_count = COUNT };
	struct error err;

	memset(&endpoint, 0, sizeof(endpoint));
	host = (struct endpoint_host){ .loop = &loop };
	for (unsigned int n = 0; n < COUNT; n++)
		spec.fds[n] = listeners[n] = listen_as_vimod(n + 1);
	endpoint.host = &host;
	pthread_mutex_init(&endpoint.device.lock, NULL);
	assert_int_equal(channels_kind.add(&endpoint, &spec, &err), 0);
	channels = endpoint.context;
	json_object_put(spec.json);
	assert_int_equal(endpoint.device.queues, QUEUES);
	turn();
}

static void end(void)
{
	channels_kind.close(&endpoint);
	uv_run(&loop, UV_RUN_NOWAIT);
	free(channels);
	for (unsigned int n = 0; n < COUNT; n++)
		close(listeners[n]);
}

static int fresh(void **state)
{
	(void)state;
	memset(page, 0, sizeof(page));
	memset(&kept, 0, sizeof(kept));
	begin();
	return 0;
}

static int stale(void **state)
{
	(void)state;
	end();
	return 0;
}

static uint8_t *ring(unsigned int queue)
{
	return ram + queue * 0x1000;
}

static uint8_t *data(unsigned int queue, unsigned int n)
{
	return ram + DATA + (queue * SIZE + n % SIZE) * BUFFER;
}

static unsigned int used(unsigned int queue)
{
	return ((const struct vring_used *)(const void *)(ring(queue) + 0x800))->idx;
}

/* A buffer of one segment; without a turn. */
static void give(unsigned int queue, uint32_t bytes, uint16_t flags)
{
	struct vring_desc *desc = (struct vring_desc *)(void *)ring(queue);
	uint16_t *avail = (uint16_t *)(void *)(ring(queue) + 0x400);
	unsigned int n = avail[1] % SIZE;

	desc[n] = (struct vring_desc){ RAM + (uint64_t)(data(queue, n) - ram), bytes, flags, 0 };
	avail[2 + n] = (uint16_t)n;
	avail[1]++;
}

static void drive(void)
{
	driver_put(&endpoint.device, VIRTIO_MMIO_STATUS, 0);
	memset(ram, 0, sizeof(ram));
	memset(seen, 0, sizeof(seen));
	driver_begin(&endpoint.device, (uint32_t)CHANNELS_FEATURES);
	for (unsigned int queue = 0; queue < QUEUES; queue++)
		driver_queue(&endpoint.device, queue, SIZE, RAM + queue * 0x1000, RAM + queue * 0x1000 + 0x400,
			     RAM + queue * 0x1000 + 0x800);
	driver_go(&endpoint.device);
	for (unsigned int n = 0; n < SIZE; n++)
		give(CHANNELS_TO_DRIVER, 256, VRING_DESC_F_WRITE);
}

static void send_control(uint32_t id, uint16_t event, uint16_t value)
{
	const struct virtio_console_control message = { id, event, value };
	uint16_t *avail = (uint16_t *)(void *)(ring(CHANNELS_FROM_DRIVER) + 0x400);

	memcpy(data(CHANNELS_FROM_DRIVER, avail[1]), &message, sizeof(message));
	give(CHANNELS_FROM_DRIVER, sizeof(message), 0);
	turn();
}

/* The next message that the driver was told; its buffer goes back. */
static void expect_control(uint32_t id, uint16_t event, uint16_t value)
{
	struct virtio_console_control message;

	turn();
	assert_int_not_equal(used(CHANNELS_TO_DRIVER), seen[CHANNELS_TO_DRIVER]);
	memcpy(&message, data(CHANNELS_TO_DRIVER, seen[CHANNELS_TO_DRIVER]), sizeof(message));
	assert_int_equal(message.id, id);
	assert_int_equal(message.event, event);
	assert_int_equal(message.value, value);
	seen[CHANNELS_TO_DRIVER]++;
	give(CHANNELS_TO_DRIVER, 256, VRING_DESC_F_WRITE);
}

static void expect_no_control(void)
{
	turn();
	assert_int_equal(used(CHANNELS_TO_DRIVER), seen[CHANNELS_TO_DRIVER]);
}

/* A driver as Linux' with port 1 open. */
static void open_port(void)
{
	drive();
	send_control(0xffffffff, VIRTIO_CONSOLE_DEVICE_READY, 1);
	expect_control(1, VIRTIO_CONSOLE_PORT_ADD, 1);
	expect_control(2, VIRTIO_CONSOLE_PORT_ADD, 1);
	send_control(1, VIRTIO_CONSOLE_PORT_READY, 1);
	expect_control(1, VIRTIO_CONSOLE_PORT_NAME, 1);
	expect_control(1, VIRTIO_CONSOLE_PORT_OPEN, 0);
	send_control(1, VIRTIO_CONSOLE_PORT_OPEN, 1);
	expect_no_control();
}

static int client(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/channel-1.sock", folder);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static int connected_client(void)
{
	int fd = client();

	expect_control(1, VIRTIO_CONSOLE_PORT_OPEN, 1);
	return fd;
}

static void sends(const char *text)
{
	unsigned int queue = channels_transmit(1);
	uint16_t *avail = (uint16_t *)(void *)(ring(queue) + 0x400);

	strcpy((char *)data(queue, avail[1]), text);
	give(queue, (uint32_t)strlen(text), 0);
	turn();
}

static void gets(int fd, const char *text)
{
	char got[256] = "";

	assert_int_equal(read(fd, got, sizeof(got)), strlen(text));
	assert_memory_equal(got, text, strlen(text));
}

static void ports_have_names(void **state)
{
	(void)state;
	assert_int_equal(driver_get(&endpoint.device, VIRTIO_MMIO_CONFIG + 4), COUNT + 1);
	open_port();
	send_control(2, VIRTIO_CONSOLE_PORT_READY, 1);
	turn();
	assert_string_equal((const char *)data(CHANNELS_TO_DRIVER, seen[CHANNELS_TO_DRIVER]) +
				    sizeof(struct virtio_console_control),
			    "org.vimo.two");
	expect_control(2, VIRTIO_CONSOLE_PORT_NAME, 1);
}

static void each_name_has_a_listener(void **state)
{
	struct device_spec spec = { .json = json_tokener_parse("{\"names\":[\"org.vimo.one\",\"org.vimo.two\"]}"),
				    .fds = { listeners[0] },
				    .fd_count = 1 };
	struct endpoint other = { .host = &host };
	struct error err;

	(void)state;
	assert_int_equal(channels_kind.add(&other, &spec, &err), -1);
	json_object_put(spec.json);
}

static void bytes_go_both_ways(void **state)
{
	unsigned int queue = channels_receive(1);
	int fd;

	(void)state;
	open_port();
	fd = connected_client();
	sends("to dom0");
	gets(fd, "to dom0");
	assert_int_equal(used(channels_transmit(1)), 1);
	assert_int_equal(write(fd, "to the guest", 12), 12);
	turn();
	assert_int_equal(used(queue), 0);
	give(queue, 6, VRING_DESC_F_WRITE);
	give(queue, 100, VRING_DESC_F_WRITE);
	turn();
	assert_int_equal(used(queue), 2);
	assert_memory_equal(data(queue, 0), "to the", 6);
	assert_memory_equal(data(queue, 1), " guest", 6);
	close(fd);
	expect_control(1, VIRTIO_CONSOLE_PORT_OPEN, 0);
}

static void input_waits_until_the_guest_opens(void **state)
{
	unsigned int queue = channels_receive(1);
	int fd;

	(void)state;
	open_port();
	send_control(1, VIRTIO_CONSOLE_PORT_OPEN, 0);
	give(queue, 100, VRING_DESC_F_WRITE);
	fd = connected_client();
	assert_int_equal(write(fd, "early", 5), 5);
	turn();
	assert_int_equal(used(queue), 0);
	send_control(1, VIRTIO_CONSOLE_PORT_OPEN, 1);
	assert_int_equal(used(queue), 1);
	assert_memory_equal(data(queue, 0), "early", 5);
	close(fd);
}

/* Output stays in the guest's buffers while the client does not read; without a client it is lost. */
static void the_guest_waits_for_its_client(void **state)
{
	unsigned int queue = channels_transmit(1), given = 0;
	size_t got = 0, all = 0;
	char bytes[4096];
	ssize_t part;
	int fd;

	(void)state;
	open_port();
	fd = connected_client();
	for (unsigned int n = 0; n < 1000 && used(queue) == given; n++) {
		memset(data(queue, n), 'a' + (char)(n % 26), BUFFER);
		give(queue, BUFFER, 0);
		turn();
		given = n + 1;
		all += BUFFER;
	}
	assert_true(given > 1 && given < 1000);
	assert_int_equal(used(queue), given - 1);
	while (got < all && (part = read(fd, bytes, sizeof(bytes))) > 0) {
		for (ssize_t n = 0; n < part; n++)
			assert_int_equal(bytes[n], 'a' + (char)((got + (size_t)n) / BUFFER % 26));
		got += (size_t)part;
		turn();
	}
	assert_int_equal(got, all);
	assert_int_equal(used(queue), given);
	/* It goes while the guest waits. */
	for (; used(queue) == given; given++) {
		give(queue, BUFFER, 0);
		turn();
	}
	close(fd);
	expect_control(1, VIRTIO_CONSOLE_PORT_OPEN, 0);
	assert_int_equal(used(queue), given);
	sends("lost");
	assert_int_equal(used(queue), given + 1);
}

static void one_client_after_the_other(void **state)
{
	int first, second;

	(void)state;
	open_port();
	first = connected_client();
	second = client();
	assert_int_equal(write(second, "2", 1), 1);
	sends("first");
	gets(first, "first");
	assert_int_equal(write(first, "last words", 10), 10);
	close(first);
	/* The guest gets them, before it is told of the end and of another. */
	expect_no_control();
	give(channels_receive(1), 100, VRING_DESC_F_WRITE);
	expect_control(1, VIRTIO_CONSOLE_PORT_OPEN, 0);
	expect_control(1, VIRTIO_CONSOLE_PORT_OPEN, 1);
	assert_memory_equal(data(channels_receive(1), 0), "last words", 10);
	sends("second");
	gets(second, "second");
	close(second);
}

static void the_guest_is_notified_of_each_client(void **state)
{
	uint16_t *avail = (uint16_t *)(void *)(ring(CHANNELS_TO_DRIVER) + 0x400);
	int first, second;

	(void)state;
	open_port();
	first = connected_client();
	avail[1] = (uint16_t)used(CHANNELS_TO_DRIVER); /* no room for messages */
	close(first);
	second = client();
	expect_no_control();
	give(CHANNELS_TO_DRIVER, 256, VRING_DESC_F_WRITE);
	expect_control(1, VIRTIO_CONSOLE_PORT_OPEN, 0);
	expect_control(1, VIRTIO_CONSOLE_PORT_OPEN, 1);
	close(second);
}

/* As transport.c drains the device for it. */
static void another_queue_that_stops_loses_nothing(void **state)
{
	unsigned int queue = channels_transmit(1), given = 0;
	char bytes[4096];
	int fd;

	(void)state;
	open_port();
	fd = connected_client();
	for (; used(queue) == given; given++) {
		give(queue, BUFFER, 0);
		turn();
	}
	driver_put(&endpoint.device, VIRTIO_MMIO_QUEUE_SEL, channels_transmit(2));
	driver_put(&endpoint.device, VIRTIO_MMIO_QUEUE_READY, 0);
	while (read(fd, bytes, sizeof(bytes)) > 0)
		turn();
	assert_int_equal(used(queue), given);
	close(fd);
}

static void who_says_no_more_still_listens(void **state)
{
	int fd;

	(void)state;
	open_port();
	fd = connected_client();
	shutdown(fd, SHUT_WR);
	expect_no_control();
	sends("answer");
	gets(fd, "answer");
	close(fd);
	expect_control(1, VIRTIO_CONSOLE_PORT_OPEN, 0);
}

static void who_goes_unheard_makes_room(void **state)
{
	int fd;

	(void)state;
	open_port();
	send_control(1, VIRTIO_CONSOLE_PORT_OPEN, 0);
	fd = connected_client();
	assert_int_equal(write(fd, "unheard", 7), 7);
	close(fd);
	expect_control(1, VIRTIO_CONSOLE_PORT_OPEN, 0);
	close(connected_client());
}

/* Until there is output that the client has not taken. */
static void fill_output(unsigned int queue)
{
	while (used(queue) == ((uint16_t *)(void *)(ring(queue) + 0x400))[1]) {
		give(queue, BUFFER, 0);
		turn();
	}
}

static void a_new_device_model_goes_on(void **state)
{
	unsigned int queue = channels_transmit(1);
	int fd;

	(void)state;
	open_port();
	fd = connected_client();
	/* It dies with output that its client has not taken. */
	fill_output(queue);
	end();
	close(fd);
	begin();
	expect_control(1, VIRTIO_CONSOLE_PORT_OPEN, 0);
	assert_int_equal(used(queue), ((uint16_t *)(void *)(ring(queue) + 0x400))[1]); /* lost: no client */
	/* The port is open, has a name and is known. */
	fd = connected_client();
	sends("on");
	gets(fd, "on");
	assert_int_equal(write(fd, "in", 2), 2);
	give(channels_receive(1), 100, VRING_DESC_F_WRITE);
	turn();
	assert_memory_equal(data(channels_receive(1), 0), "in", 2);
	expect_no_control();
	close(fd);
}

static void a_reset_begins_anew(void **state)
{
	unsigned int queue = channels_transmit(1);
	int fd;

	(void)state;
	open_port();
	fd = connected_client();
	fill_output(queue);
	drive(); /* with output in hand */
	expect_no_control();
	send_control(0xffffffff, VIRTIO_CONSOLE_DEVICE_READY, 1);
	expect_control(1, VIRTIO_CONSOLE_PORT_ADD, 1);
	expect_control(2, VIRTIO_CONSOLE_PORT_ADD, 1);
	send_control(1, VIRTIO_CONSOLE_PORT_READY, 1);
	expect_control(1, VIRTIO_CONSOLE_PORT_NAME, 1);
	expect_control(1, VIRTIO_CONSOLE_PORT_OPEN, 1); /* the client is still there */
	assert_int_equal(used(queue), 0);
	close(fd);
}

/* A device as after the driver's last reset, whatever it says. */
static void messages_are_checked(void **state)
{
	static const struct virtio_console_control bad[] = {
		{ 0, VIRTIO_CONSOLE_PORT_READY, 1 },         { COUNT + 1, VIRTIO_CONSOLE_PORT_READY, 1 },
		{ 0xffffffff, VIRTIO_CONSOLE_PORT_OPEN, 1 }, { 0x80000001, VIRTIO_CONSOLE_PORT_OPEN, 1 },
		{ 0, VIRTIO_CONSOLE_DEVICE_READY, 0 },       { 1, VIRTIO_CONSOLE_PORT_ADD, 1 },
		{ 1, VIRTIO_CONSOLE_PORT_NAME, 1 },          { 1, 0xffff, 1 },
	};

	(void)state;
	drive();
	for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++)
		send_control(bad[n].id, bad[n].event, bad[n].value);
	give(CHANNELS_FROM_DRIVER, 7, 0); /* too short */
	expect_no_control();
	assert_int_equal(used(CHANNELS_FROM_DRIVER), sizeof(bad) / sizeof(bad[0]) + 1);
	assert_int_equal(kept.own, 0);
	assert_false(driver_get(&endpoint.device, VIRTIO_MMIO_STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET);
}

static void bad_buffers_stop_the_device(void **state)
{
	int fd;

	(void)state;
	open_port();
	fd = connected_client();
	assert_int_equal(write(fd, "x", 1), 1);
	give(channels_receive(1), 16, 0); /* not writable */
	turn();
	assert_true(driver_get(&endpoint.device, VIRTIO_MMIO_STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET);
	close(fd);
	turn();
	drive();
	for (unsigned int n = 0; n < SIZE; n++) /* too small for a name */
		((struct vring_desc *)(void *)ring(CHANNELS_TO_DRIVER))[n].len = 9;
	send_control(1, VIRTIO_CONSOLE_PORT_READY, 1);
	assert_true(driver_get(&endpoint.device, VIRTIO_MMIO_STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET);
	turn();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, stale)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ports_have_names),
		TEST(each_name_has_a_listener),
		TEST(bytes_go_both_ways),
		TEST(input_waits_until_the_guest_opens),
		TEST(the_guest_waits_for_its_client),
		TEST(one_client_after_the_other),
		TEST(the_guest_is_notified_of_each_client),
		TEST(another_queue_that_stops_loses_nothing),
		TEST(who_says_no_more_still_listens),
		TEST(who_goes_unheard_makes_room),
		TEST(a_new_device_model_goes_on),
		TEST(a_reset_begins_anew),
		TEST(messages_are_checked),
		TEST(bad_buffers_stop_the_device),
	};
	char path[96];
	int failed;

	if (!mkdtemp(folder) || uv_loop_init(&loop))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	uv_loop_close(&loop);
	for (unsigned int n = 1; n <= COUNT; n++) {
		snprintf(path, sizeof(path), "%s/channel-%u.sock", folder, n);
		unlink(path);
	}
	rmdir(folder);
	return failed;
}
