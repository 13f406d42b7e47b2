// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_its.c - physical ITSs and redistributors as silicon has them: one page size
 * or several, one level or two, no coherency, LPIs that a boot loader left on, a
 * queue that stops.
 */
#include "fake_el2.h"
#include <libfdt.h>
#include <string.h>
#include "cpu/cpu.h"
#include "hw/gic.h"
#include "hw/gic_dist.h"
#include "hw/its.h"
#include "hw/its_command.h"
#include "hw/its_regs.h"
#include "hw/lpi.h"
#include "mem/el2_map.h"
#include "mem/heap.h"

#define GICD 0x08000000ull
#define GICR 0x080a0000ull
#define ITS 0x08080000ull

struct gic_info gic_info;
struct cpu cpus[CPU_MAX];
unsigned int cpu_count = 1;

/* The machine; reset() makes it like QEMU's. */
static struct {
	uint64_t gicd_typer, gicr_typer, gicr_ctlr, typer;
	uint64_t entry_bytes, page_size; /* of GITS_BASER0; page_size: 3 for any, or the only one */
	bool levels, coherent, has_collections, stops, stalls, hangs;
	uint64_t propbaser, pendbaser, cbaser, creadr, cwriter, baser[2], ctlr;
	unsigned int commands;
	struct its_command last;
} machine;
static uint8_t tree[4096];

static void reset(void)
{
	memset(&machine, 0, sizeof(machine));
	machine.gicd_typer = GICD_TYPER_LPIS | 15u << 19;
	machine.gicr_typer = GICR_TYPER_PLPIS | 5 << 8;
	machine.typer = TYPER_PHYSICAL | 11 << 4 | 15 << 8 | 15 << 13 | 15ull << 32 | TYPER_CIL;
	machine.entry_bytes = 8;
	machine.page_size = 3;
	machine.levels = machine.coherent = machine.has_collections = machine.stops = true;
}

static uint64_t baser_kept(unsigned int n, uint64_t value)
{
	uint64_t type = n ? BASER_TYPE_COLLECTIONS : BASER_TYPE_DEVICES;

	if (n && !machine.has_collections)
		return 0;
	value &= ~(MASK(58, 56) | MASK(52, 48));
	if (!machine.levels || n)
		value &= ~BASER_INDIRECT;
	if (!machine.coherent)
		value &= ~BASER_SHARE;
	if (machine.page_size < 3)
		value = (value & ~BASER_PAGE_SIZE) | machine.page_size << 8;
	return value | type << 56 | (machine.entry_bytes - 1) << 48;
}

uint64_t test_mmio_read(uint64_t address, unsigned int bytes)
{
	(void)bytes;
	switch (address) {
	case GICD + GICD_TYPER: return machine.gicd_typer;
	case GICR + GICR_TYPER: return machine.gicr_typer;
	case GICR + GICR_CTLR: return machine.gicr_ctlr;
	case GICR + GICR_PROPBASER: return machine.propbaser;
	case GICR + GICR_PENDBASER: return machine.pendbaser;
	case ITS + GITS_TYPER: return machine.typer;
	case ITS + GITS_CTLR: return machine.ctlr | (!(machine.ctlr & 1) && machine.stops ? CTLR_QUIESCENT : 0);
	case ITS + GITS_CBASER: return machine.cbaser;
	case ITS + GITS_CREADR: return machine.creadr | (machine.stalls ? CREADR_STALLED : 0);
	case ITS + GITS_BASER: return machine.baser[0];
	case ITS + GITS_BASER + 8: return machine.baser[1];
	default: assert_in_range(address, ITS + GITS_BASER + 16, ITS + GITS_BASER + 63); return 0;
	}
}

static void run_commands(void)
{
	const uint8_t *queue = (const uint8_t *)(uintptr_t)(machine.cbaser & MASK(51, 16));

	if (machine.hangs || machine.stalls)
		return;
	for (; machine.creadr != machine.cwriter; machine.creadr = (machine.creadr + 32) % PAGE_SIZE) {
		memcpy(&machine.last, queue + machine.creadr, sizeof(machine.last));
		machine.commands++;
	}
}

void test_mmio_write(uint64_t address, uint64_t value, unsigned int bytes)
{
	(void)bytes;
	switch (address) {
	case GICR + GICR_CTLR: machine.gicr_ctlr = value; break;
	case GICR + GICR_PROPBASER: machine.propbaser = machine.coherent ? value : value & ~BASER_SHARE; break;
	case GICR + GICR_PENDBASER: machine.pendbaser = machine.coherent ? value : value & ~BASER_SHARE; break;
	case ITS + GITS_CTLR: machine.ctlr = value & 1; break;
	case ITS + GITS_CBASER:
		assert_int_equal(machine.ctlr, 0);
		machine.cbaser = machine.coherent ? value : value & ~BASER_SHARE;
		machine.creadr = 0;
		break;
	case ITS + GITS_CWRITER:
		machine.cwriter = value;
		run_commands();
		break;
	case ITS + GITS_BASER:
	case ITS + GITS_BASER + 8:
		assert_int_equal(machine.ctlr, 0);
		machine.baser[(address - ITS - GITS_BASER) / 8] =
			baser_kept((unsigned int)(address - ITS - GITS_BASER) / 8, value);
		break;
	default: assert_in_range(address, ITS + GITS_BASER + 16, ITS + GITS_BASER + 63);
	}
}

