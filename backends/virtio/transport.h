/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * transport.h - virtio-mmio, version 2 (VirtIO 1.2, 4.2), over a shadow page.
 *
 * The guest reads registers from the page without an exit, so every write
 * updates what it could read next before the request is completed. What the
 * page cannot show is in struct transport_state, in a file that outlives vimo-dm.
 *
 * Lock: device->lock is held in all functions and operations below.
 */
#ifndef VIRTIO_TRANSPORT_H
#define VIRTIO_TRANSPORT_H

#include "virtio/virtqueue.h"

#include <pthread.h>

#define TRANSPORT_QUEUES 17u /* eight pairs of a network and their control queue */
#define TRANSPORT_DOORBELL 0x050u
#define TRANSPORT_CLEAR 0x064u
#define TRANSPORT_STATUS 0x060u

/* The status bits; the last one is TRANSPORT_USED at a time that suits the guest (VIMO_NOTIFY_LATER). */
enum transport_interrupt { TRANSPORT_USED = 1, TRANSPORT_CONFIG = 2, TRANSPORT_USED_LATER = 4 };

struct transport_state {
	uint64_t driver_features;
	uint32_t device_features_sel, driver_features_sel, queue_sel;
	uint32_t own; /* the device's; zero after reset */
	struct transport_queue_state {
		uint64_t desc, driver, device;
		uint32_t size, ready;
		union virtqueue_state buffers; /* by the layout that the driver chose */
	} queue[TRANSPORT_QUEUES];
};

struct virtio_device;

struct virtio_model {
	uint32_t device_id;
	bool out_of_order;                             /* buffers are given back in any order, and tracked */
	void (*started)(struct virtio_device *device); /* queues run, or run again; may be NULL */
	/*
	 * Returns when the device touches no memory of the guest any more. transport_running() is false
	 * meanwhile, so no buffers are taken. May release and retake the lock; may be NULL.
	 */
	void (*drain)(struct virtio_device *device);
	/* The guest wrote its configuration space, any values; NULL: it is read only. */
	void (*write_config)(struct virtio_device *device, unsigned int offset, unsigned int width, uint32_t value);
};

struct virtio_device {
	const struct virtio_model *model;
	uint64_t features; /* of this device, with VIRTIO_F_RING_PACKED if it offers that; the transport adds its own */
	uint32_t queues;   /* <= TRANSPORT_QUEUES */
	uint32_t queue_size_max; /* 0: VIRTQUEUE_SIZE_MAX */
	const struct guest_memory *memory;
	struct transport_state *state;
	uint8_t *page; /* 4 KiB, what the guest reads */
	void (*interrupt)(struct virtio_device *device, enum transport_interrupt bit);
	pthread_mutex_t lock;
	pthread_cond_t idle; /* with lock: a request ended while drain() waits, or a drain ended */
	struct virtqueue queue[TRANSPORT_QUEUES];
	bool draining;
	uint64_t ignored; /* writes that did nothing */
};

/** transport_init() - show a device after reset, or take over the device that the page shows. */
void transport_init(struct virtio_device *device);
/**
 * transport_decode_state() - make a state valid that comes from a file: its guest may have written it, if it took over
 * the previous vimo-dm. Numbers that a driver may write are checked when a queue starts, and so is the state of a
 * queue.
 * @queues: that the device has; the states of others are not touched
 * @offer: features that the device offers
 * @agreed: the driver's features were accepted; features that cannot have been are cleared
 */
void transport_decode_state(struct transport_state *state, unsigned int queues, uint64_t offer, bool agreed);
/** transport_replace() - from now on the page shows the device in model, features and queues, after reset. */
void transport_replace(struct virtio_device *device);
/** transport_stop() - the device touches no guest memory when this returns, nor later. */
void transport_stop(struct virtio_device *device);
/** transport_status() - the driver's status, VIRTIO_CONFIG_S_*; 0: no driver. */
uint32_t transport_status(const struct virtio_device *device);
/** transport_feature() - whether the driver accepted feature @bit. */
bool transport_feature(const struct virtio_device *device, unsigned int bit);
/** transport_write() - the guest wrote a register other than a doorbell. Any values. */
void transport_write(struct virtio_device *device, uint64_t offset, unsigned int width, uint64_t value);
/** transport_check() - after work on queues: stop the device when the driver broke one. */
void transport_check(struct virtio_device *device);
/** transport_config_changed() - interrupt the driver, after transport_show_config(). */
void transport_config_changed(struct virtio_device *device);
/** transport_read_config() / transport_show_config() - the first @bytes of the configuration space; at most 256. */
void transport_read_config(const struct virtio_device *device, void *to, size_t bytes);
void transport_show_config(struct virtio_device *device, const void *from, size_t bytes);
/** transport_running() - the driver set DRIVER_OK, no queue broke since, and the device is not draining. */
bool transport_running(const struct virtio_device *device);

#endif
