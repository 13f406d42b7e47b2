// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memory.c - divide RAM between EL2, dom0 and the pool. Owner of the layout.
 */
#include "boot/memory.h"
#include <libfdt.h>
#include "hw/fdt_reg.h"
#include "lib/log.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mem/el2_map.h"
#include "mem/heap.h"
#include "mem/pool.h"

#define HEAP_MIN_BYTES BLOCK_SIZE
/* Worst case of page tables: dom0 and one guest mapped by 4 KiB pages, 8 bytes each. */
#define HEAP_SHARE 256u
#define DOM0_DEFAULT GIGA_SIZE
/* Linux has 64 bytes for each page of RAM, the pool's included. The default has room for those of so much. */
#define DOM0_DEFAULT_RAM (16 * GIGA_SIZE)
#define DOM0_PAGE_SHARE 64u
#define BELOW_4G (4 * GIGA_SIZE)

extern uint8_t __image_start[], __image_end[];

static struct memory_layout the_layout;

const struct memory_layout *memory_layout(void)
{
	return &the_layout;
}

/* Every available memory node: a disabled one is the secure world's. */
static enum vimo_status find_banks(const void *fdt, struct range_list *banks)
{
	enum vimo_status status = VIMO_OK;
	struct range range;

	for (int node = fdt_node_offset_by_prop_value(fdt, -1, "device_type", "memory", 7); node >= 0;
	     node = fdt_node_offset_by_prop_value(fdt, node, "device_type", "memory", 7))
		for (unsigned int i = 0; !status && fdt_is_available(fdt, node) && fdt_reg(fdt, node, i, &range); i++)
			status = range_add(banks, range.base, range.bytes);
	return status;
}

/* Whole chunks, after neighbours have been merged: banks may meet anywhere. */
static enum vimo_status find_ram(const void *fdt, struct range_list *ram)
{
	struct range_list banks = { 0 };
	enum vimo_status status = find_banks(fdt, &banks);

	for (unsigned int i = 0; !status && i < banks.count; i++) {
		uint64_t base = ALIGN_UP(banks.range[i].base, BLOCK_SIZE);
		uint64_t end = ALIGN_DOWN(range_end(&banks.range[i]), BLOCK_SIZE);

		if (base >= banks.range[i].base && end > base)
			status = range_add(ram, base, end - base);
	}
	return status || ram->count ? status : VIMO_NO_MEMORY;
}

static enum vimo_status add_pages(struct range_list *list, const struct range *range)
{
	uint64_t first = ALIGN_DOWN(range->base, PAGE_SIZE);

	return range_add(list, first, ALIGN_UP(range_end(range), PAGE_SIZE) - first);
}

/*
 * A node without "reg" asks for memory by size and alloc-ranges: dom0 takes it from its own. Addresses here are the
 * CPUs' even where "ranges", which must be empty, is forgotten (binding reserved-memory.yaml).
 */
static enum vimo_status find_reserved(const void *fdt, struct range_list *reserved, struct range_list *reusable)
{
	int parent = fdt_path_offset(fdt, "/reserved-memory"), node;
	enum vimo_status status = VIMO_OK;
	struct range range;

	for (int i = 0; !status && i < fdt_num_mem_rsv(fdt); i++) {
		fdt_get_mem_rsv(fdt, i, &range.base, &range.bytes);
		status = range_add(reserved, range.base, range.bytes);
	}
	fdt_for_each_subnode(node, fdt, parent)
		for (unsigned int i = 0; !status && fdt_reg_untranslated(fdt, node, i, &range.base, &range.bytes);
		     i++) {
			status = range_add(reserved, range.base, range.bytes);
			if (!status && fdt_getprop(fdt, node, "reusable", NULL))
				status = add_pages(reusable, &range);
		}
	return status;
}

static uint64_t total(const struct range_list *list)
{
	uint64_t bytes = 0;

	for (unsigned int i = 0; i < list->count; i++)
		bytes += list->range[i].bytes;
	return bytes;
}

/* All ranges that must not be overwritten while dom0 is built. */
static enum vimo_status add_in_use(const void *fdt, const struct memory_layout *layout, struct range_list *used)
{
	const struct range *const parts[] = { &layout->el2, &layout->modules.kernel.where,
					      &layout->modules.ramdisk.where };
	enum vimo_status status = range_add(used, (uintptr_t)fdt, fdt_totalsize(fdt));

	for (size_t i = 0; !status && i < ARRAY_SIZE(parts); i++)
		status = range_add(used, parts[i]->base, parts[i]->bytes);
	return status;
}

static enum vimo_status place_heap(const void *fdt, struct memory_layout *layout)
{
	struct range_list avoid = layout->reserved;
	enum vimo_status status = add_in_use(fdt, layout, &avoid);

	/* Where RAM starts at 0, a NULL pointer must stay unmapped. */
	if (!status)
		status = range_add(&avoid, 0, BLOCK_SIZE);
	if (status)
		return status;
	layout->heap.bytes = ALIGN_UP(HEAP_MIN_BYTES + total(&layout->ram) / HEAP_SHARE, BLOCK_SIZE);
	layout->heap.base = range_find(&layout->ram, &avoid, layout->heap.bytes, BLOCK_SIZE, BELOW_4G, false);
	if (layout->heap.base == ~0ull)
		layout->heap.base = range_find(&layout->ram, &avoid, layout->heap.bytes, BLOCK_SIZE, ~0ull, false);
	return layout->heap.base == ~0ull ? VIMO_NO_MEMORY : VIMO_OK;
}

static enum vimo_status give_dom0(struct memory_layout *layout, uint64_t bytes)
{
	struct range_list left = layout->ram;
	enum vimo_status status = range_remove(&left, layout->el2.base, layout->el2.bytes);

