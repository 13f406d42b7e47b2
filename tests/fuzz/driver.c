// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * driver.c - one byte chooses what the driver does next; so a fuzzer can take
 * inputs apart and put them together.
 */
#include "driver.h"

#include "fake_driver.h"
#include "fake_packed.h"

#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <stdlib.h>

#define QUEUE 16u
#define QUEUE_BYTES 0x200u /* descriptors, then the rings */
#define AVAIL 0x100u
#define USED 0x140u
#define SAID 0x2300u
#define DATA 0x2400u /* behind the most queues that there can be */

static _Alignas(4096) uint8_t ram[RAM_BYTES], page[4096];
static struct transport_state kept;
static const struct guest_memory memory = { ram, RAM, sizeof(ram) };
static volatile uint8_t sink;
/* Of packed rings, when this time there are any. */
static struct fake_packed drivers[TRANSPORT_QUEUES];
static uint16_t next_id;

void fuzz_touch(const void *data, size_t bytes)
{
	const uint8_t *at = data;

	if (!bytes)
		return;
	if (at < ram || bytes > RAM_BYTES || (size_t)(at - ram) > RAM_BYTES - bytes)
		abort();
	sink = at[0] ^ at[bytes - 1];
}

static void interrupt(struct virtio_device *device, enum transport_interrupt bit)
{
	(void)device;
	if (bit != TRANSPORT_USED && bit != TRANSPORT_CONFIG)
		abort();
}

static void write_register(struct virtio_device *device, uint64_t offset, unsigned int width, uint64_t value)
{
	pthread_mutex_lock(&device->lock);
	transport_write(device, offset, width, value);
	pthread_mutex_unlock(&device->lock);
}

/* Registers that a driver writes, most often; else any offset. */
static uint64_t offset_of(struct fuzz_input *input)
{
	static const uint16_t usual[] = {
		VIRTIO_MMIO_STATUS,
		VIRTIO_MMIO_QUEUE_SEL,
		VIRTIO_MMIO_QUEUE_NUM,
		VIRTIO_MMIO_QUEUE_READY,
		VIRTIO_MMIO_QUEUE_DESC_LOW,
		VIRTIO_MMIO_QUEUE_DESC_HIGH,
		VIRTIO_MMIO_QUEUE_AVAIL_LOW,
		VIRTIO_MMIO_QUEUE_AVAIL_HIGH,
		VIRTIO_MMIO_QUEUE_USED_LOW,
		VIRTIO_MMIO_QUEUE_USED_HIGH,
		VIRTIO_MMIO_DRIVER_FEATURES,
		VIRTIO_MMIO_DRIVER_FEATURES_SEL,
		VIRTIO_MMIO_DEVICE_FEATURES_SEL,
		VIRTIO_MMIO_CONFIG,
		VIRTIO_MMIO_CONFIG + 1,
	};
	uint8_t choice = (uint8_t)input_take(input, 1);

	return choice < 0xe0 ? usual[choice % (sizeof(usual) / sizeof(usual[0]))] :
			       input_take(input, 2) & 0xfff; /* of one page */
}

static uint64_t value_of(struct fuzz_input *input, uint64_t offset)
{
	if (offset >= VIRTIO_MMIO_QUEUE_DESC_LOW && offset <= VIRTIO_MMIO_QUEUE_USED_HIGH)
		return offset & 4 ? input_take(input, 1) / 128 : (uint32_t)input_address(input);
	return input_take(input, input_take(input, 1) < 0xe0 ? 1 : 4);
}

static bool is_packed(const struct virtio_device *device)
{
	return device->features >> VIRTIO_F_RING_PACKED & 1;
}

/* What every driver does first, with features as it likes. */
static void start_driver(struct virtio_device *device, uint32_t features)
{
	pthread_mutex_lock(&device->lock);
	driver_put(device, VIRTIO_MMIO_STATUS, 0);
	driver_begin_with(device, features, (uint32_t)is_packed(device) << (VIRTIO_F_RING_PACKED - 32));
	for (uint32_t n = 0; n < device->queues; n++) {
		uint64_t at = RAM + n * QUEUE_BYTES;

		memset(ram + n * QUEUE_BYTES, 0, QUEUE_BYTES);
		drivers[n] = fake_packed_new(QUEUE);
		driver_queue(device, n, QUEUE, at, at + AVAIL, at + USED);
	}
	driver_go(device);
	pthread_mutex_unlock(&device->lock);
}

