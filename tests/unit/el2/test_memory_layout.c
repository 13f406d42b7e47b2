// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_memory_layout.c - ranges, the command line, and the owners of RAM.
 */
#include "fake_el2.h"
#include <stdlib.h>
#include <string.h>
#include "boot/memory.h"
#include "fake_dtb.h"
#include "mem/el2_map.h"

uint8_t __image_start[1], __image_end[1];

enum vimo_status el2_map(uint64_t va, pa_t pa, size_t bytes, enum el2_prot prot)
{
	(void)va;
	(void)pa;
	(void)bytes;
	(void)prot;
	return VIMO_OK;
}

#define MIB 0x100000ull
static const struct range image = { 0x40200000, 0x58000 };

static enum vimo_status plan(const struct fake_machine *machine, struct memory_layout *layout)
{
	const void *fdt = fake_dtb(machine);
	struct boot_options options;

	boot_options_parse(fdt, &options);
	return memory_layout_plan(fdt, &options, image, layout);
}

static uint64_t total(const struct range_list *list)
{
	uint64_t bytes = 0;

	for (unsigned int i = 0; i < list->count; i++)
		bytes += list->range[i].bytes;
	return bytes;
}

static bool disjoint(const struct range_list *a, const struct range_list *b)
{
	for (unsigned int i = 0; i < a->count; i++)
		if (range_overlaps(b, a->range[i].base, a->range[i].bytes))
			return false;
	return true;
}

/* Invariants of every machine. */
static void check(const struct memory_layout *layout)
{
	struct range_list el2 = { 0 };

	range_add(&el2, layout->el2.base, layout->el2.bytes);
	assert_false(range_overlaps(&el2, layout->heap.base, layout->heap.bytes));
	range_add(&el2, layout->heap.base, layout->heap.bytes);
	assert_true(range_contains(&layout->ram, layout->heap.base, layout->heap.bytes));
	assert_true(disjoint(&layout->dom0, &layout->pool));
	assert_true(disjoint(&layout->dom0, &layout->other));
	assert_true(disjoint(&layout->dom0, &el2));
	assert_true(disjoint(&layout->pool, &el2));
	assert_true(disjoint(&layout->pool, &layout->reserved));
	assert_true(disjoint(&layout->firmware, &layout->pool));
	assert_true(disjoint(&layout->firmware, &el2));
	for (unsigned int i = 0; i < layout->dom0.count; i++)
		assert_true(IS_ALIGNED(layout->dom0.range[i].base | layout->dom0.range[i].bytes, BLOCK_SIZE));
	/* Every byte has an owner. */
	assert_int_equal(total(&layout->dom0) + total(&layout->pool) + total(&layout->firmware) + total(&el2),
			 total(&layout->ram));
	assert_int_equal(total(&layout->other), total(&layout->pool) + total(&el2));
}

static void the_usual_machine(void **state)
{
	struct memory_layout layout;

	(void)state;
	assert_int_equal(plan(&fake_virt, &layout), VIMO_OK);
	check(&layout);
	assert_int_equal(total(&layout.dom0), 512 * MIB);
	assert_int_equal(layout.el2.base, 0x40200000);
	assert_int_equal(layout.el2.bytes, BLOCK_SIZE);
	assert_int_equal(layout.heap.bytes, 10 * MIB); /* 2 MiB + 2 GiB / 256 */
	assert_int_equal(layout.modules.kernel.where.base, 0x4a000000);
	assert_int_equal(layout.modules.ramdisk.where.bytes, 0x123456);
	assert_string_equal(layout.modules.kernel.bootargs, "console=ttyAMA0 root=/dev/vda");
	assert_true(range_contains(&layout.dom0, 0x4a000000, 0x1a00000));
}

static void dom0_gets_half_of_a_small_machine(void **state)
{
	struct fake_machine machine = fake_virt;
	struct memory_layout layout;

	(void)state;
	machine.bootargs = NULL;
	machine.ram[0].bytes = 1024 * MIB;
	assert_int_equal(plan(&machine, &layout), VIMO_OK);
	check(&layout);
	assert_int_equal(total(&layout.dom0), 512 * MIB);
	machine.ram[0].bytes = 8192 * MIB;
	assert_int_equal(plan(&machine, &layout), VIMO_OK);
	assert_int_equal(total(&layout.dom0), 1024 * MIB);
}

/* Linux's page structures of a tebibyte are 16 GiB. */
static void dom0_of_a_large_machine_has_room_for_page_structures(void **state)
{
	struct fake_machine machine = fake_virt;
	struct memory_layout layout;

	(void)state;
	machine.bootargs = NULL;
	machine.ram[1].base = 0x8000000000;
	machine.ram[1].bytes = 0x10000000000 - machine.ram[0].bytes;
	assert_int_equal(plan(&machine, &layout), VIMO_OK);
	check(&layout);
	assert_int_equal(total(&layout.dom0), 0x10000000000 / 64 + 768 * MIB);
	assert_true(total(&layout.pool) > 0xf000000000);
}