enum vimo_status el2_map(uint64_t va, pa_t pa, size_t bytes, enum el2_prot prot)
{
	(void)va;
	(void)pa;
	(void)bytes;
	(void)prot;
	return VIMO_OK;
}

static void make_tree(unsigned int count)
{
	int node;

	fdt_create_empty_tree(tree, sizeof(tree));
	fdt_setprop_u32(tree, 0, "#address-cells", 2);
	fdt_setprop_u32(tree, 0, "#size-cells", 2);
	while (count--) {
		char name[] = "its@0";

		name[4] = (char)('a' + count);
		node = fdt_add_subnode(tree, 0, name);
		assert_true(node > 0);
		fdt_setprop_string(tree, node, "compatible", "arm,gic-v3-its");
		fdt_appendprop_u64(tree, node, "reg", ITS);
		fdt_appendprop_u64(tree, node, "reg", ITS_BYTES);
	}
}

static int start(void **state)
{
	(void)state;
	fake_el2_start(1024);
	reset();
	gic_info = (struct gic_info){ .version = 3, .gicd = PA(GICD) };
	cpus[0] = (struct cpu){ .gicr = GICR };
	test_this_cpu = &cpus[0];
	make_tree(1);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	fake_el2_stop();
	return 0;
}

/* As at boot. Return: the ITSs that dom0 gets. */
static unsigned int boot(void)
{
	its_init(tree);
	lpi_init_cpu();
	return its_count();
}

static uint64_t table_bytes(unsigned int n)
{
	static const uint64_t sizes[] = { 0x1000, 0x4000, 0x10000, 0x10000 };

	return (FIELD(machine.baser[n], 7, 0) + 1) * sizes[FIELD(machine.baser[n], 9, 8)];
}

static void assert_own(uint64_t base, uint64_t align)
{
	assert_true(base && IS_ALIGNED(base, align));
}

static void tables_as_qemu_wants_them(void **state)
{
	const uint8_t *config;

	(void)state;
	assert_int_equal(boot(), 1);
	assert_true(machine.baser[0] & BASER_VALID && machine.baser[1] & BASER_VALID && machine.cbaser & BASER_VALID);
	assert_true(machine.baser[0] & BASER_INDIRECT);
	assert_int_equal(table_bytes(0), PAGE_SIZE);
	assert_own(machine.cbaser & MASK(51, 12), 0x10000);
	assert_own(machine.pendbaser & MASK(51, 12), 0x10000);
	assert_true(machine.pendbaser & LPI_PENDING_ZERO);
	assert_int_equal(machine.propbaser & 31, LPI_ID_BITS - 1);
	config = (const uint8_t *)(uintptr_t)(machine.propbaser & MASK(51, 12));
	for (unsigned int i = 0; i < LPI_COUNT; i++)
		assert_int_equal(config[i], GIC_PRIORITY_ALL | 3);
	assert_int_equal(machine.gicr_ctlr & GICR_CTLR_LPIS, 1);
	assert_int_equal(its_get(0)->device_bits, 16);
	assert_int_equal(its_get(0)->event_bits, ITS_EVENT_BITS);
	assert_int_equal(its_get(0)->translation_bytes, 12);
	assert_int_equal(its_get(0)->collections, ITS_COLLECTIONS);
	assert_int_equal(its_target(its_get(0), 0), 5 << 16);
	/* Off until dom0 turns it on. */
	assert_int_equal(machine.ctlr, 0);
}

static void second_levels_come_with_their_devices(void **state)
{
	struct its *its;

	(void)state;
	boot();
	its = its_get(0);
	assert_int_equal(its_make_room(its, 1 << 16), VIMO_LIMIT);
	assert_int_equal(its_make_room(its, 0xffff), VIMO_OK);
	assert_int_equal(its_make_room(its, 0xffff), VIMO_OK);
	assert_own(its->devices[0xffff / 512] & MASK(51, 12), PAGE_SIZE);
	assert_true(its->devices[0xffff / 512] & BASER_VALID);
	assert_int_equal(its->devices[0], 0);
	/* Their number is bounded. */
	while (its_pages(1, 1))
		;
	assert_int_equal(its_make_room(its, 0), VIMO_NO_MEMORY);
	assert_true(heap_free_pages() > 256);
}