static void give_packed(const struct virtio_device *device, unsigned int queue, const struct vring_desc *from,
			uint16_t count)
{
	struct vring_packed_desc desc[4];

	queue %= device->queues;
	for (uint16_t i = 0; i < count; i++)
		desc[i] =
			(struct vring_packed_desc){ from[i].addr, from[i].len, 0, from[i].flags & VRING_DESC_F_WRITE };
	fake_packed_offer(&drivers[queue], (struct vring_packed_desc *)(void *)(ram + queue * QUEUE_BYTES),
			  next_id++ % QUEUE, desc, count);
}

/* One more buffer in a queue: of one direction, mostly, or first to be read, then to be written. */
static void give_buffer(const struct virtio_device *device, struct fuzz_input *input)
{
	uint8_t queue = (uint8_t)input_take(input, 1), form = (uint8_t)input_take(input, 1);
	uint8_t *base = ram + queue % device->queues * QUEUE_BYTES;
	struct vring_desc *desc = (struct vring_desc *)(void *)base;
	uint16_t *avail = (uint16_t *)(void *)(base + AVAIL);
	unsigned int count = 1 + (form & 3), head = avail[1] * 3u;
	unsigned int readable = form < 0x60 ? 0 : form < 0xc0 ? count : form >> 2 & 3;
	struct vring_desc packed[4];

	for (unsigned int i = 0; i < count; i++) {
		struct vring_desc *one = is_packed(device) ? &packed[i] : &desc[(head + i) % QUEUE];
		uint8_t kind = (uint8_t)input_take(input, 1);

		one->addr = kind < 0xf0 ? RAM + DATA + kind * 8u : input_address(input);
		one->len = kind & 7 ? 8u * (kind & 7) : input_length(input);
		one->flags =
			(uint16_t)((i + 1 < count ? VRING_DESC_F_NEXT : 0) | (i >= readable ? VRING_DESC_F_WRITE : 0));
		one->next = (uint16_t)((head + i + 1) % QUEUE);
	}
	if (is_packed(device)) {
		give_packed(device, queue, packed, (uint16_t)count);
		return;
	}
	avail[2 + avail[1] % QUEUE] = (uint16_t)(head % QUEUE);
	avail[1]++;
}

void fuzz_send(const struct virtio_device *device, unsigned int queue, const void *data, size_t bytes)
{
	uint8_t *base = ram + queue % device->queues * QUEUE_BYTES;
	struct vring_desc *desc = (struct vring_desc *)(void *)base;
	uint16_t *avail = (uint16_t *)(void *)(base + AVAIL);
	unsigned int head = avail[1] * 3u % QUEUE;

	memcpy(ram + SAID, data, bytes);
	desc[head] = (struct vring_desc){ .addr = RAM + SAID, .len = (uint32_t)bytes };
	avail[2 + avail[1] % QUEUE] = (uint16_t)head;
	avail[1]++;
}

/* Words that mean something to the device, where buffers are. */
static void write_data(struct fuzz_input *input)
{
	uint64_t words[2];
	uint8_t *at = ram + DATA + (uint8_t)input_take(input, 1) * 8u;

	words[0] = input_take(input, 8);
	words[1] = input_take(input, 4);
	memcpy(at, words, 12);
}

static void begin(const struct fuzz_device *fuzzed, bool first)
{
	struct virtio_device *device = fuzzed->device;

	memset(device->queue, 0, device->queues * sizeof(device->queue[0]));
	if (fuzzed->begin)
		fuzzed->begin(first);
	transport_init(device);
}

/* Words of a queue's state that mean something, most often. */
static void forge_buffers(struct transport_queue_state *queue, struct fuzz_input *input)
{
	struct packed_state *state = &queue->buffers.packed; /* taken[] is at the same place in both layouts */
	uint8_t where = (uint8_t)input_take(input, 1), index = (uint8_t)input_take(input, 1);
	uint32_t value = (uint32_t)input_take(input, where & 0x80 ? 4 : 2);

	switch (where % 8) {
	case 0: state->used = value; break;
	case 1: state->taken[index] = value; break;
	case 2: state->buffer[index].first = (uint16_t)value; break;
	case 3: state->buffer[index].count = (uint16_t)value; break;
	case 4: state->saved[index].next = (uint16_t)value; break;
	case 5: state->saved[index].flags = (uint16_t)value; break;
	case 6: state->giving[index].id = (uint16_t)value; break;
	default: state->saved[index].addr = RAM + value; break;
	}
}

static void forge_queue(struct transport_queue_state *queue, struct fuzz_input *input)
{
	uint8_t which = (uint8_t)input_take(input, 1);

	switch (which % 8) {
	case 0: queue->desc = input_address(input); break;
	case 1: queue->driver = input_address(input); break;
	case 2: queue->device = input_address(input); break;
	case 3: queue->size = (uint32_t)input_take(input, which & 0x80 ? 4 : 2); break;
	case 4: queue->ready = (uint32_t)input_take(input, which & 0x80 ? 4 : 1); break;
	default: forge_buffers(queue, input); break;
	}
}