static void banks_with_a_hole_between(void **state)
{
	struct fake_machine machine = fake_virt;
	struct memory_layout layout;

	(void)state;
	machine.bootargs = "dom0_mem=3G";
	machine.ram[1].base = 0x880000000;
	machine.ram[1].bytes = 0x100000000;
	assert_int_equal(plan(&machine, &layout), VIMO_OK);
	check(&layout);
	assert_int_equal(total(&layout.dom0), 3072 * MIB);
	assert_true(range_overlaps(&layout.dom0, 0x880000000, 1));
	assert_false(range_overlaps(&layout.pool, 0x40000000, 0x80000000));
}

static void firmware_memory_is_not_the_pools(void **state)
{
	struct fake_machine machine = fake_virt;
	struct memory_layout layout;

	(void)state;
	machine.reserved.base = 0x90000800;
	machine.reserved.bytes = 0x3000;
	assert_int_equal(plan(&machine, &layout), VIMO_OK);
	check(&layout);
	assert_int_equal(layout.firmware.count, 1);
	assert_int_equal(layout.firmware.range[0].base, 0x90000000);
	assert_int_equal(layout.firmware.range[0].bytes, 0x4000);
	assert_false(range_overlaps(&layout.other, 0x90000000, 0x4000));
}

static void the_heap_overwrites_nothing_that_is_still_needed(void **state)
{
	struct fake_machine machine = fake_virt;
	struct memory_layout layout;

	(void)state;
	machine.kernel.base = 0x40480000;
	machine.initrd.base = 0x42800000;
	assert_int_equal(plan(&machine, &layout), VIMO_OK);
	check(&layout);
	assert_true(layout.heap.base >= 0x40480000 + machine.kernel.bytes);
	assert_true(layout.heap.base + layout.heap.bytes <= machine.initrd.base ||
		    layout.heap.base >= machine.initrd.base + machine.initrd.bytes);
}

static void modules_with_and_without_cell_counts(void **state)
{
	struct fake_machine machine = fake_virt;
	struct memory_layout layout;

	(void)state;
	for (machine.chosen_cells = 0; machine.chosen_cells <= 2; machine.chosen_cells++) {
		assert_int_equal(plan(&machine, &layout), VIMO_OK);
		assert_int_equal(layout.modules.kernel.where.base, machine.kernel.base);
		assert_int_equal(layout.modules.kernel.where.bytes, machine.kernel.bytes);
		assert_int_equal(layout.modules.ramdisk.where.bytes, machine.initrd.bytes);
	}
}

static void ram_from_address_zero(void **state)
{
	struct fake_machine machine = fake_virt;
	struct memory_layout layout;

	(void)state;
	machine.ram[0].base = 0;
	machine.ram[0].bytes = 0x80000000;
	assert_int_equal(plan(&machine, &layout), VIMO_OK);
	check(&layout);
	assert_int_not_equal(layout.heap.base, 0);
	assert_int_equal(layout.dom0.range[0].base, 0);
}

static void reasons_to_refuse(void **state)
{
	struct fake_machine machine = fake_virt;
	struct memory_layout layout;

	(void)state;
	machine.bootargs = "dom0_mem=64G";
	assert_int_equal(plan(&machine, &layout), VIMO_NO_MEMORY);
	machine = fake_virt;
	machine.kernel.bytes = 0;
	assert_int_equal(plan(&machine, &layout), VIMO_NOT_FOUND);
	machine = fake_virt;
	machine.kernel.base = 0x3ff00000;
	assert_int_equal(plan(&machine, &layout), VIMO_INVALID);
	machine = fake_virt;
	machine.initrd.base = 0xbfffff00;
	assert_int_equal(plan(&machine, &layout), VIMO_INVALID);
	machine = fake_virt;
	machine.kernel.bytes = ~0ull - 0x1000;
	assert_int_equal(plan(&machine, &layout), VIMO_INVALID);
	machine = fake_virt;
	machine.ram[0].bytes = 0;
	assert_int_equal(plan(&machine, &layout), VIMO_NO_MEMORY);
}

static void the_command_line(void **state)
{
	struct fake_machine machine = fake_virt;
	struct boot_options options;

	(void)state;
	machine.bootargs = "  quiet dom0_mem=768M  dom0_vcpus=2 loglevel=3 console=none maxcpus=3 guest_cpus=any";
	boot_options_parse(fake_dtb(&machine), &options);
	assert_int_equal(options.dom0_mem, 768 * MIB);
	assert_int_equal(options.dom0_vcpus, 2);
	assert_int_equal(options.cpus, 3);
	assert_int_equal(options.log_level, LOG_DEBUG);
	assert_false(options.console);
	assert_true(options.mixed_cpus);
	machine.bootargs = "dom0_mem=2G loglevel=99 maxcpus=0";
	boot_options_parse(fake_dtb(&machine), &options);
	assert_int_equal(options.dom0_mem, 2 * GIGA_SIZE);
	assert_int_equal(options.log_level, LOG_DEBUG);
	assert_int_equal(options.cpus, 1);
	machine.bootargs = NULL;
	boot_options_parse(fake_dtb(&machine), &options);
	assert_int_equal(options.dom0_mem, 0);
	assert_int_equal(options.dom0_vcpus, 0);
	assert_int_equal(options.cpus, CPU_MAX);
	assert_true(options.console);
	assert_false(options.mixed_cpus);
}

