// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * transport.c - the registers of a virtio-mmio device.
 */
#include "virtio/transport.h"

#include "virtio/cache.h"

#include <assert.h>
#include <endian.h>
#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>
#include <stddef.h>
#include <string.h>

#define MAGIC 0x74726976u  /* "virt" */
#define VENDOR 0x6f4d6956u /* "ViMo" */
#define STATUS_DRIVER                                                                         \
	(VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER | VIRTIO_CONFIG_S_FEATURES_OK | \
	 VIRTIO_CONFIG_S_DRIVER_OK | VIRTIO_CONFIG_S_FAILED)

static uint32_t *reg(const struct virtio_device *device, unsigned int offset)
{
	return (uint32_t *)(void *)(device->page + offset);
}

static uint32_t show_get(const struct virtio_device *device, unsigned int offset)
{
	return le32toh(__atomic_load_n(reg(device, offset), __ATOMIC_RELAXED));
}

static void show(struct virtio_device *device, unsigned int offset, uint32_t value)
{
	__atomic_store_n(reg(device, offset), htole32(value), __ATOMIC_RELAXED);
	cache_clean(reg(device, offset), sizeof(uint32_t));
}

static uint64_t offered(const struct virtio_device *device)
{
	return device->features | 1ull << VIRTIO_F_VERSION_1 | 1ull << VIRTIO_RING_F_EVENT_IDX |
	       1ull << VIRTIO_RING_F_INDIRECT_DESC;
}

static uint32_t size_max(const struct virtio_device *device)
{
	return device->queue_size_max ? device->queue_size_max : VIRTQUEUE_SIZE_MAX;
}

static struct transport_queue_state *selected(struct virtio_device *device)
{
	uint32_t queue = device->state->queue_sel;

	return queue < device->queues ? &device->state->queue[queue] : NULL;
}

static void show_features(struct virtio_device *device)
{
	uint32_t sel = device->state->device_features_sel;

	show(device, VIRTIO_MMIO_DEVICE_FEATURES, sel < 2 ? (uint32_t)(offered(device) >> 32 * sel) : 0);
}

static void show_queue(struct virtio_device *device)
{
	const struct transport_queue_state *queue = selected(device);

	show(device, VIRTIO_MMIO_QUEUE_NUM_MAX, queue ? size_max(device) : 0);
	show(device, VIRTIO_MMIO_QUEUE_READY, queue ? queue->ready : 0);
}

bool transport_running(const struct virtio_device *device)
{
	uint32_t status = transport_status(device);

	return status & VIRTIO_CONFIG_S_DRIVER_OK && !(status & VIRTIO_CONFIG_S_NEEDS_RESET) && !device->draining;
}

uint32_t transport_status(const struct virtio_device *device)
{
	return show_get(device, VIRTIO_MMIO_STATUS);
}

bool transport_feature(const struct virtio_device *device, unsigned int bit)
{
	return device->state->driver_features >> bit & 1;
}

static void drain(struct virtio_device *device)
{
	while (device->draining)
		pthread_cond_wait(&device->idle, &device->lock);
	if (!device->model->drain)
		return;
	device->draining = true;
	device->model->drain(device);
	device->draining = false;
	pthread_cond_broadcast(&device->idle);
}

void transport_stop(struct virtio_device *device)
{
	drain(device);
	for (unsigned int i = 0; i < device->queues; i++)
		virtqueue_stop(&device->queue[i]);
}

static void need_reset(struct virtio_device *device)
{
	uint32_t status = transport_status(device);

	/* Requests in flight end by themselves; the driver's reset waits for them. */
	for (unsigned int i = 0; i < device->queues; i++)
		device->queue[i].broken = true;
	show(device, VIRTIO_MMIO_STATUS, status | VIRTIO_CONFIG_S_NEEDS_RESET);
	if (status & VIRTIO_CONFIG_S_DRIVER_OK)
		device->interrupt(device, TRANSPORT_CONFIG);
}

void transport_check(struct virtio_device *device)
{
	for (unsigned int i = 0; i < device->queues; i++) {
		if (device->queue[i].broken && transport_running(device)) {
			need_reset(device);
			return;
		}
	}
}

static enum virtqueue_kind queue_kind(const struct virtio_device *device)
{
	if (transport_feature(device, VIRTIO_F_RING_PACKED))
		return VIRTQUEUE_PACKED;
	return device->model->out_of_order ? VIRTQUEUE_OUT_OF_ORDER : VIRTQUEUE_IN_ORDER;
}

static bool start_queue(struct virtio_device *device, unsigned int index)
{
	struct transport_queue_state *state = &device->state->queue[index];
	struct virtqueue_layout layout = { state->desc, state->driver, state->device, (uint16_t)state->size };
	bool event_idx = transport_feature(device, VIRTIO_RING_F_EVENT_IDX);

	if (state->size > size_max(device))
		return false;
	return virtqueue_start(&device->queue[index], device->memory, &layout, event_idx, queue_kind(device),
			       &state->buffers);
}

