// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_dom0_fdt.c - dom0's device tree.
 */
#include "fake_el2.h"
#include <string.h>
#include "boot/dom0_fdt.h"
#include "fake_dtb.h"

static struct memory_layout layout;
static char edited[2 * FAKE_DTB_BYTES];

static void add(struct range_list *list, uint64_t base, uint64_t bytes)
{
	assert_int_equal(range_add(list, base, bytes), VIMO_OK);
}

/* A layout like the real one for fake_virt: EL2 at 2 MiB, heap behind it. */
static struct dom0_fdt_plan plan_for(const struct fake_machine *machine, const void *fdt)
{
	layout = (struct memory_layout){ 0 };
	add(&layout.ram, 0x40000000, 0x80000000);
	add(&layout.dom0, 0x40000000, 0x200000);
	add(&layout.dom0, 0x40e00000, 0x1f200000);
	add(&layout.pool, 0x60000000, 0x60000000);
	add(&layout.other, 0x40200000, 0xc00000);
	add(&layout.other, 0x60000000, 0x60000000);
	assert_int_equal(boot_modules_find(fdt, &layout.ram, &layout.modules), VIMO_OK);
	return (struct dom0_fdt_plan){
		.layout = &layout,
		.initrd = { 0x50000000, 0x123456 },
		.vcpus = 2,
		.gic_version = machine->gic_version,
		.gic_entry = 1,
	};
}

static void edit_with(const struct fake_machine *machine, bool psci_0_1)
{
	const void *fdt = fake_dtb(machine);
	struct dom0_fdt_plan plan = plan_for(machine, fdt);
	const char *what;

	plan.psci_0_1 = psci_0_1;
	assert_int_equal(fdt_open_into(fdt, edited, sizeof(edited)), 0);
	assert_int_equal(dom0_fdt_edit(edited, &plan, &what), 0);
}

static void edit(const struct fake_machine *machine)
{
	edit_with(machine, false);
}

static int start(void **state)
{
	(void)state;
	edit(&fake_virt);
	return 0;
}

static int start_v2(void **state)
{
	struct fake_machine machine = fake_virt;

	(void)state;
	machine.gic_version = 2;
	edit(&machine);
	return 0;
}

static int node(const char *path)
{
	int offset = fdt_path_offset(edited, path);

	assert_true(offset >= 0);
	return offset;
}

static void assert_string(const char *path, const char *name, const char *expected)
{
	int bytes;
	const char *value = fdt_getprop(edited, node(path), name, &bytes);

	assert_non_null(value);
	assert_string_equal(value, expected);
}

static uint32_t cell(const char *path, const char *name, unsigned int index)
{
	int bytes;
	const fdt32_t *value = fdt_getprop(edited, node(path), name, &bytes);

	assert_non_null(value);
	assert_true((index + 1) * 4 <= (unsigned int)bytes);
	return fdt32_to_cpu(value[index]);
}

static int property_bytes(const char *path, const char *name)
{
	int bytes;

	return fdt_getprop(edited, node(path), name, &bytes) ? bytes : -1;
}

static void assert_reg(const char *path, unsigned int index, uint64_t base, uint64_t bytes)
{
	struct range range;

	assert_true(fdt_reg(edited, node(path), index, &range));
	assert_int_equal(range.base, base);
	assert_int_equal(range.bytes, bytes);
}

static void all_ram_is_memory_and_all_but_dom0s_is_reserved(void **state)
{
	int reserved = node("/reserved-memory"), child, count = 0;

	(void)state;
	assert_reg("/memory@40000000", 0, 0x40000000, 0x80000000);
	assert_reg("/reserved-memory/vimo@40200000", 0, 0x40200000, 0xc00000);
	assert_reg("/reserved-memory/vimo@60000000", 0, 0x60000000, 0x60000000);
	fdt_for_each_subnode(child, edited, reserved) {
		/* Linux must make struct pages for it. */
		assert_null(fdt_getprop(edited, child, "no-map", NULL));
		count++;
	}
	assert_int_equal(count, 2);
	assert_int_equal(property_bytes("/reserved-memory", "ranges"), 0);
}

