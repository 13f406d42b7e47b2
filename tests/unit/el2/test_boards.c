// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_boards.c - device trees as boards have them: addresses and cells of each are public facts (the SoC's manual, its
 * tree in Linux), the trees are this file's own and hold what EL2 reads.
 */
#include "fake_el2.h"
#include <libfdt.h>
#include <string.h>
#include "boot/dom0_fdt.h"
#include "boot/memory.h"
#include "cpu/cpu.h"
#include "hw/fdt_reg.h"
#include "hw/gic.h"
#include "hw/gic_node.h"
#include "mem/el2_map.h"

#define MIB 0x100000ull
#define TREE_BYTES 16384

uint8_t __image_start[1], __image_end[1];
struct gic_info gic_info;
struct cpu cpus[CPU_MAX];

static char tree[TREE_BYTES], dom0_tree[2 * TREE_BYTES];
static struct memory_layout layout;

enum vimo_status el2_map(uint64_t va, pa_t pa, size_t bytes, enum el2_prot prot)
{
	(void)prot;
	assert_int_equal(va, pa.v);
	return IS_ALIGNED(va | bytes, PAGE_SIZE) ? VIMO_OK : VIMO_INVALID;
}

/* A tree, written from its first node to its last. */

static void ok(int error)
{
	assert_int_equal(error, 0);
}

static void begin(const char *name)
{
	ok(fdt_begin_node(tree, name));
}

static void end(void)
{
	ok(fdt_end_node(tree));
}

static void text(const char *name, const char *value)
{
	ok(fdt_property_string(tree, name, value));
}

static void put(const char *name, const uint32_t *cell, size_t count)
{
	fdt32_t *out;

	ok(fdt_property_placeholder(tree, name, (int)(count * sizeof(*cell)), (void **)&out));
	for (size_t i = 0; i < count; i++)
		out[i] = cpu_to_fdt32(cell[i]);
}

