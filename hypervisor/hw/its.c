// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * its.c - find the ITSs and give them tables. Owner of the list, and of the
 * pages that dom0's commands take; their lock is the caller's.
 */
#include "hw/its.h"
#include <libfdt.h>
#include "cpu/cache.h"
#include "hw/fdt_reg.h"
#include "hw/gic.h"
#include "hw/its_regs.h"
#include "hw/lpi.h"
#include "lib/log.h"
#include "mem/el2_map.h"
#include "mem/heap.h"

#define QUEUE_ALIGN 16u          /* pages: bits 15 to 12 of GITS_CBASER's address are zero (12.19.2) */
#define FLAT_BYTES_MAX 0x80000u  /* of a device table of one level */
#define FIRST_BYTES_MAX 0x10000u /* of a device table's first level of two */
#define WAIT_TRIES 1000000u

static struct its list[ITS_MAX];
static unsigned int count;
static size_t pages_used;

unsigned int its_count(void)
{
	return lpi_usable() ? count : 0;
}

struct its *its_get(unsigned int n)
{
	return &list[n];
}

void *its_pages(size_t pages, size_t align)
{
	void *memory = NULL;

	if (pages <= ITS_PAGES_MAX - pages_used)
		memory = heap_alloc(pages, align);
	if (memory)
		pages_used += pages;
	/* The ITS may read it without a look into caches (5.2). */
	if (memory)
		cache_clean(memory, pages * PAGE_SIZE);
	return memory;
}

void its_pages_free(void *memory, size_t pages)
{
	if (!memory)
		return;
	heap_free(memory, pages);
	pages_used -= pages;
}

void its_enable(struct its *its, bool on)
{
	uint32_t control = mmio_read32(its->base + GITS_CTLR) & ~CTLR_ENABLED;

	mmio_write32(its->base + GITS_CTLR, on ? control | CTLR_ENABLED : control);
	for (unsigned int i = 0; !on && i < WAIT_TRIES; i++)
		if (mmio_read32(its->base + GITS_CTLR) & CTLR_QUIESCENT)
			break;
}

/* What one of GITS_BASER<n> wants: an implementation may have one page size only, and no second level. */
struct table {
	uint64_t address, fixed; /* of the register; bits to write with an address */
	uint32_t entry_bytes, page_bytes;
	bool levels;
};

static bool set_table(const struct table *table, void *memory, uint64_t bytes)
{
	uint64_t at = (uintptr_t)memory;

	/* Addresses above 48 bits have another format (12.19.1). */
	if (!memory || at >> 48)
		return false;
	/* The ITS may read it without a look into caches (5.2). */
	cache_clean(memory, bytes);
	its_set_base(table->address, at | table->fixed | BASER_VALID | (bytes / table->page_bytes - 1), BASER_CACHE);
	return true;
}

static void *table_pages(const struct table *table, uint64_t bytes)
{
	return heap_alloc(bytes / PAGE_SIZE, table->page_bytes / PAGE_SIZE);
}

static bool add_devices(struct its *its, struct table *table)
{
	uint64_t entry = table->entry_bytes, most = FLAT_BYTES_MAX, bytes;

	if (table->levels && entry << its->device_bits > table->page_bytes) {
		its->device_span = table->page_bytes / table->entry_bytes;
		its->page_bytes = table->page_bytes;
		table->fixed |= BASER_INDIRECT;
		entry = sizeof(uint64_t);
		most = FIRST_BYTES_MAX * (uint64_t)its->device_span;
	}
	while (entry << its->device_bits > most)
		its->device_bits--;
	bytes = entry << its->device_bits;
	if (its->device_span)
		bytes = bytes / its->device_span + entry;
	bytes = ALIGN_UP(bytes, table->page_bytes);
	its->devices = table_pages(table, bytes);
	return set_table(table, its->devices, bytes);
}

static bool add_collections(struct its *its, const struct table *table)
{
	its->collections = MAX(its->collections, table->page_bytes / table->entry_bytes);
	return set_table(table, table_pages(table, table->page_bytes), table->page_bytes);
}

