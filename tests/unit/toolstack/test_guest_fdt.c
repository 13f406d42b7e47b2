// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_guest_fdt.c - the device tree of a guest, read back.
 */
#include "boot/guest_fdt.h"

#include <vimo/guest_map.h>

#include <libfdt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MEMORY (256ull << 20)
#define ALL_SLOTS VIMO_GUEST_VIRTIO_COUNT

static _Alignas(8) uint8_t tree[IMAGE_DTB_BYTES];
static struct guest_config config;
static struct image_layout layout;

static int start(void **state)
{
	(void)state;
	config = (struct guest_config){
		.name = "g1", .extra = "console=hvc0 quiet", .memory_bytes = MEMORY, .vcpus = 3
	};
	layout = (struct image_layout){ .initrd = 0x4000000, .initrd_bytes = 0x123456 };
	memset(tree, 0xa5, sizeof(tree));
	return 0;
}

static void write_tree(uint32_t gic, uint32_t slots)
{
	struct error err;

	assert_int_equal(guest_fdt_write(tree, &config, &layout, gic, slots, &err), 0);
	assert_int_equal(fdt_check_header(tree), 0);
	assert_true(fdt_totalsize(tree) <= IMAGE_DTB_BYTES);
}

static const void *property(const char *path, const char *name, int *bytes)
{
	int node = fdt_path_offset(tree, path);

	if (node < 0)
		fail_msg("%s is not there", path);
	return fdt_getprop(tree, node, name, bytes);
}

static void assert_cells(const char *path, const char *name, unsigned int count, const uint32_t *expected)
{
	int bytes;
	const fdt32_t *value = property(path, name, &bytes);

	if (!value || bytes != (int)(count * 4))
		fail_msg("%s/%s has %d bytes, not %u", path, name, bytes, count * 4);
	for (unsigned int i = 0; i < count; i++)
		assert_int_equal(fdt32_to_cpu(value[i]), expected[i]);
}

#define ASSERT_CELLS(path, name, ...) \
	assert_cells(path, name, sizeof((const uint32_t[]){ __VA_ARGS__ }) / 4, (const uint32_t[]){ __VA_ARGS__ })

static void assert_text(const char *path, const char *name, const char *expected)
{
	int bytes;
	const char *value = property(path, name, &bytes);

	assert_non_null(value);
	assert_int_equal(bytes, strlen(expected) + 1);
	assert_string_equal(value, expected);
}

static void a_kernel_finds_memory_initrd_and_command_line(void **state)
{
	(void)state;
	write_tree(3, 2);
	ASSERT_CELLS("/memory@40000000", "reg", 0, VIMO_GUEST_RAM_BASE, 0, MEMORY);
	assert_text("/chosen", "bootargs", "console=hvc0 quiet");
	ASSERT_CELLS("/chosen", "linux,initrd-start", 0, VIMO_GUEST_RAM_BASE + 0x4000000);
	ASSERT_CELLS("/chosen", "linux,initrd-end", 0, VIMO_GUEST_RAM_BASE + 0x4123456);
	assert_text("/psci", "method", "hvc");
}

static void memory_above_4_gib_has_its_upper_half(void **state)
{
	(void)state;
	config.memory_bytes = 5ull << 30;
	layout.initrd = 4ull << 30;
	write_tree(3, 2);
	ASSERT_CELLS("/memory@40000000", "reg", 0, VIMO_GUEST_RAM_BASE, 1, 1u << 30);
	ASSERT_CELLS("/chosen", "linux,initrd-start", 1, VIMO_GUEST_RAM_BASE);
}

static void without_initrd_it_says_nothing_of_one(void **state)
{
	int bytes;

	(void)state;
	layout.initrd_bytes = 0;
	write_tree(3, 2);
	assert_null(property("/chosen", "linux,initrd-start", &bytes));
	assert_null(property("/chosen", "linux,initrd-end", &bytes));
}

static void each_guest_has_seeds_of_its_own(void **state)
{
	uint8_t kaslr[8];
	const void *seed;
	int bytes;

	(void)state;
	write_tree(3, 2);
	seed = property("/chosen", "kaslr-seed", &bytes);
	assert_int_equal(bytes, 8);
	memcpy(kaslr, seed, 8);
	assert_non_null(property("/chosen", "rng-seed", &bytes));
	assert_int_equal(bytes, 32);
	write_tree(3, 2);
	assert_memory_not_equal(kaslr, property("/chosen", "kaslr-seed", &bytes), 8);
}