static void ranges_merge_and_split(void **state)
{
	struct range_list list = { 0 };

	(void)state;
	assert_int_equal(range_add(&list, 0x3000, 0x1000), VIMO_OK);
	assert_int_equal(range_add(&list, 0x1000, 0x1000), VIMO_OK);
	assert_int_equal(list.count, 2);
	assert_int_equal(range_add(&list, 0x2000, 0x1000), VIMO_OK);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.range[0].bytes, 0x3000);
	assert_int_equal(range_remove(&list, 0x1800, 0x1000), VIMO_OK);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.range[0].bytes, 0x800);
	assert_int_equal(list.range[1].base, 0x2800);
	assert_int_equal(range_remove(&list, 0, 0x10000), VIMO_OK);
	assert_int_equal(list.count, 0);
	assert_int_equal(range_add(&list, 5, 0), VIMO_OK);
	assert_int_equal(list.count, 0);
	assert_int_equal(range_add(&list, ~0ull - 5, 10), VIMO_INVALID);
	for (unsigned int i = 0; i < RANGE_MAX; i++)
		assert_int_equal(range_add(&list, i * 0x2000, 0x1000), VIMO_OK);
	assert_int_equal(range_add(&list, 0x1000000, 1), VIMO_LIMIT);
	assert_int_equal(range_remove(&list, 0x100, 0x100), VIMO_LIMIT);
	assert_int_equal(list.count, RANGE_MAX);
}

static void places_are_found_from_either_end(void **state)
{
	struct range_list list = { 0 }, avoid = { 0 };

	(void)state;
	range_add(&list, 0x10000, 0x10000);
	range_add(&list, 0x40000, 0x10000);
	range_add(&avoid, 0x10000, 0x1);
	assert_int_equal(range_find(&list, &avoid, 0x1000, 0x1000, ~0ull, false), 0x11000);
	assert_int_equal(range_find(&list, &avoid, 0x1000, 0x1000, ~0ull, true), 0x4f000);
	assert_int_equal(range_find(&list, &avoid, 0x1000, 0x1000, 0x48000, true), 0x47000);
	assert_int_equal(range_find(&list, &avoid, 0x10000, 0x1000, ~0ull, false), 0x40000);
	assert_int_equal(range_find(&list, &avoid, 0x10001, 0x1000, ~0ull, false), ~0ull);
	assert_int_equal(range_find(&list, &avoid, 0x1000, 0x1000, 0x10800, true), ~0ull);
}

/* Add, remove and ask, against one flag for each of 256 pages. */
static void random_ranges_agree_with_a_flat_model(void **state)
{
	bool model[256] = { false };
	struct range_list list = { 0 };

	(void)state;
	srand(1);
	for (unsigned int step = 0; step < 20000; step++) {
		unsigned int first = (unsigned int)rand() % 250, count = (unsigned int)rand() % 6;
		bool on = rand() % 2;
		enum vimo_status status = on ? range_add(&list, first * 0x1000ull, count * 0x1000ull) :
					       range_remove(&list, first * 0x1000ull, count * 0x1000ull);

		if (status == VIMO_LIMIT)
			continue;
		assert_int_equal(status, VIMO_OK);
		memset(model + first, on, count);
		for (unsigned int i = 0; i < 256; i++)
			assert_int_equal(range_overlaps(&list, i * 0x1000ull, 0x1000), model[i]);
		for (unsigned int i = 1; i < list.count; i++)
			assert_true(range_end(&list.range[i - 1]) < list.range[i].base);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_usual_machine),
		cmocka_unit_test(dom0_gets_half_of_a_small_machine),
		cmocka_unit_test(dom0_of_a_large_machine_has_room_for_page_structures),
		cmocka_unit_test(banks_with_a_hole_between),
		cmocka_unit_test(firmware_memory_is_not_the_pools),
		cmocka_unit_test(the_heap_overwrites_nothing_that_is_still_needed),
		cmocka_unit_test(modules_with_and_without_cell_counts),
		cmocka_unit_test(ram_from_address_zero),
		cmocka_unit_test(reasons_to_refuse),
		cmocka_unit_test(the_command_line),
		cmocka_unit_test(ranges_merge_and_split),
		cmocka_unit_test(places_are_found_from_either_end),
		cmocka_unit_test(random_ranges_agree_with_a_flat_model),
	};

	return cmocka_run_group_tests_name("memory layout", tests, NULL, NULL);
}