static bool add_table(struct its *its, uint64_t address)
{
	static const uint32_t page_sizes[] = { 0x1000, 0x4000, 0x10000, 0x10000 };
	struct table table = { .address = address };
	uint64_t value;

	/* Fields that do not keep what is written are fixed (12.19.1). */
	mmio_write64(address, BASER_INDIRECT);
	value = mmio_read64(address);
	mmio_write64(address, 0);
	table.fixed = value & BASER_PAGE_SIZE;
	table.page_bytes = page_sizes[table.fixed >> 8];
	table.entry_bytes = (uint32_t)BASER_ENTRY_BYTES(value);
	table.levels = value & BASER_INDIRECT;
	switch (BASER_TYPE(value)) {
	case BASER_TYPE_DEVICES: return add_devices(its, &table);
	case BASER_TYPE_COLLECTIONS: return add_collections(its, &table);
	default: return true; /* none, or vPEs of GICv4, which EL2 does not use */
	}
}

static bool add_tables(struct its *its)
{
	for (unsigned int n = 0; n < GITS_BASERS; n++)
		if (!add_table(its, its->base + GITS_BASER + n * 8ull))
			return false;
	return its->devices && its->collections;
}

static const char *start(struct its *its)
{
	uint64_t typer = mmio_read64(its->base + GITS_TYPER);

	if (!(typer & TYPER_PHYSICAL))
		return "has no physical LPIs";
	/* What the boot loader set up ends before the tables change (12.19.3). */
	its_enable(its, false);
	if (!(mmio_read32(its->base + GITS_CTLR) & CTLR_QUIESCENT))
		return "does not stop";
	its->physical_target = typer & TYPER_PTA;
	its->translation_bytes = (unsigned int)FIELD(typer, 7, 4) + 1;
	its->event_bits = MIN((unsigned int)FIELD(typer, 12, 8) + 1, ITS_EVENT_BITS);
	its->device_bits = (unsigned int)FIELD(typer, 17, 13) + 1;
	its->collections = (unsigned int)FIELD(typer, 31, 24);
	if (!add_tables(its))
		return "needs tables that EL2 cannot make";
	if (typer & TYPER_CIL)
		its->collections = MIN(its->collections, 2u << FIELD(typer, 35, 32));
	its->collections = MIN(its->collections, ITS_COLLECTIONS);
	its->queue = heap_alloc(1, QUEUE_ALIGN);
	if (!its->queue)
		return "has no memory for its queue";
	its_set_base(its->base + GITS_CBASER, (uintptr_t)its->queue | BASER_VALID, BASER_CACHE);
	mmio_write64(its->base + GITS_CWRITER, 0);
	return NULL;
}

static bool add(const void *fdt, int node)
{
	struct its *its = &list[count];
	uint64_t bytes;
	const char *why = "has no registers in the device tree";

	if (count == ITS_MAX) {
		log_print(LOG_WARN, "more than %u ITSs: dom0 gets none", ITS_MAX);
		return false;
	}
	*its = (struct its){ 0 };
	if (fdt_reg_entry(fdt, node, 0, &its->base, &bytes) && bytes >= ITS_BYTES && IS_ALIGNED(its->base, PAGE_SIZE) &&
	    !el2_map(its->base, PA(its->base), ITS_FRAME, EL2_DEVICE))
		why = start(its);
	if (why) {
		log_print(LOG_WARN, "ITS %lx %s: dom0 gets no ITS", (unsigned long)its->base, why);
		return false;
	}
	log_print(LOG_INFO, "ITS %lx: %u bits of devices in %s", (unsigned long)its->base, its->device_bits,
		  its->device_span ? "two levels" : "one table");
	count++;
	return true;
}

void its_init(const void *fdt)
{
	int node = fdt_node_offset_by_compatible(fdt, -1, "arm,gic-v3-its");

	count = 0;
	pages_used = 0;
	if (gic_info.version != 3 || node < 0 || !lpi_init())
		return;
	for (; node >= 0; node = fdt_node_offset_by_compatible(fdt, node, "arm,gic-v3-its"))
		if (!add(fdt, node)) {
			count = 0; /* dom0's devices would name an ITS that it does not have */
			return;
		}
}

enum vimo_status its_make_room(struct its *its, uint32_t device)
{
	uint64_t *entry;
	void *page;

	if (device >> its->device_bits)
		return VIMO_LIMIT;
	if (!its->device_span)
		return VIMO_OK;
	entry = &its->devices[device / its->device_span];
	if (*entry)
		return VIMO_OK;
	page = its_pages(its->page_bytes / PAGE_SIZE, its->page_bytes / PAGE_SIZE);
	if (!page)
		return VIMO_NO_MEMORY;
	*entry = (uintptr_t)page | BASER_VALID;
	/* The ITS may read it without a look into caches (5.2.1). */
	cache_clean(entry, sizeof(*entry));
	return VIMO_OK;
}