#define CELLS(name, ...) \
	put(name, (const uint32_t[]){ __VA_ARGS__ }, sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

static void empty(const char *name)
{
	ok(fdt_property(tree, name, NULL, 0));
}

static void bus(const char *name, uint32_t address, uint32_t size)
{
	begin(name);
	CELLS("#address-cells", address);
	CELLS("#size-cells", size);
}

/* What /memreserve/ names comes before the tree. */
static void open_tree(uint64_t reserved, uint64_t bytes)
{
	ok(fdt_create(tree, sizeof(tree)));
	if (bytes)
		ok(fdt_add_reservemap_entry(tree, reserved, bytes));
	ok(fdt_finish_reservemap(tree));
}

static void root(uint32_t address, uint32_t size, const char *compatible)
{
	bus("", address, size);
	text("compatible", compatible);
	CELLS("interrupt-parent", 1);
}

static void memory(const char *name)
{
	begin(name);
	text("device_type", "memory");
}

static void add_cpus(unsigned int count, uint32_t step)
{
	bus("cpus", 1, 0);
	for (unsigned int i = 0; i < count; i++) {
		char name[] = "cpu@0";

		name[4] = (char)('a' + i);
		begin(name);
		text("device_type", "cpu");
		text("enable-method", "psci");
		CELLS("reg", i * step);
		end();
	}
	end();
}

/* As U-Boot's commands of docs/boards.md leave it: kernel and initrd. */
static void chosen(const char *stdout_path, uint32_t kernel, uint32_t initrd)
{
	static const char kind[2][36] = { "multiboot,kernel\0multiboot,module", "multiboot,ramdisk\0multiboot,module" };

	bus("chosen", 2, 2);
	text("stdout-path", stdout_path);
	text("bootargs", "dom0_mem=512M");
	begin("module@0");
	ok(fdt_property(tree, "compatible", kind[0], 34));
	CELLS("reg", 0, kernel, 0, 0x2000000);
	end();
	begin("module@1");
	ok(fdt_property(tree, "compatible", kind[1], 35));
	CELLS("reg", 0, initrd, 0, 0x1000000);
	end();
	end();
}

static void gic_head(const char *name, const char *compatible, uint32_t interrupt_cells)
{
	begin(name);
	text("compatible", compatible);
	CELLS("phandle", 1);
	CELLS("#interrupt-cells", interrupt_cells);
}

static void close_tree(void)
{
	end();
	ok(fdt_finish(tree));
}

/* BCM2711: the bus of its devices has 1 + 1 cells and three ranges; the root's sizes have one cell. */
static void raspberry_pi_4(void)
{
	open_tree(0, 0x1000);
	root(2, 1, "raspberrypi,4-model-b");
	chosen("serial0:115200n8", 0x1000000, 0x8000000);
	memory("memory@0");
	CELLS("reg", 0, 0, 0x3b400000, 0, 0x40000000, 0xbc000000, 1, 0, 0x80000000, 1, 0x80000000, 0x80000000);
	end();
	begin("aliases");
	text("serial0", "/soc/serial@7e215040");
	end();
	bus("reserved-memory", 2, 1);
	empty("ranges");
	begin("linux,cma");
	text("compatible", "shared-dma-pool");
	CELLS("size", 0x4000000);
	CELLS("alloc-ranges", 0, 0, 0x30000000);
	empty("reusable");
	end();
	end();
	add_cpus(4, 1);
	bus("soc", 1, 1);
	CELLS("ranges", 0x7e000000, 0, 0xfe000000, 0x1800000, 0x7c000000, 0, 0xfc000000, 0x2000000, 0x40000000, 0,
	      0xff800000, 0x800000);
	begin("serial@7e215040");
	text("compatible", "brcm,bcm2835-aux-uart");
	CELLS("reg", 0x7e215040, 0x40);
	end();
	gic_head("interrupt-controller@40041000", "arm,gic-400", 3);
	CELLS("reg", 0x40041000, 0x1000, 0x40042000, 0x2000, 0x40044000, 0x2000, 0x40046000, 0x2000);
	CELLS("interrupts", 1, 9, 0xf04);
	end();
	end();
	close_tree();
}

/* BCM2712: devices above 64 GiB, TF-A at the start of RAM. */
static void raspberry_pi_5(void)
{
	open_tree(0, 0);
	root(2, 2, "raspberrypi,5-model-b");
	chosen("serial10:115200n8", 0x1000000, 0x8000000);
	memory("memory@0");
	CELLS("reg", 0, 0, 0, 0x3fc00000, 0, 0x40000000, 1, 0xc0000000);
	end();
	begin("aliases");
	text("serial10", "/soc@107c000000/serial@7d001000");
	end();
	bus("reserved-memory", 2, 2);
	empty("ranges");
	begin("atf@0");
	CELLS("reg", 0, 0, 0, 0x80000);
	empty("no-map");
	end();
	end();
	add_cpus(4, 0x100);
	bus("soc@107c000000", 1, 1);
	CELLS("ranges", 0, 0x10, 0, 0x80000000);
	begin("serial@7d001000");
	text("compatible", "arm,pl011");
	CELLS("reg", 0x7d001000, 0x200);
	end();
	gic_head("interrupt-controller@7fff9000", "arm,gic-400", 3);
	CELLS("#address-cells", 0);
	CELLS("reg", 0x7fff9000, 0x1000, 0x7fffa000, 0x2000, 0x7fffc000, 0x2000, 0x7fffe000, 0x2000);
	CELLS("interrupts", 1, 9, 0xf04);
	end();
	end();
	close_tree();
}

/* RK3588, 16 GiB: interrupts of four cells, RAM with a hole for devices, TF-A and OP-TEE in it, shared memory of SCMI.
 */
static void rk3588(void)
{
	open_tree(0, 0);
	root(2, 2, "rockchip,rk3588");
	chosen("serial2:1500000n8", 0x2000000, 0xa000000);
	memory("memory");
	CELLS("reg", 0, 0x200000, 0, 0x8200000, 0, 0x9400000, 0, 0xe6c00000, 1, 0, 2, 0xfc000000, 3, 0xfc500000, 0,
	      0x3700000, 4, 0, 0, 0x40000000);
	end();
	begin("aliases");
	text("serial2", "/serial@feb50000");
	end();
	bus("reserved-memory", 2, 2);
	empty("ranges");
	begin("shmem@10f000");
	CELLS("reg", 0, 0x10f000, 0, 0x100);
	empty("no-map");
	end();
	end();
	add_cpus(8, 0x100);
	gic_head("interrupt-controller@fe600000", "arm,gic-v3", 4);
	CELLS("#address-cells", 2);
	CELLS("#size-cells", 2);
	empty("ranges");
	CELLS("reg", 0, 0xfe600000, 0, 0x10000, 0, 0xfe680000, 0, 0x100000);
	CELLS("interrupts", 1, 9, 4, 0);
	begin("msi-controller@fe640000");
	text("compatible", "arm,gic-v3-its");
	CELLS("reg", 0, 0xfe640000, 0, 0x20000);
	end();
	end();
	begin("serial@feb50000");
	text("compatible", "rockchip,rk3588-uart");
	CELLS("reg", 0, 0xfeb50000, 0, 0x100);
	end();
	begin("pmu-a55");
	text("compatible", "arm,cortex-a55-pmu");
	CELLS("interrupts", 1, 7, 4, 9);
	end();
	begin("power-management@fd8d8000");
	text("compatible", "rockchip,rk3588-pmu");
	end();
	close_tree();
}

/* ZCU102: a GIC-400 whose pages are copied 16 times each, on a bus of 2 + 1 cells. */
static void zynqmp(void)
{
	open_tree(0, 0);
	root(2, 2, "xlnx,zynqmp-zcu102");
	chosen("serial0:115200n8", 0x200000, 0x8000000);
	memory("memory@0");
	CELLS("reg", 0, 0, 0, 0x7ff00000, 8, 0, 0, 0x80000000);
	end();
	memory("secure@ffff0000");
	text("status", "disabled");
	text("secure-status", "okay");
	CELLS("reg", 0, 0x7ff00000, 0, 0x100000);
	end();
	begin("aliases");
	text("serial0", "/axi/serial@ff000000");
	end();
	bus("reserved-memory", 2, 2);
	empty("ranges");
	begin("rproc@3ed00000");
	CELLS("reg", 0, 0x3ed00000, 0, 0x40000);
	empty("no-map");
	end();
	begin("video@50000000");
	text("compatible", "shared-dma-pool");
	CELLS("reg", 0, 0x50000000, 0, 0x4000000);
	empty("reusable");
	end();
	end();
	add_cpus(4, 1);
	bus("axi", 2, 2);
	empty("ranges");
	begin("serial@ff000000");
	text("compatible", "xlnx,zynqmp-uart");
	CELLS("reg", 0, 0xff000000, 0, 0x1000);
	end();
	bus("apu-bus", 2, 1);
	CELLS("ranges", 0, 0, 0, 0, 0xffffffff);
	gic_head("interrupt-controller@f9010000", "arm,gic-400", 3);
	CELLS("reg", 0, 0xf9010000, 0x10000, 0, 0xf9020000, 0x20000, 0, 0xf9040000, 0x20000, 0, 0xf9060000, 0x20000);
	CELLS("interrupts", 1, 9, 0xf04);
	end();
	end();
	end();
	close_tree();
}

/* As Ampere's servers: two chips, each with its memory and its redistributors of 256 KiB. */
static void two_chips(void)
{
	open_tree(0, 0);
	root(2, 2, "ampere,altra");
	chosen("/serial@100002600000", 0x90000000, 0xa0000000);
	memory("memory@80000000");
	CELLS("reg", 0, 0x80000000, 0, 0x80000000);
	CELLS("numa-node-id", 0);
	end();
	memory("memory@8000000000");
	CELLS("reg", 0x80, 0, 0x7f, 0x80000000);
	CELLS("numa-node-id", 0);
	end();
	memory("memory@400000000000");
	CELLS("reg", 0x4000, 0, 0x80, 0);
	CELLS("numa-node-id", 1);
	end();
	add_cpus(16, 0x100);
	gic_head("interrupt-controller@100100000000", "arm,gic-v3", 3);
	CELLS("#redistributor-regions", 2);
	CELLS("redistributor-stride", 0, 0x40000);
	CELLS("reg", 0x1001, 0, 0, 0x10000, 0x1001, 0x140000, 0, 0x1400000, 0x5001, 0x140000, 0, 0x1400000);
	CELLS("interrupts", 1, 9, 4);
	end();
	begin("serial@100002600000");
	text("compatible", "arm,pl011");
	CELLS("reg", 0x1000, 0x2600000, 0, 0x1000);
	end();
	close_tree();
}

static uint64_t total(const struct range_list *list)
{
	uint64_t bytes = 0;

	for (unsigned int i = 0; i < list->count; i++)
		bytes += list->range[i].bytes;
	return bytes;
}

static void plan_memory(uint64_t image)
{
	const struct range where = { image, 0x58000 };
	struct boot_options options;

	boot_options_parse(tree, &options);
	assert_int_equal(memory_layout_plan(tree, &options, where, &layout), VIMO_OK);
	assert_int_equal(total(&layout.dom0), 512 * MIB);
	assert_int_equal(total(&layout.dom0) + total(&layout.other) + total(&layout.firmware) + total(&layout.reusable),
			 total(&layout.ram));
}

static void assert_reg(const void *fdt, int node, unsigned int index, uint64_t base, uint64_t bytes)
{
	uint64_t found, length;

	assert_true(node >= 0);
	assert_true(fdt_reg_entry(fdt, node, index, &found, &length));
	assert_int_equal(found, base);
	assert_int_equal(length, bytes);
}

static int console(void)
{
	char path[64] = "";
	const char *name = fdt_getprop(tree, fdt_path_offset(tree, "/chosen"), "stdout-path", NULL);

	strncpy(path, name, sizeof(path) - 1);
	*strchrnul(path, ':') = '\0';
	return fdt_path_offset(tree, path);
}

static int gic_of(const void *fdt)
{
	unsigned int version;

	return gic_node_find(fdt, &version);
}

static void edit(unsigned int vcpus, unsigned int entry, uint64_t offset)
{
	struct dom0_fdt_plan plan = { .layout = &layout, .vcpus = vcpus, .gic_entry = entry, .gic_offset = offset };
	const char *what = "header";
	int error;

	assert_true(gic_node_find(tree, &plan.gic_version) >= 0);
	ok(fdt_open_into(tree, dom0_tree, sizeof(dom0_tree)));
	error = dom0_fdt_edit(dom0_tree, &plan, &what);
	if (error)
		fail_msg("%s: %s", what, fdt_strerror(error));
}

/* dom0's memory node holds what the layout calls RAM, whatever the root's cells are. */
static void assert_all_ram(void)
{
	struct range_list found = { 0 };
	int node = fdt_node_offset_by_prop_value(dom0_tree, -1, "device_type", "memory", 7);
	struct range range;

	for (unsigned int i = 0; fdt_reg(dom0_tree, node, i, &range); i++)
		assert_int_equal(range_add(&found, range.base, range.bytes), VIMO_OK);
	assert_int_equal(found.count, layout.ram.count);
	for (unsigned int i = 0; i < found.count; i++) {
		assert_int_equal(found.range[i].base, layout.ram.range[i].base);
		assert_int_equal(found.range[i].bytes, layout.ram.range[i].bytes);
	}
}

static void the_raspberry_pi_4(void **state)
{
	int reserved, count = 0, child;

	(void)state;
	raspberry_pi_4();
	plan_memory(0x80000);
	assert_int_equal(layout.el2.base, 0);
	assert_true(range_contains(&layout.ram, 0x180000000, 0x80000000));
	assert_reg(tree, console(), 0, 0xfe215040, 0x40);
	assert_reg(tree, gic_of(tree), 0, 0xff841000, 0x1000);
	assert_reg(tree, gic_of(tree), 3, 0xff846000, 0x2000);
	assert_int_equal(gic_node_maintenance(tree, gic_of(tree)), 25);
	edit(4, 1, 0);
	assert_all_ram();
	assert_reg(dom0_tree, gic_of(dom0_tree), 1, 0xff842000, 0x2000);
	/* The pool's four GiB take several entries of one size cell; CMA is dom0's to place. */
	reserved = fdt_path_offset(dom0_tree, "/reserved-memory");
	assert_int_equal(fdt_size_cells(dom0_tree, reserved), 1);
	fdt_for_each_subnode(child, dom0_tree, reserved)
		count++;
	assert_int_equal(count, (int)layout.other.count + 1);
}

static void the_raspberry_pi_5(void **state)
{
	(void)state;
	raspberry_pi_5();
	plan_memory(0x200000);
	assert_reg(tree, console(), 0, 0x107d001000, 0x200);
	assert_reg(tree, gic_of(tree), 0, 0x107fff9000, 0x1000);
	assert_true(range_contains(&layout.reserved, 0, 0x80000));
	assert_false(range_overlaps(&layout.pool, 0, 0x80000));
	edit(4, 1, 0);
	assert_all_ram();
	assert_reg(dom0_tree, gic_of(dom0_tree), 1, 0x107fffa000, 0x2000);
}

static void the_rk3588(void **state)
{
	int node;

	(void)state;
	rk3588();
	plan_memory(0x400000);
	assert_int_equal(layout.ram.count, 5);
	assert_true(range_contains(&layout.ram, 0x400000000, 0x40000000));
	/* Its ends are cut to whole blocks of 2 MiB. */
	assert_true(range_contains(&layout.ram, 0x3fc600000, 0x3600000));
	assert_false(range_overlaps(&layout.ram, 0x3fc500000, 0x100000));
	assert_int_equal(gic_node_maintenance(tree, gic_of(tree)), 25);
	edit(4, 1, 0);
	assert_all_ram();
	node = fdt_path_offset(dom0_tree, "/hypervisor");
	assert_int_equal(fdt_node_offset_by_compatible(dom0_tree, -1, "arm,gic-v3-its"), -FDT_ERR_NOTFOUND);
	assert_int_equal(fdt_node_offset_by_compatible(dom0_tree, -1, "arm,cortex-a55-pmu"), -FDT_ERR_NOTFOUND);
	assert_true(fdt_node_offset_by_compatible(dom0_tree, -1, "rockchip,rk3588-pmu") >= 0);
	/* The fourth cell: on all kinds of CPU. */
	int bytes = 0;
	const fdt32_t *cell = fdt_getprop(dom0_tree, node, "interrupts", &bytes);

	assert_int_equal(bytes, 16);
	assert_int_equal(fdt32_to_cpu(cell[3]), 0);
}

static void the_zynqmp(void **state)
{
	(void)state;
	zynqmp();
	plan_memory(0x80000);
	assert_reg(tree, console(), 0, 0xff000000, 0x1000);
	assert_reg(tree, gic_of(tree), 0, 0xf9010000, 0x10000);
	assert_reg(tree, gic_of(tree), 3, 0xf9060000, 0x20000);
	/* The secure world's megabyte is not RAM; what the remote processor has is not the pool's. */
	assert_false(range_overlaps(&layout.ram, 0x7ff00000, 0x100000));
	assert_true(range_contains(&layout.firmware, 0x3ed00000, 0x40000));
	assert_true(range_contains(&layout.reusable, 0x50000000, 0x4000000));
	edit(4, 1, 0xf000);
	assert_all_ram();
	assert_reg(dom0_tree, gic_of(dom0_tree), 0, 0xf9010000, 0x10000);
	assert_reg(dom0_tree, gic_of(dom0_tree), 1, 0xf902f000, 0x2000);
}

static void two_chips_of_512_gib(void **state)
{
	(void)state;
	two_chips();
	plan_memory(0x80000000);
	assert_int_equal(total(&layout.ram), 0x10000000000);
	assert_reg(tree, gic_of(tree), 2, 0x500100140000, 0x1400000);
	edit(16, 2, 0);
	assert_all_ram();
	assert_reg(dom0_tree, gic_of(dom0_tree), 1, 0x500100140000, 0x1400000);
	for (int node = 0; node >= 0; node = fdt_next_node(dom0_tree, node, NULL))
		assert_null(fdt_getprop(dom0_tree, node, "numa-node-id", NULL));
}

/* A GIC-400: frames in pages, each of which fills so many bytes with its copies. */
static uint64_t copied_bytes;
static unsigned int dir_writes;

static bool is_frame(uint64_t address, uint64_t frame, uint64_t *offset)
{
	if (address < frame || address >= frame + 2 * copied_bytes)
		return false;
	*offset = (address - frame) / copied_bytes * PAGE_SIZE + address % PAGE_SIZE;
	return true;
}

#define GICC_ON_ZYNQMP 0xf9020000ull

uint64_t test_mmio_read(uint64_t address, unsigned int bytes)
{
	uint64_t offset;

	assert_int_equal(bytes, 4);
	if (is_frame(address, GICC_ON_ZYNQMP, &offset))
		return offset == 0xfc ? 0x0202143b : 0;
	return 0;
}

void test_mmio_write(uint64_t address, uint64_t value, unsigned int bytes)
{
	uint64_t offset;

	(void)value;
	(void)bytes;
	if (is_frame(address, GICC_ON_ZYNQMP, &offset) && offset == 0x1000)
		dir_writes++;
}

static void init_gic(uint64_t copies)
{
	zynqmp();
	copied_bytes = copies;
	dir_writes = 0;
	gic_info = (struct gic_info){ .version = 2, .fdt_node = (unsigned int)gic_of(tree) };
	assert_int_equal(gicv2_ops.init(tree), VIMO_OK);
	gicv2_ops.deactivate(40);
	assert_int_equal(dir_writes, 1);
}

static void a_gic_whose_pages_are_copied(void **state)
{
	(void)state;
	init_gic(0x10000);
	assert_int_equal(gic_info.gicc.v, 0xf902f000);
	assert_int_equal(gic_info.gicv.v, 0xf906f000);
	assert_int_equal(gic_info.dom0_offset, 0xf000);
}

static void a_gic_whose_tree_gives_it_more_than_it_has(void **state)
{
	(void)state;
	init_gic(PAGE_SIZE);
	assert_int_equal(gic_info.gicc.v, 0xf9020000);
	assert_int_equal(gic_info.gicv.v, 0xf9060000);
	assert_int_equal(gic_info.dom0_offset, 0);
}

/* One device on a bus of the given cells below a bus of 2 + 2. */
static bool translated(const uint32_t *ranges, size_t count, uint32_t base, uint32_t bytes, uint64_t *out)
{
	uint64_t length;

	open_tree(0, 0);
	root(2, 2, "test");
	bus("outer", 2, 2);
	CELLS("ranges", 0, 0, 1, 0, 0, 0xffffffff);
	bus("inner", 1, 1);
	if (ranges)
		put("ranges", ranges, count);
	begin("device");
	CELLS("reg", base, bytes);
	end();
	end();
	end();
	close_tree();
	return fdt_reg_entry(tree, fdt_path_offset(tree, "/outer/inner/device"), 0, out, &length);
}

static void each_bus_translates(void **state)
{
	static const uint32_t two[] = { 0x1000, 0, 0xa000, 0x1000, 0x4000, 0, 0xb000, 0x1000 };
	static const uint32_t wraps[] = { 0x1000, 0xffffffff, 0xfffff800, 0x1000 };
	uint64_t at = 0;

	(void)state;
	assert_true(translated(two, 8, 0x1800, 0x800, &at));
	assert_int_equal(at, 0x10000a800);
	assert_true(translated(two, 8, 0x4010, 0x10, &at));
	assert_int_equal(at, 0x10000b010);
	/* Across the end of a range, outside of all, without ranges, and past 64 bits. */
	assert_false(translated(two, 8, 0x1800, 0x801, &at));
	assert_false(translated(two, 8, 0x3000, 0x10, &at));
	assert_false(translated(two, 7, 0x4010, 0x10, &at));
	assert_false(translated(NULL, 0, 0x1800, 0x10, &at));
	assert_false(translated(wraps, 4, 0x1900, 0x10, &at));
	assert_true(translated(two, 0, 0x1800, 0x10, &at));
	assert_int_equal(at, 0x100001800);
}

static void maintenance_interrupts(void **state)
{
	static const uint32_t cases[][5] = {
		{ 1, 9, 4, 0, 25 }, { 1, 8, 4, 0, 24 }, { 1, 16, 4, 0, 25 }, { 0, 9, 4, 0, 25 }, { 1, ~0u, 4, 0, 25 }
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		open_tree(0, 0);
		root(2, 2, "test");
		gic_head("gic", "arm,gic-v3", 4);
		put("interrupts", cases[i], 4);
		end();
		close_tree();
		assert_int_equal(gic_node_maintenance(tree, gic_of(tree)), cases[i][4]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_raspberry_pi_4),
		cmocka_unit_test(the_raspberry_pi_5),
		cmocka_unit_test(the_rk3588),
		cmocka_unit_test(the_zynqmp),
		cmocka_unit_test(two_chips_of_512_gib),
		cmocka_unit_test(a_gic_whose_pages_are_copied),
		cmocka_unit_test(a_gic_whose_tree_gives_it_more_than_it_has),
		cmocka_unit_test(each_bus_translates),
		cmocka_unit_test(maintenance_interrupts),
	};

	return cmocka_run_group_tests_name("boards", tests, NULL, NULL);
}