static void firmwares_reservations_stay(void **state)
{
	struct fake_machine machine = fake_virt;

	(void)state;
	machine.reserved.base = 0x41000000;
	machine.reserved.bytes = 0x10000;
	edit(&machine);
	assert_int_equal(property_bytes("/reserved-memory/firmware@0", "no-map"), 0);
	node("/reserved-memory/vimo@60000000");
}

static void dom0s_cpus_are_its_vcpus(void **state)
{
	int cpus = node("/cpus"), child;
	uint32_t count = 0;

	(void)state;
	fdt_for_each_subnode(child, edited, cpus) {
		const fdt32_t *reg = fdt_getprop(edited, child, "reg", NULL);

		assert_non_null(reg);
		assert_int_equal(fdt32_to_cpu(*reg), count++);
		assert_string_equal(fdt_getprop(edited, child, "enable-method", NULL), "psci");
		assert_null(fdt_getprop(edited, child, "cpu-idle-states", NULL));
	}
	assert_int_equal(count, 2);
}

static void psci_is_el2s(void **state)
{
	(void)state;
	assert_string("/psci", "method", "hvc");
	assert_string("/psci", "compatible", "arm,psci-1.0");
	assert_int_equal(property_bytes("/psci", "cpu_on"), -1);
}

/*
 * A board that EL2 cannot switch off: Linux does not take PSCI 0.1 for a way to do that, and leaves it to the drivers
 * of the board's own. CPUs still start by EL2.
 */
static void psci_0_1_leaves_power_to_drivers(void **state)
{
	(void)state;
	edit_with(&fake_virt, true);
	assert_string("/psci", "method", "hvc");
	assert_string("/psci", "compatible", "arm,psci");
	assert_int_equal(cell("/psci", "cpu_on", 0), 0xc4000003);
	assert_int_equal(cell("/psci", "cpu_suspend", 0), 0xc4000001);
	assert_int_equal(cell("/psci", "cpu_off", 0), 0x84000002);
	assert_string("/cpus/cpu@0", "enable-method", "psci");
}

static void chosen_is_dom0s(void **state)
{
	int child;

	(void)state;
	assert_string("/chosen", "bootargs", "console=ttyAMA0 root=/dev/vda");
	assert_string("/chosen", "stdout-path", "/pl011@9000000");
	assert_int_equal(cell("/chosen", "linux,initrd-start", 1), 0x50000000);
	assert_int_equal(cell("/chosen", "linux,initrd-end", 1), 0x50123456);
	fdt_for_each_subnode(child, edited, node("/chosen"))
		fail();
}

static void what_el2_drives_is_gone(void **state)
{
	(void)state;
	assert_true(fdt_node_offset_by_compatible(edited, -1, "arm,gic-v3-its") < 0);
	assert_true(fdt_node_offset_by_compatible(edited, -1, "arm,smmu-v3") < 0);
	assert_true(fdt_node_offset_by_compatible(edited, -1, "arm,armv8-pmuv3") < 0);
	assert_int_equal(property_bytes("/pcie@10000000", "msi-map"), -1);
	assert_int_equal(property_bytes("/pcie@10000000", "iommu-map"), -1);
	assert_int_equal(property_bytes("/intc@8000000", "interrupts"), -1);
	node("/pl011@9000000");
}

static void its_that_el2_drives_stay(void **state)
{
	const void *fdt = fake_dtb(&fake_virt);
	struct dom0_fdt_plan plan = plan_for(&fake_virt, fdt);
	const char *what;

	(void)state;
	plan.its = true;
	assert_int_equal(fdt_open_into(fdt, edited, sizeof(edited)), 0);
	assert_int_equal(dom0_fdt_edit(edited, &plan, &what), 0);
	assert_true(fdt_node_offset_by_compatible(edited, -1, "arm,gic-v3-its") >= 0);
	assert_int_equal(property_bytes("/pcie@10000000", "msi-map"), 4);
}