	if (!status)
		status = range_remove(&left, layout->heap.base, layout->heap.bytes);
	for (unsigned int i = 0; !status && bytes && i < left.count; i++) {
		uint64_t take = MIN(bytes, left.range[i].bytes);

		status = range_add(&layout->dom0, left.range[i].base, take);
		bytes -= take;
	}
	return status || !bytes ? status : VIMO_NO_MEMORY;
}

static enum vimo_status subtract(struct range_list *from, const struct range_list *what)
{
	enum vimo_status status = VIMO_OK;

	for (unsigned int i = 0; !status && i < what->count; i++) {
		uint64_t base = ALIGN_DOWN(what->range[i].base, PAGE_SIZE);

		status = range_remove(from, base, ALIGN_UP(range_end(&what->range[i]), PAGE_SIZE) - base);
	}
	return status;
}

/* Both lists are of whole pages. Memory in both leaves firmware, memory in reusable alone leaves reusable. */
static enum vimo_status part_reusable(struct memory_layout *layout)
{
	struct range_list lent = layout->reusable;
	enum vimo_status status;

	layout->reusable = layout->firmware;
	status = subtract(&layout->firmware, &lent);
	return status ? status : subtract(&layout->reusable, &layout->firmware);
}

/* Of the remaining RAM, reserved ranges are the firmware's; the rest is the pool's. */
static enum vimo_status rest_to_pool(struct memory_layout *layout)
{
	enum vimo_status status;
	struct range_list rest = layout->ram;

	status = subtract(&rest, &layout->dom0);
	if (!status)
		status = range_remove(&rest, layout->el2.base, layout->el2.bytes);
	if (!status)
		status = range_remove(&rest, layout->heap.base, layout->heap.bytes);
	layout->pool = layout->firmware = rest;
	if (!status)
		status = subtract(&layout->pool, &layout->reserved);
	if (!status)
		status = subtract(&layout->firmware, &layout->pool);
	if (!status)
		status = part_reusable(layout);
	layout->other = layout->pool;
	if (!status)
		status = range_add(&layout->other, layout->el2.base, layout->el2.bytes);
	return status ? status : range_add(&layout->other, layout->heap.base, layout->heap.bytes);
}

static uint64_t usual_dom0_bytes(uint64_t ram)
{
	uint64_t bytes = MIN(DOM0_DEFAULT, ram / 2);

	return ram > DOM0_DEFAULT_RAM ? bytes + (ram - DOM0_DEFAULT_RAM) / DOM0_PAGE_SHARE : bytes;
}

enum vimo_status memory_layout_plan(const void *fdt, const struct boot_options *options, struct range image,
				    struct memory_layout *layout)
{
	uint64_t wanted;
	enum vimo_status status;

	*layout = (struct memory_layout){ 0 };
	layout->el2.base = ALIGN_DOWN(image.base, BLOCK_SIZE);
	layout->el2.bytes = ALIGN_UP(range_end(&image), BLOCK_SIZE) - layout->el2.base;
	status = find_ram(fdt, &layout->ram);
	if (!status)
		status = find_reserved(fdt, &layout->reserved, &layout->reusable);
	if (!status)
		status = boot_modules_find(fdt, &layout->ram, &layout->modules);
	if (!status)
		status = place_heap(fdt, layout);
	wanted = options->dom0_mem ? options->dom0_mem : usual_dom0_bytes(total(&layout->ram));
	if (!status)
		status = give_dom0(layout, ALIGN_UP(wanted, BLOCK_SIZE));
	return status ? status : rest_to_pool(layout);
}

static _Noreturn void refuse(enum vimo_status status)
{
	switch (status) {
	case VIMO_NOT_FOUND: panic("/chosen has no dom0 kernel: add a multiboot,kernel module in the boot loader");
	case VIMO_INVALID: panic("a boot module is not in RAM: correct its reg in /chosen");
	case VIMO_NO_MEMORY: panic("not enough RAM for EL2 and dom0: set a smaller dom0_mem");
	default: panic("the device tree has too many memory ranges");
	}
}

static void start_pool(const struct memory_layout *layout)
{
	struct pool_bank banks[RANGE_MAX];

	static_assert(RANGE_MAX <= POOL_BANKS_MAX, "each bank of RAM can be a bank of the pool");
	for (unsigned int i = 0; i < layout->ram.count; i++)
		banks[i] = (struct pool_bank){ layout->ram.range[i].base, layout->ram.range[i].bytes };
	if (pool_init(banks, layout->ram.count))
		panic("no memory for the pool's table");
	for (unsigned int i = 0; i < layout->pool.count; i++)
		if (pool_add(PA(layout->pool.range[i].base), layout->pool.range[i].bytes))
			panic("no memory for the pool's table");
}

void memory_layout_init(const void *fdt, const struct boot_options *options)
{
	struct memory_layout *layout = &the_layout;
	struct range image = { (uintptr_t)__image_start, (uintptr_t)__image_end - (uintptr_t)__image_start };
	enum vimo_status status = memory_layout_plan(fdt, options, image, layout);

	if (status)
		refuse(status);
	if (el2_map(layout->heap.base, PA(layout->heap.base), layout->heap.bytes, EL2_RW))
		panic("EL2 cannot map its heap");
	heap_init((void *)(uintptr_t)layout->heap.base, layout->heap.bytes);
	start_pool(layout);
	log_print(LOG_INFO, "RAM %lu MiB: dom0 %lu, EL2 %lu, pool %lu", (unsigned long)(total(&layout->ram) >> 20),
		  (unsigned long)(total(&layout->dom0) >> 20),
		  (unsigned long)((layout->el2.bytes + layout->heap.bytes) >> 20),
		  (unsigned long)(total(&layout->pool) >> 20));
}
