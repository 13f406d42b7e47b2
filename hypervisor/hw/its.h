/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * its.h - the physical interrupt translation services (Arm IHI 0069 H, 5 and
 * 12.19).
 *
 * Each table that an ITS reads is EL2's own: the queue, devices, collections,
 * and the translations of a device (guest/vits_map.c). Without an ITS that EL2
 * can drive, its_count() is 0 and dom0 sees none.
 */
#ifndef HW_ITS_H
#define HW_ITS_H

#include "lib/types.h"

#define ITS_MAX 4u
#define ITS_FRAME 0x10000u
#define ITS_BYTES (2 * ITS_FRAME) /* control, then translation */
#define ITS_EVENT_BITS 11u        /* of a device: MSI-X has 2,048 at most */
#define ITS_COLLECTIONS 128u
/* All that dom0's commands can take of the heap, for all ITSs. */
#define ITS_PAGES_MAX 512u

struct its {
	uint64_t base;
	uint64_t *queue;
	uint32_t writer; /* offset in the queue of the next command */
	bool dead;       /* it stopped reading its queue; no more commands are given */
	bool physical_target;
	unsigned int translation_bytes; /* an event's, of a device's table */
	unsigned int device_bits, event_bits, collections;
	/* Device table: flat, or one page for each device_span devices when two levels */
	uint64_t *devices;
	uint32_t device_span; /* 0: flat */
	uint32_t page_bytes;
};

/* Boot CPU, after gic_init(): find the ITSs of the DTB, take them from the boot loader, give them tables. */
void its_init(const void *fdt);
/* After all CPUs called lpi_init_cpu(). */
unsigned int its_count(void);
struct its *its_get(unsigned int n);

/* For its_command.c's callers. Translation on or off. */
void its_enable(struct its *its, bool on);
/* Make room for a device in a device table of two levels. VIMO_LIMIT, VIMO_NO_MEMORY. Lock: the caller's. */
enum vimo_status its_make_room(struct its *its, uint32_t device);
/* Pages for what an ITS reads, zeroed and clean to the PoC, within ITS_PAGES_MAX; NULL when there are none. */
void *its_pages(size_t pages, size_t align);
void its_pages_free(void *memory, size_t pages);

#endif