static void gicv3_keeps_its_registers(void **state)
{
	(void)state;
	assert_reg("/intc@8000000", 0, 0x8000000, 0x10000);
	assert_reg("/intc@8000000", 1, 0x80a0000, 0xf60000);
	assert_int_equal(cell("/hypervisor", "interrupts", 2), 1);
}

static void open_with_second_region(const void *fdt)
{
	int gic;

	assert_int_equal(fdt_open_into(fdt, edited, sizeof(edited)), 0);
	gic = fdt_path_offset(edited, "/intc@8000000");
	assert_int_equal(fdt_appendprop_u64(edited, gic, "reg", 0x4000000000), 0);
	assert_int_equal(fdt_appendprop_u64(edited, gic, "reg", 0x2000000), 0);
	assert_int_equal(fdt_setprop_u32(edited, gic, "#redistributor-regions", 2), 0);
	assert_int_equal(fdt_setprop_u32(edited, gic, "redistributor-stride", 0x40000), 0);
}

/* Two sockets, and EL2 chose the second's region, which is larger. */
static void gicv3_of_several_regions_keeps_the_chosen_one(void **state)
{
	struct dom0_fdt_plan plan;
	const void *fdt = fake_dtb(&fake_virt);
	const char *what;

	(void)state;
	plan = plan_for(&fake_virt, fdt);
	open_with_second_region(fdt);
	plan.gic_entry = 3;
	assert_int_not_equal(dom0_fdt_edit(edited, &plan, &what), 0);
	assert_string_equal(what, "interrupt controller");
	open_with_second_region(fdt);
	plan.gic_entry = 2;
	assert_int_equal(dom0_fdt_edit(edited, &plan, &what), 0);
	assert_reg("/intc@8000000", 0, 0x8000000, 0x10000);
	assert_reg("/intc@8000000", 1, 0x4000000000, 0x2000000);
	assert_int_equal(property_bytes("/intc@8000000", "reg"), 32);
	assert_int_equal(property_bytes("/intc@8000000", "#redistributor-regions"), -1);
	assert_int_equal(property_bytes("/intc@8000000", "redistributor-stride"), -1);
}

static void gicv2_keeps_distributor_and_cpu_interface(void **state)
{
	(void)state;
	assert_reg("/intc@8000000", 0, 0x8000000, 0x10000);
	assert_reg("/intc@8000000", 1, 0x8010000, 0x10000);
	assert_int_equal(property_bytes("/intc@8000000", "reg"), 32);
	/* The PPI of both vCPUs. */
	assert_int_equal(cell("/hypervisor", "interrupts", 2), 0x301);
}

static void gicv2_behind_a_32_bit_bus_too(void **state)
{
	static char fdt[FAKE_DTB_BYTES];
	struct fake_machine machine = fake_virt;
	struct dom0_fdt_plan plan;
	const char *what;
	int gic;

	(void)state;
	machine.gic_version = 2;
	assert_int_equal(fdt_open_into(fake_dtb(&machine), fdt, sizeof(fdt)), 0);
	plan = plan_for(&machine, fdt);
	gic = fdt_path_offset(fdt, "/intc@8000000");
	assert_int_equal(fdt_del_node(fdt, gic), 0);
	gic = fdt_add_subnode(fdt, 0, "bus");
	assert_int_equal(fdt_setprop_u32(fdt, gic, "#address-cells", 2), 0);
	assert_int_equal(fdt_setprop_u32(fdt, gic, "#size-cells", 1), 0);
	assert_int_equal(fdt_setprop(fdt, gic, "ranges", NULL, 0), 0);
	gic = fdt_add_subnode(fdt, gic, "intc");
	assert_int_equal(fdt_setprop_string(fdt, gic, "compatible", "arm,gic-400"), 0);
	assert_int_equal(fdt_setprop_u32(fdt, gic, "phandle", 0x8001), 0);
	assert_int_equal(fdt_setprop_u32(fdt, gic, "#interrupt-cells", 3), 0);
	for (uint32_t i = 0; i < 4; i++) {
		assert_int_equal(fdt_appendprop_u64(fdt, gic, "reg", 0xf9010000 + i * 0x10000ull), 0);
		assert_int_equal(fdt_appendprop_u32(fdt, gic, "reg", 0x10000), 0);
	}
	assert_int_equal(fdt_open_into(fdt, edited, sizeof(edited)), 0);
	assert_int_equal(dom0_fdt_edit(edited, &plan, &what), 0);
	assert_int_equal(property_bytes("/bus/intc", "reg"), 24);
	assert_reg("/bus/intc", 1, 0xf9020000, 0x10000);
}

