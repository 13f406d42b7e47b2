/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mmio.h - the emulated regions of a domain's address space.
 */
#ifndef GUEST_MMIO_H
#define GUEST_MMIO_H

#include "lib/types.h"

struct vcpu;

struct mmio_access {
	uint64_t offset; /* from the region's base */
	uint64_t data;   /* write: value, zero extended; read: answer */
	uint8_t width;   /* 1, 2, 4 or 8; trap/abort.c checked that the address is aligned to it */
	bool write;
};

enum mmio_result {
	MMIO_DONE,  /* data holds the answer; go on with the next instruction */
	MMIO_WAIT,  /* an I/O request was made: the vCPU waits, io/ioreq.c finishes it */
	MMIO_AGAIN, /* a part is done: the guest executes the instruction again, after interrupts */
	MMIO_ABORT, /* nothing there: the guest gets an external abort */
};

struct mmio_region {
	uint64_t base, bytes;
	enum mmio_result (*access)(struct vcpu *vcpu, void *context, struct mmio_access *access);
	void *context;
};

/* The register after a load of width bytes. */
static inline uint64_t mmio_extend(uint64_t data, unsigned int width, bool sign, bool wide)
{
	unsigned int unused = 64 - 8 * width;

	data = sign ? (uint64_t)((int64_t)(data << unused) >> unused) : data << unused >> unused;
	return wide ? data : (uint32_t)data;
}

/* The value of a big-endian access of width bytes. */
static inline uint64_t mmio_swap(uint64_t data, unsigned int width)
{
	return __builtin_bswap64(data) >> (64 - 8 * width);
}

/* An access of 4 bytes to a register of 8 is to one half; an access of 8 is to all of it. The value of a read: */
static inline uint64_t mmio_part(uint64_t value, const struct mmio_access *access)
{
	return access->width == 8 ? value : (uint32_t)(value >> (access->offset & 4) * 8);
}

/* The register after a write. */
static inline uint64_t mmio_merge(uint64_t old, const struct mmio_access *access)
{
	unsigned int shift = (unsigned int)(access->offset & 4) * 8;
	uint64_t mask = access->width == 8 ? ~0ull : 0xffffffffull << shift;

	return (old & ~mask) | (access->data << shift & mask);
}

#define MMIO_REGIONS 48u
struct mmio_table {
	unsigned int count; /* sorted by base, no overlap */
	struct mmio_region region[MMIO_REGIONS];
};
extern const struct mmio_region mmio_nowhere; /* of no bytes */

/*
 * Before the domain runs only. Base and size are multiples of 8 bytes, so that an aligned access is in one region, else
 * VIMO_INVALID. VIMO_EXISTS on overlap, VIMO_LIMIT when full.
 */
enum vimo_status mmio_add(struct mmio_table *table, const struct mmio_region *region);
/* The region that holds an address, or NULL. */
const struct mmio_region *mmio_find(const struct mmio_table *table, uint64_t ipa);

#endif