static void start_queues(struct virtio_device *device)
{
	for (unsigned int i = 0; i < device->queues; i++) {
		if (device->state->queue[i].ready && !start_queue(device, i)) {
			need_reset(device);
			return;
		}
	}
	if (device->model->started)
		device->model->started(device);
}

static void show_identity(struct virtio_device *device)
{
	show(device, VIRTIO_MMIO_VERSION, 2);
	show(device, VIRTIO_MMIO_VENDOR_ID, VENDOR);
	/* There is no shared memory region: length and base read as all ones (4.2.2). */
	for (unsigned int offset = VIRTIO_MMIO_SHM_LEN_LOW; offset <= VIRTIO_MMIO_SHM_BASE_HIGH; offset += 4)
		show(device, offset, UINT32_MAX);
}

/* A queue that begins anew has no buffers in flight. */
static void forget_buffers(struct transport_queue_state *queue)
{
	memset(&queue->buffers, 0, VIRTQUEUE_STATE_ZERO);
}

static void forget_state(struct virtio_device *device)
{
	memset(device->state, 0, offsetof(struct transport_state, queue));
	for (unsigned int i = 0; i < device->queues; i++) {
		struct transport_queue_state *queue = &device->state->queue[i];

		memset(queue, 0, offsetof(struct transport_queue_state, buffers));
		forget_buffers(queue);
	}
}

static void reset(struct virtio_device *device)
{
	transport_stop(device);
	forget_state(device);
	show(device, VIRTIO_MMIO_INTERRUPT_STATUS, 0);
	show(device, VIRTIO_MMIO_CONFIG_GENERATION, 0);
	show_features(device);
	show_queue(device);
	show(device, VIRTIO_MMIO_STATUS, 0); /* last: the driver waits for it */
}

void transport_replace(struct virtio_device *device)
{
	show(device, VIRTIO_MMIO_DEVICE_ID, 0);
	reset(device);
	show(device, VIRTIO_MMIO_DEVICE_ID, device->model->device_id);
}

static bool features_are_good(const struct transport_state *state, uint64_t offer)
{
	return !(state->driver_features & ~offer) && state->driver_features >> VIRTIO_F_VERSION_1 & 1;
}

void transport_decode_state(struct transport_state *state, unsigned int queues, uint64_t offer, bool agreed)
{
	if (agreed && !features_are_good(state, offer))
		state->driver_features = 0;
	for (unsigned int i = 0; i < queues; i++)
		state->queue[i].ready = state->queue[i].ready == 1;
}

void transport_init(struct virtio_device *device)
{
	/* The magic word is written last: if it is there, the previous vimo-dm filled the page. */
	if (show_get(device, VIRTIO_MMIO_MAGIC_VALUE) != MAGIC) {
		show_identity(device);
		transport_replace(device);
		show(device, VIRTIO_MMIO_MAGIC_VALUE, MAGIC);
		return;
	}
	if (show_get(device, VIRTIO_MMIO_DEVICE_ID) != device->model->device_id) {
		transport_replace(device); /* the previous vimo-dm was killed while it exchanged the device */
		return;
	}
	transport_decode_state(device->state, device->queues, offered(device),
			       transport_status(device) & VIRTIO_CONFIG_S_FEATURES_OK);
	show_features(device);
	show_queue(device);
	if (!transport_running(device))
		return;
	if (!features_are_good(device->state, offered(device))) {
		need_reset(device); /* the state file was lost, and with it the queues' addresses; or it is forged */
		return;
	}
	start_queues(device);
	device->interrupt(device, TRANSPORT_USED); /* the previous vimo-dm may have been killed before its own */
}

static void write_status(struct virtio_device *device, uint32_t value)
{
	uint32_t old = transport_status(device);
	uint32_t status = old | (value & STATUS_DRIVER); /* a driver sets bits, only reset clears */

	if (!value) {
		reset(device);
		return;
	}
	if (!features_are_good(device->state, offered(device)))
		status &= ~VIRTIO_CONFIG_S_FEATURES_OK;
	if (!(status & VIRTIO_CONFIG_S_FEATURES_OK))
		status &= ~VIRTIO_CONFIG_S_DRIVER_OK;
	show(device, VIRTIO_MMIO_STATUS, status);
	if (status & ~old & VIRTIO_CONFIG_S_DRIVER_OK && transport_running(device))
		start_queues(device);
}

static void write_device_features_sel(struct virtio_device *device, uint32_t value)
{
	device->state->device_features_sel = value;
	show_features(device);
}

static void write_driver_features_sel(struct virtio_device *device, uint32_t value)
{
	device->state->driver_features_sel = value;
}