static void the_hypervisor_says_what_it_is(void **state)
{
	(void)state;
	assert_string("/hypervisor", "compatible", "vimo,vimo-s");
	assert_int_equal(cell("/hypervisor", "interrupt-parent", 0), 0x8001);
	assert_int_equal(cell("/hypervisor", "interrupts", 0), 1);
	assert_int_equal(cell("/hypervisor", "interrupts", 1), 15);
	assert_reg("/hypervisor", 0, 0x60000000, 0x60000000);
}

static void without_initrd_none_is_named(void **state)
{
	struct fake_machine machine = fake_virt;
	const void *fdt = fake_dtb(&machine);
	struct dom0_fdt_plan plan = plan_for(&machine, fdt);
	const char *what;

	(void)state;
	plan.initrd.bytes = 0;
	assert_int_equal(fdt_open_into(fdt, edited, sizeof(edited)), 0);
	assert_int_equal(dom0_fdt_edit(edited, &plan, &what), 0);
	assert_int_equal(property_bytes("/chosen", "linux,initrd-start"), -1);
}

/* Any buffer that is too small gives an error that names the step, never a write past its end. */
static void too_little_room_is_an_error(void **state)
{
	const void *fdt = fake_dtb(&fake_virt);
	struct dom0_fdt_plan plan = plan_for(&fake_virt, fdt);
	unsigned int failed = 0;

	(void)state;
	assert_int_equal(fdt_open_into(fdt, edited, sizeof(edited)), 0);
	assert_int_equal(fdt_pack(edited), 0);
	for (size_t room = fdt_totalsize(edited); room < fdt_totalsize(edited) + 512; room += 8) {
		char *small = test_malloc(room);
		const char *what = NULL;

		assert_int_equal(fdt_open_into(edited, small, (int)room), 0);
		if (dom0_fdt_edit(small, &plan, &what)) {
			assert_non_null(what);
			failed++;
		}
		test_free(small);
	}
	assert_true(failed > 0);
}

static void fewer_cpus_than_vcpus_is_an_error(void **state)
{
	struct fake_machine machine = fake_virt;
	struct dom0_fdt_plan plan;
	const char *what = NULL;
	const void *fdt;

	(void)state;
	machine.cpus = 1;
	fdt = fake_dtb(&machine);
	plan = plan_for(&machine, fdt);
	assert_int_equal(fdt_open_into(fdt, edited, sizeof(edited)), 0);
	assert_int_not_equal(dom0_fdt_edit(edited, &plan, &what), 0);
	assert_string_equal(what, "cpus");
}

#define TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_ram_is_memory_and_all_but_dom0s_is_reserved),
		TEST(firmwares_reservations_stay),
		TEST(dom0s_cpus_are_its_vcpus),
		TEST(psci_is_el2s),
		TEST(psci_0_1_leaves_power_to_drivers),
		TEST(chosen_is_dom0s),
		TEST(what_el2_drives_is_gone),
		TEST(its_that_el2_drives_stay),
		TEST(gicv3_keeps_its_registers),
		TEST(gicv3_of_several_regions_keeps_the_chosen_one),
		cmocka_unit_test_setup(gicv2_keeps_distributor_and_cpu_interface, start_v2),
		TEST(gicv2_behind_a_32_bit_bus_too),
		TEST(the_hypervisor_says_what_it_is),
		TEST(without_initrd_none_is_named),
		TEST(too_little_room_is_an_error),
		TEST(fewer_cpus_than_vcpus_is_an_error),
	};

	return cmocka_run_group_tests_name("dom0 device tree", tests, NULL, NULL);
}