/* What a hostile device model leaves behind in the file, and in the page that the driver reads. */
static void forge(const struct virtio_device *device, struct fuzz_input *input)
{
	for (unsigned int count = (unsigned int)input_take(input, 1) % 16; count; count--) {
		uint8_t which = (uint8_t)input_take(input, 1);
		uint32_t value;

		switch (which % 8) {
		case 0: kept.driver_features = input_take(input, 8); break;
		case 1: kept.own = (uint32_t)input_take(input, 4); break;
		case 2: kept.queue_sel = (uint32_t)input_take(input, 4); break;
		case 3: kept.device_features_sel = kept.driver_features_sel = (uint32_t)input_take(input, 4); break;
		case 4:
			value = (uint32_t)input_take(input, 4);
			memcpy(page + (which & 0x80 ? offset_of(input) & 0xffc : VIRTIO_MMIO_STATUS), &value, 4);
			break;
		default: forge_queue(&kept.queue[which / 8 % device->queues], input); break;
		}
	}
}

static void step(const struct fuzz_device *fuzzed, struct fuzz_input *input)
{
	struct virtio_device *device = fuzzed->device;
	uint8_t what = (uint8_t)input_take(input, 1);
	uint64_t offset;

	if (what < 0x50) {
		give_buffer(device, input);
	} else if (what < 0x70) {
		write_data(input);
	} else if (what < 0x98) {
		offset = offset_of(input);
		write_register(device, offset, what < 0x90 ? 4 : 1u << (what & 3), value_of(input, offset));
	} else if (what < 0xb0) {
		ram[input_take(input, 2) % RAM_BYTES] = (uint8_t)input_take(input, 1);
	} else if (what < 0xd8) {
		fuzzed->work();
	} else if (what < 0xf0) {
		if (fuzzed->event)
			fuzzed->event(input);
	} else if (what < 0xf8) {
		start_driver(device, (uint32_t)input_take(input, 1) << 24 | (what & 7));
	} else {
		if (fuzzed->forged && what & 4)
			forge(device, input);
		begin(fuzzed, false);
	}
}

/* Up to what a queue begins with. */
static void copy_state(struct transport_state *to, const struct transport_state *from, uint32_t queues)
{
	memcpy(to, from, offsetof(struct transport_state, queue));
	for (uint32_t n = 0; n < queues; n++)
		memcpy(&to->queue[n], &from->queue[n], offsetof(struct transport_queue_state, buffers.packed.buffer));
}

/* What a driver left behind that began as all do, with all features of the device or none. */
static void leave_driver(struct virtio_device *device, bool plain)
{
	static struct left {
		const struct virtio_model *of;
		uint8_t page[sizeof(page)];
		struct transport_state kept;
	} left[4];
	struct left *one = &left[plain + 2 * is_packed(device)];
	const struct virtio_model *model = device->model;
	struct virtio_model quiet = *model;

	if (one->of != model) { /* once: writing registers takes most of the time */
		quiet.started = quiet.drain = NULL;
		device->model = &quiet;
		transport_init(device);
		start_driver(device, plain ? 0 : (uint32_t)device->features | 3u << 28);
		device->model = one->of = model;
		memcpy(one->page, page, sizeof(page));
		copy_state(&one->kept, &kept, device->queues);
	}
	memcpy(page, one->page, sizeof(page));
	copy_state(&kept, &one->kept, device->queues);
	for (uint32_t n = 0; n < device->queues; n++)
		drivers[n] = fake_packed_new(QUEUE);
}

void fuzz_drive(const struct fuzz_device *fuzzed, struct fuzz_input *input)
{
	uint8_t how = (uint8_t)input_take(input, 1);
	struct virtio_device *device = fuzzed->device;

	device->memory = &memory;
	device->state = &kept;
	device->page = page;
	device->interrupt = interrupt;
	memset(ram, 0, sizeof(ram));
	memset(page, 0, sizeof(page));
	/* The rest: by the device's reset, unless it is forged. */
	memset(&kept, 0, offsetof(struct transport_state, queue[fuzzed->forged ? device->queues : 0]));
	next_id = 0;
	device->features &= ~(1ull << VIRTIO_F_RING_PACKED);
	if (fuzzed->packed && how & 4)
		device->features |= 1ull << VIRTIO_F_RING_PACKED;
	if (how & 1)
		leave_driver(device, how & 2);
	begin(fuzzed, true);
	while (input->left)
		step(fuzzed, input);
	fuzzed->work();
}