static void write_driver_features(struct virtio_device *device, uint32_t value)
{
	uint32_t sel = device->state->driver_features_sel;

	if (transport_status(device) & VIRTIO_CONFIG_S_FEATURES_OK || sel > 1)
		return; /* agreed on */
	device->state->driver_features &= ~(0xffffffffull << 32 * sel);
	device->state->driver_features |= (uint64_t)value << 32 * sel;
}

static void write_queue_sel(struct virtio_device *device, uint32_t value)
{
	device->state->queue_sel = value;
	show_queue(device);
}

static void write_queue_num(struct virtio_device *device, uint32_t value)
{
	struct transport_queue_state *queue = selected(device);

	if (queue && !queue->ready)
		queue->size = value; /* checked with the addresses, when it becomes ready */
}

static void write_queue_ready(struct virtio_device *device, uint32_t value)
{
	struct transport_queue_state *queue = selected(device);
	struct virtqueue *ring;
	bool running = transport_running(device);

	if (!queue || (value & 1) == queue->ready)
		return;
	ring = &device->queue[queue - device->state->queue];
	if (queue->ready)
		drain(device);
	forget_buffers(queue);
	/* A trial start: the driver sees from QueueReady whether the queue can work. */
	queue->ready = value & 1 && transport_status(device) & VIRTIO_CONFIG_S_FEATURES_OK &&
		       start_queue(device, (unsigned int)(queue - device->state->queue));
	if (!queue->ready || !running)
		virtqueue_stop(ring);
	show_queue(device);
	if (running && device->model->started)
		device->model->started(device);
}

static void set_half(uint64_t *address, unsigned int offset, uint32_t value)
{
	unsigned int shift = offset & 4 ? 32 : 0;

	*address = (*address & ~(0xffffffffull << shift)) | (uint64_t)value << shift;
}

static bool write_queue_address(struct virtio_device *device, unsigned int offset, uint32_t value)
{
	struct transport_queue_state *queue = selected(device);
	uint64_t *address;

	if ((offset & 0xf) > 4 || offset < VIRTIO_MMIO_QUEUE_DESC_LOW || offset > VIRTIO_MMIO_QUEUE_USED_HIGH)
		return false;
	if (!queue || queue->ready)
		return true;
	address = offset < VIRTIO_MMIO_QUEUE_AVAIL_LOW ? &queue->desc :
		  offset < VIRTIO_MMIO_QUEUE_USED_LOW  ? &queue->driver :
							 &queue->device;
	set_half(address, offset, value);
	return true;
}

static const struct {
	unsigned int offset;
	void (*write)(struct virtio_device *device, uint32_t value);
} registers[] = {
	{ VIRTIO_MMIO_DEVICE_FEATURES_SEL, write_device_features_sel },
	{ VIRTIO_MMIO_DRIVER_FEATURES, write_driver_features },
	{ VIRTIO_MMIO_DRIVER_FEATURES_SEL, write_driver_features_sel },
	{ VIRTIO_MMIO_QUEUE_SEL, write_queue_sel },
	{ VIRTIO_MMIO_QUEUE_NUM, write_queue_num },
	{ VIRTIO_MMIO_QUEUE_READY, write_queue_ready },
	{ VIRTIO_MMIO_STATUS, write_status },
};

void transport_read_config(const struct virtio_device *device, void *to, size_t bytes)
{
	memcpy(to, device->page + VIRTIO_MMIO_CONFIG, bytes);
}

void transport_config_changed(struct virtio_device *device)
{
	show(device, VIRTIO_MMIO_CONFIG_GENERATION, show_get(device, VIRTIO_MMIO_CONFIG_GENERATION) + 1);
	if (transport_status(device) & VIRTIO_CONFIG_S_DRIVER_OK)
		device->interrupt(device, TRANSPORT_CONFIG);
}

void transport_show_config(struct virtio_device *device, const void *from, size_t bytes)
{
	const uint8_t *data = from;

	for (size_t n = 0; n < bytes; n++)
		__atomic_store_n(device->page + VIRTIO_MMIO_CONFIG + n, data[n], __ATOMIC_RELAXED);
	cache_clean(device->page + VIRTIO_MMIO_CONFIG, bytes);
}

void transport_write(struct virtio_device *device, uint64_t offset, unsigned int width, uint64_t value)
{
	if (width == 4) {
		for (unsigned int i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
			if (registers[i].offset == offset) {
				registers[i].write(device, (uint32_t)value);
				return;
			}
		}
		if (offset < VIRTIO_MMIO_CONFIG && write_queue_address(device, (unsigned int)offset, (uint32_t)value))
			return;
	}
	if (offset >= VIRTIO_MMIO_CONFIG && width <= 4 && device->model->write_config)
		device->model->write_config(device, (unsigned int)offset - VIRTIO_MMIO_CONFIG, width, (uint32_t)value);
	else
		device->ignored++;
}
