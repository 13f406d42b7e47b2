// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_state.c - a forged dm.state and forged pages of registers, as a hostile vimo-dm leaves them for the next one,
 * while the guest's driver is hostile, too. The device keeps some buffers in flight.
 */
#include "driver.h"
#include "host/hub.h"
#include "log.h"
#include "platform/pl061.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static struct virtqueue_chain chain;
static const struct virtio_model model = { .device_id = 3, .out_of_order = true };
static struct virtio_device device = { .model = &model, .queues = 2 };
static volatile uint32_t sink;

static void use(const struct virtqueue_chain *taken)
{
	if (taken->readable + taken->writable > VIRTQUEUE_SIZE_MAX)
		abort();
	for (unsigned int i = 0; i < taken->readable + taken->writable; i++)
		fuzz_touch(taken->iov[i].iov_base, taken->iov[i].iov_len);
}

static void serve(struct virtqueue *queue)
{
	uint16_t held[4], count;

	for (unsigned int i = 0; i < 80; i++) { /* more than the buffers that a queue can have in flight */
		for (count = 0; count < 4 && virtqueue_pop(queue, &chain); count++) {
			use(&chain);
			held[count] = chain.head;
		}
		while (count-- > (i == 2))
			virtqueue_push(queue, held[count], 0);
	}
	virtqueue_rearm(queue);
	virtqueue_should_notify(queue);
}

static void work(void)
{
	if (!transport_running(&device))
		return;
	for (unsigned int q = 0; q < device.queues; q++)
		serve(&device.queue[q]);
	transport_check(&device);
}

void log_line(enum log_level level, const char *format, ...)
{
	(void)level;
	(void)format;
}

/* The console's log goes on from any mark, and stays in its bounds. */
static void write_log(struct fuzz_input *input)
{
	static struct hub hub = { .files = { -1, -1, -1 } };
	static struct hub_mark mark;
	static char text[256];
	uint8_t how = (uint8_t)input_take(input, 1);

	if (hub.files.log < 0) {
		hub.files.log = memfd_create("log", MFD_CLOEXEC);
		hub.files.old = memfd_create("old", MFD_CLOEXEC);
		hub.mark = &mark;
	}
	hub.log_bytes = how & 1 ? 0 : HUB_LOG_MAX - (uint8_t)input_take(input, 1);
	hub.output = 0;
	if (ftruncate(hub.files.log, 0) || ftruncate(hub.files.old, 0))
		abort();
	mark = (struct hub_mark){ input_take(input, how & 2 ? 8 : 1), input_take(input, how & 4 ? 8 : 1) };
	hub_begin(&hub, how);
	hub_write(&hub, text, (uint8_t)input_take(input, 1));
	hub_end(&hub);
	if (hub.log_bytes > HUB_LOG_MAX || mark.piece)
		abort();
}

/* The lines of the power button. */
static void event(struct fuzz_input *input)
{
	static struct pl061 gpio;
	uint16_t offset = (uint16_t)input_take(input, 2);

	if (offset >= 0xc000) {
		write_log(input);
		return;
	}
	if (offset & 1)
		((uint8_t *)&gpio)[offset / 2 % sizeof(gpio)] = (uint8_t)input_take(input, 1);
	pl061_write(&gpio, offset, offset);
	pl061_set_input(&gpio, offset, offset & 2);
	sink = pl061_read(&gpio, offset) + pl061_interrupt(&gpio);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const struct fuzz_device fuzzed = {
		.device = &device, .work = work, .event = event, .packed = true, .forged = true
	};
	struct fuzz_input input = { data, bytes };

	fuzz_drive(&fuzzed, &input);
	return 0;
}