static void one_level_and_one_page_size(void **state)
{
	(void)state;
	machine.levels = false;
	machine.page_size = 2;
	assert_int_equal(boot(), 1);
	assert_false(machine.baser[0] & BASER_INDIRECT);
	assert_own(machine.baser[0] & MASK(47, 12), 0x10000);
	assert_int_equal(table_bytes(0), 0x80000);
	assert_int_equal(its_get(0)->device_bits, 16);
	assert_int_equal(its_make_room(its_get(0), 0xffff), VIMO_OK);
}

/* dom0 sees fewer bits, not a table of gigabytes. */
static void many_bits_of_devices_become_fewer(void **state)
{
	(void)state;
	machine.typer |= 31 << 13;
	assert_int_equal(boot(), 1);
	assert_int_equal(its_get(0)->device_bits, 22);
	assert_int_equal(table_bytes(0), 0x11000);
	assert_int_equal(its_make_room(its_get(0), (1 << 22) - 1), VIMO_OK);
	assert_int_equal(its_make_room(its_get(0), 1 << 22), VIMO_LIMIT);
}

static void a_flat_table_is_bounded_too(void **state)
{
	(void)state;
	machine.typer |= 31 << 13;
	machine.levels = false;
	machine.entry_bytes = 24;
	assert_int_equal(boot(), 1);
	assert_int_equal(its_get(0)->device_bits, 14);
	assert_true(table_bytes(0) >= 24u << 14);
}

static void without_coherency_nothing_is_cached(void **state)
{
	(void)state;
	machine.coherent = false;
	assert_int_equal(boot(), 1);
	assert_int_equal(FIELD(machine.baser[0], 61, 59), 1);
	assert_int_equal(FIELD(machine.cbaser, 61, 59), 1);
	assert_int_equal(FIELD(machine.propbaser, 9, 7), 1);
	assert_int_equal(FIELD(machine.pendbaser, 9, 7), 1);
}

static void collections_inside_need_no_table(void **state)
{
	(void)state;
	machine.has_collections = false;
	machine.typer |= 17 << 24;
	machine.typer |= TYPER_PTA;
	assert_int_equal(boot(), 1);
	assert_int_equal(its_get(0)->collections, 17);
	assert_int_equal(its_target(its_get(0), 0), GICR);
}

static void what_cannot_be_driven_is_hidden(void **state)
{
	(void)state;
	machine.has_collections = false;
	assert_int_equal(boot(), 0);
	reset();
	machine.gicr_ctlr = GICR_CTLR_LPIS;
	assert_int_equal(boot(), 0);
	reset();
	machine.gicr_typer = 0;
	assert_int_equal(boot(), 0);
	reset();
	machine.gicd_typer = 15u << 19;
	assert_int_equal(boot(), 0);
	assert_int_equal(machine.gicr_ctlr, 0);
	reset();
	machine.stops = false;
	assert_int_equal(boot(), 0);
	reset();
	machine.typer = 0;
	assert_int_equal(boot(), 0);
	reset();
	make_tree(ITS_MAX + 1);
	assert_int_equal(boot(), 0);
	reset();
	make_tree(ITS_MAX);
	assert_int_equal(boot(), ITS_MAX);
}

static void commands_go_round_the_queue(void **state)
{
	struct its *its;

	(void)state;
	boot();
	its = its_get(0);
	its_enable(its, true);
	for (unsigned int i = 1; i < 1000; i++) {
		its_post(its, its_mapti(i, 1, LPI_FIRST + i, 0));
		assert_int_equal(machine.commands, 2 * i - 1);
		assert_int_equal(machine.last.word[0], ITS_MAPTI | (uint64_t)i << 32);
		assert_int_equal(machine.last.word[1], 1 | (uint64_t)(LPI_FIRST + i) << 32);
		assert_true(its_sync(its, 0));
		assert_int_equal(machine.last.word[0], ITS_SYNC);
		assert_int_equal(machine.last.word[2], 5 << 16);
	}
}

static void a_queue_that_stops_does_not_stop_el2(void **state)
{
	struct its *its;

	(void)state;
	boot();
	its = its_get(0);
	machine.hangs = true;
	/* Posted writes: a full queue is the first sign. */
	for (unsigned int i = 0; i < 127; i++)
		its_post(its, its_movi(1, 1, 1));
	assert_false(its->dead);
	its_post(its, its_movi(1, 1, 1));
	assert_true(its->dead);
	assert_int_equal(machine.cwriter, 127 * 32);
	assert_false(its_sync(its, 0));
	reset();
	boot();
	machine.stalls = true;
	assert_false(its_sync(its_get(0), 0));
	assert_true(its_get(0)->dead);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tables_as_qemu_wants_them),        TEST(second_levels_come_with_their_devices),
		TEST(one_level_and_one_page_size),      TEST(many_bits_of_devices_become_fewer),
		TEST(a_flat_table_is_bounded_too),      TEST(without_coherency_nothing_is_cached),
		TEST(collections_inside_need_no_table), TEST(what_cannot_be_driven_is_hidden),
		TEST(commands_go_round_the_queue),      TEST(a_queue_that_stops_does_not_stop_el2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
