// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_power.c - reset and power-off by a register of the board.
 */
#include "fake_el2.h"
#include <libfdt.h>
#include <string.h>
#include "hw/power.h"
#include "hw/timer.h"
#include "mem/el2_map.h"

#define BLOCK 0xfd610000ull
#define BLOCK_BYTES 0x1000u
#define HANDLE 7u
#define SECOND 1000000000ull

static char tree[4096];
static uint32_t value_before;
static struct {
	unsigned int maps, writes;
	uint64_t address, value;
} machine;
static enum vimo_status map_status;
uint64_t test_counter;

uint64_t ns_to_counter(uint64_t ns)
{
	assert_int_equal(ns, SECOND);
	return 0;
}

enum vimo_status el2_map(uint64_t va, pa_t pa, size_t bytes, enum el2_prot prot)
{
	assert_int_equal(va, pa.v);
	assert_true(IS_ALIGNED(va, PAGE_SIZE));
	assert_int_equal(bytes, PAGE_SIZE);
	assert_int_equal(prot, EL2_DEVICE);
	machine.maps++;
	return map_status;
}

uint64_t test_mmio_read(uint64_t address, unsigned int bytes)
{
	assert_int_equal(bytes, 4);
	(void)address;
	return value_before;
}

void test_mmio_write(uint64_t address, uint64_t value, unsigned int bytes)
{
	assert_int_equal(bytes, 4);
	machine.writes++;
	machine.address = address;
	machine.value = value;
}

static void ok(int result)
{
	assert_true(result >= 0);
}

/* A tree with a syscon. */
static int start(void **state)
{
	int node;

	(void)state;
	memset(&machine, 0, sizeof(machine));
	map_status = VIMO_OK;
	value_before = 0xa5a5a5a5;
	ok(fdt_create_empty_tree(tree, sizeof(tree)));
	node = fdt_add_subnode(tree, 0, "syscon");
	ok(node);
	ok(fdt_setprop_string(tree, node, "compatible", "syscon"));
	ok(fdt_setprop_u64(tree, node, "reg", BLOCK));
	ok(fdt_appendprop_u32(tree, node, "reg", BLOCK_BYTES));
	ok(fdt_setprop_u32(tree, node, "phandle", HANDLE));
	return 0;
}

static int add(const char *compatible)
{
	int node = fdt_add_subnode(tree, 0, compatible);

	ok(node);
	ok(fdt_setprop_string(tree, node, "compatible", compatible));
	return node;
}

static void set(const char *compatible, const char *name, uint32_t value)
{
	char path[64] = "/";

	strcat(path, compatible);
	ok(fdt_setprop_u32(tree, fdt_path_offset(tree, path), name, value));
}

static void add_action(const char *compatible, uint32_t offset)
{
	add(compatible);
	set(compatible, "regmap", HANDLE);
	set(compatible, "offset", offset);
}

static void act(enum power_action action)
{
	machine.writes = 0;
	power_act(action);
}

static void without_nodes_nothing_is_written(void **state)
{
	(void)state;
	power_init(tree);
	for (int action = 0; action < POWER_ACTIONS; action++) {
		assert_false(power_can((enum power_action)action));
		act((enum power_action)action);
		assert_int_equal(machine.writes, 0);
	}
	assert_int_equal(machine.maps, 0);
}

static void each_action_has_its_register(void **state)
{
	(void)state;
	add_action("syscon-poweroff", 0x40);
	set("syscon-poweroff", "value", 0x77);
	add_action("syscon-reboot", 0x80c);
	set("syscon-reboot", "value", 0x0d);
	set("syscon-reboot", "mask", 0x0f);
	power_init(tree);
	assert_true(power_can(POWER_OFF) && power_can(POWER_RESET));
	act(POWER_OFF);
	assert_int_equal(machine.writes, 1);
	assert_int_equal(machine.address, BLOCK + 0x40);
	/* Without "mask": the whole register. */
	assert_int_equal(machine.value, 0x77);
	act(POWER_RESET);
	assert_int_equal(machine.writes, 1);
	assert_int_equal(machine.address, BLOCK + 0x80c);
	assert_int_equal(machine.value, 0xa5a5a5ad);
}

static void a_mask_alone_is_the_value(void **state)
{
	(void)state;
	add_action("syscon-reboot", 0);
	set("syscon-reboot", "mask", 0x1234);
	power_init(tree);
	act(POWER_RESET);
	assert_int_equal(machine.value, 0x1234);
	assert_false(power_can(POWER_OFF));
}

static void the_block_may_be_the_parent(void **state)
{
	int block = fdt_path_offset(tree, "/syscon"), node = fdt_add_subnode(tree, block, "reboot");

	(void)state;
	ok(fdt_setprop_string(tree, node, "compatible", "syscon-reboot"));
	ok(fdt_setprop_u32(tree, node, "offset", 0x10));
	ok(fdt_setprop_u32(tree, node, "value", 1));
	power_init(tree);
	act(POWER_RESET);
	assert_int_equal(machine.address, BLOCK + 0x10);
}

/* The UART, or the other action, may be on that page. */
static void a_page_that_is_mapped_is_fine(void **state)
{
	(void)state;
	add_action("syscon-reboot", 0);
	set("syscon-reboot", "value", 1);
	map_status = VIMO_EXISTS;
	power_init(tree);
	assert_true(power_can(POWER_RESET));
	map_status = VIMO_NO_MEMORY;
	power_init(tree);
	assert_false(power_can(POWER_RESET));
}

static void hostile_trees(void **state)
{
	static const uint32_t offsets[] = { BLOCK_BYTES, BLOCK_BYTES - 3, 2, 0x80000000u, 0xffffffffu, 0xfffffffcu };

	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
		start(state);
		add_action("syscon-reboot", offsets[i]);
		set("syscon-reboot", "value", 1);
		power_init(tree);
		assert_false(power_can(POWER_RESET));
		act(POWER_RESET);
		assert_int_equal(machine.writes | machine.maps, 0);
	}
	/* No bits, no block, a disabled node. */
	start(state);
	add_action("syscon-reboot", 0);
	power_init(tree);
	assert_false(power_can(POWER_RESET));
	set("syscon-reboot", "value", 1);
	set("syscon-reboot", "regmap", HANDLE + 1);
	power_init(tree);
	assert_false(power_can(POWER_RESET));
	set("syscon-reboot", "regmap", HANDLE);
	power_init(tree);
	assert_true(power_can(POWER_RESET));
	ok(fdt_setprop_string(tree, fdt_path_offset(tree, "/syscon-reboot"), "status", "disabled"));
	power_init(tree);
	assert_false(power_can(POWER_RESET));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, start)
	const struct CMUnitTest tests[] = {
		TEST(without_nodes_nothing_is_written), TEST(each_action_has_its_register),
		TEST(a_mask_alone_is_the_value),        TEST(the_block_may_be_the_parent),
		TEST(a_page_that_is_mapped_is_fine),    TEST(hostile_trees),
	};

	return cmocka_run_group_tests_name("reset and power-off", tests, NULL, NULL);
}
