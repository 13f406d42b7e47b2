/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake_packed.h - the driver's side of a packed ring (VirtIO 1.2, 2.8), for tests and fuzzing.
 */
#ifndef TESTS_FAKE_PACKED_H
#define TESTS_FAKE_PACKED_H

#include <linux/virtio_ring.h>
#include <stdbool.h>
#include <stdint.h>

#define FAKE_PACKED_MAX 256u
#define FAKE_AVAIL (1u << VRING_PACKED_DESC_F_AVAIL)
#define FAKE_USED (1u << VRING_PACKED_DESC_F_USED)

/** State of the driver; the ring is the caller's. */
struct fake_packed {
	uint16_t size, avail, used;       /* positions: next to fill, next to read */
	bool avail_lap, used_lap;         /* wrap counters */
	uint16_t places[FAKE_PACKED_MAX]; /* by id; 0: not in flight */
};

static inline struct fake_packed fake_packed_new(uint16_t size)
{
	return (struct fake_packed){ .size = size, .avail_lap = true, .used_lap = true };
}

/* @desc: addr, len, and of flags INDIRECT and WRITE; the first one's flags are written last. */
static inline void fake_packed_offer(struct fake_packed *driver, struct vring_packed_desc *ring, uint16_t id,
				     const struct vring_packed_desc *desc, uint16_t count)
{
	uint16_t first = driver->avail, first_flags = 0;

	for (uint16_t n = 0; n < count; n++) {
		struct vring_packed_desc *to = &ring[driver->avail];
		uint16_t flags = (uint16_t)(desc[n].flags | (n + 1 < count ? VRING_DESC_F_NEXT : 0) |
					    (driver->avail_lap ? FAKE_AVAIL : FAKE_USED));

		to->addr = desc[n].addr;
		to->len = desc[n].len;
		to->id = id;
		if (n)
			to->flags = flags;
		else
			first_flags = flags;
		if (++driver->avail == driver->size) {
			driver->avail = 0;
			driver->avail_lap = !driver->avail_lap;
		}
	}
	driver->places[id % FAKE_PACKED_MAX] = count;
	__atomic_store_n(&ring[first].flags, first_flags, __ATOMIC_RELEASE);
}

/* Take a used buffer. Return: whether there was one. */
static inline bool fake_packed_take(struct fake_packed *driver, const struct vring_packed_desc *ring, uint16_t *id,
				    uint32_t *bytes)
{
	const struct vring_packed_desc *from = &ring[driver->used];
	uint16_t flags = __atomic_load_n(&from->flags, __ATOMIC_ACQUIRE);

	if (!!(flags & FAKE_AVAIL) != driver->used_lap || !!(flags & FAKE_USED) != driver->used_lap)
		return false;
	*id = from->id;
	*bytes = from->len;
	driver->used = (uint16_t)(driver->used + driver->places[*id % FAKE_PACKED_MAX]);
	driver->places[*id % FAKE_PACKED_MAX] = 0;
	if (driver->used >= driver->size) {
		driver->used = (uint16_t)(driver->used - driver->size);
		driver->used_lap = !driver->used_lap;
	}
	return true;
}

#endif