static void cpus_are_numbered_as_el2_does(void **state)
{
	(void)state;
	config.vcpus = 20;
	write_tree(3, 2);
	for (uint32_t n = 0; n < 20; n++) {
		char path[32];

		snprintf(path, sizeof(path), "/cpus/cpu@%x", n);
		ASSERT_CELLS(path, "reg", n);
		assert_text(path, "enable-method", "psci");
	}
	assert_true(fdt_path_offset(tree, "/cpus/cpu@14") < 0);
}

static void gicv3_has_a_redistributor_for_each_vcpu(void **state)
{
	(void)state;
	write_tree(3, 2);
	assert_text("/interrupt-controller@8000000", "compatible", "arm,gic-v3");
	ASSERT_CELLS("/interrupt-controller@8000000", "reg", 0, VIMO_GUEST_GICD_BASE, 0, VIMO_GUEST_GICD_BYTES, 0,
		     VIMO_GUEST_GICR_BASE, 0, 3 * VIMO_GUEST_GICR_STRIDE);
	ASSERT_CELLS("/timer", "interrupts", 1, 13, 4, 1, 14, 4, 1, 11, 4, 1, 10, 4);
}

static void gicv2_names_the_cpus_of_each_ppi(void **state)
{
	(void)state;
	for (config.vcpus = 1; config.vcpus <= 8; config.vcpus++) {
		uint32_t flags = ((1u << config.vcpus) - 1) << 8 | 4;

		write_tree(2, 2);
		ASSERT_CELLS("/timer", "interrupts", 1, 13, flags, 1, 14, flags, 1, 11, flags, 1, 10, flags);
	}
	assert_text("/interrupt-controller@8000000", "compatible", "arm,cortex-a15-gic");
	ASSERT_CELLS("/interrupt-controller@8000000", "reg", 0, VIMO_GUEST_GICD_BASE, 0, VIMO_GUEST_GICD_BYTES, 0,
		     VIMO_GUEST_GICC_BASE, 0, VIMO_GUEST_GICC_BYTES);
}

static void devices_are_where_the_map_says(void **state)
{
	(void)state;
	write_tree(3, ALL_SLOTS);
	ASSERT_CELLS("/pl011@9000000", "reg", 0, VIMO_GUEST_UART_BASE, 0, 0x1000);
	ASSERT_CELLS("/pl011@9000000", "interrupts", 0, VIMO_GUEST_UART_INTID - 32, 4);
	ASSERT_CELLS("/pl031@9010000", "reg", 0, VIMO_GUEST_RTC_BASE, 0, 0x1000);
	ASSERT_CELLS("/pl061@9030000", "reg", 0, VIMO_GUEST_GPIO_BASE, 0, 0x1000);
	ASSERT_CELLS("/pvpanic@9060000", "reg", 0, VIMO_GUEST_PVPANIC_BASE, 0, 2);
	assert_text("/pvpanic@9060000", "compatible", "qemu,pvpanic-mmio");
	for (uint32_t slot = 0; slot < ALL_SLOTS; slot++) {
		uint32_t base = VIMO_GUEST_VIRTIO_BASE + slot * VIMO_GUEST_VIRTIO_STRIDE;
		char path[48];

		snprintf(path, sizeof(path), "/virtio_mmio@%x", base);
		ASSERT_CELLS(path, "reg", 0, base, 0, VIMO_GUEST_VIRTIO_STRIDE);
		ASSERT_CELLS(path, "interrupts", 0, VIMO_GUEST_VIRTIO_INTID + slot - 32, 1);
	}
}

static void interrupts_and_clocks_lead_somewhere(void **state)
{
	static const char *const paths[] = { "/pl011@9000000", "/pl031@9010000", "/pl061@9030000" };
	int bytes;

	(void)state;
	write_tree(3, 2);
	assert_int_equal(fdt_node_offset_by_phandle(
				 tree, fdt32_to_cpu(*(const fdt32_t *)property("/", "interrupt-parent", &bytes))),
			 fdt_path_offset(tree, "/interrupt-controller@8000000"));
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_int_equal(fdt_node_offset_by_phandle(
					 tree, fdt32_to_cpu(*(const fdt32_t *)property(paths[i], "clocks", &bytes))),
				 fdt_path_offset(tree, "/apb-pclk"));
}

#define TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_kernel_finds_memory_initrd_and_command_line),
		TEST(memory_above_4_gib_has_its_upper_half),
		TEST(without_initrd_it_says_nothing_of_one),
		TEST(each_guest_has_seeds_of_its_own),
		TEST(cpus_are_numbered_as_el2_does),
		TEST(gicv3_has_a_redistributor_for_each_vcpu),
		TEST(gicv2_names_the_cpus_of_each_ppi),
		TEST(devices_are_where_the_map_says),
		TEST(interrupts_and_clocks_lead_somewhere),
	};

	return cmocka_run_group_tests_name("guest_fdt", tests, NULL, NULL);
}
