// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_firmware.c - PSCI of the firmware, what dom0 may ask it, and the consoles that EL2 knows.
 */
#include "fake_el2.h"
#include <libfdt.h>
#include <string.h>
#include "cpu/smc.h"
#include "hw/firmware.h"
#include "hw/psci.h"
#include "hw/uart.h"
#include "hw/uart_kind.h"
#include "mem/el2_map.h"

#define TREE_BYTES 4096
#define UART 0xfe201040ull

static char tree[TREE_BYTES];
static uint64_t called, argument;

int64_t smc_call(uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3)
{
	(void)a2;
	(void)a3;
	called = function;
	argument = a1;
	return PSCI_SUCCESS;
}

void smc_forward(uint64_t *regs)
{
	called = regs[0];
	regs[0] = 0;
}

enum vimo_status el2_map(uint64_t va, pa_t pa, size_t bytes, enum el2_prot prot)
{
	assert_int_equal(va, pa.v);
	assert_true(IS_ALIGNED(va | bytes, PAGE_SIZE));
	assert_true(va <= UART && UART + UART_BYTES <= va + bytes);
	assert_int_equal(prot, EL2_DEVICE);
	return VIMO_OK;
}

static void ok(int result)
{
	assert_true(result >= 0);
}

static int make_tree(const char *board, const char *node)
{
	int at;

	ok(fdt_create_empty_tree(tree, sizeof(tree)));
	ok(fdt_setprop_string(tree, 0, "compatible", board));
	at = fdt_add_subnode(tree, 0, node);
	ok(at);
	return at;
}

static bool make_psci(const char *compatible, const char *method)
{
	int node = make_tree("test", "psci");

	ok(fdt_setprop_string(tree, node, "compatible", compatible));
	ok(fdt_setprop_string(tree, node, "method", method));
	ok(fdt_setprop_u32(tree, node, "cpu_on", 0x95c1ba60));
	called = 0;
	return psci_init(tree);
}

static void psci_by_version(void **state)
{
	(void)state;
	assert_true(make_psci("arm,psci-1.0", "smc"));
	assert_int_equal(psci_cpu_on(0x100, 0, 0), PSCI_SUCCESS);
	assert_int_equal(called, PSCI_CPU_ON_64);
	assert_int_equal(argument, 0x100);
	assert_int_equal(psci_firmware_call(PSCI_SYSTEM_OFF, 0, 0, 0), PSCI_SUCCESS);
	/* 0.1: the tree's number, and no call for the whole machine. */
	assert_true(make_psci("arm,psci", "smc"));
	assert_int_equal(psci_cpu_on(0x101, 0, 0), PSCI_SUCCESS);
	assert_int_equal(called, 0x95c1ba60);
	assert_int_equal(psci_firmware_call(PSCI_SYSTEM_OFF, 0, 0, 0), PSCI_NOT_SUPPORTED);
}

static void psci_that_el2_cannot_call(void **state)
{
	(void)state;
	assert_false(make_psci("arm,psci-1.0", "hvc"));
	assert_int_equal(psci_cpu_on(0x100, 0, 0), PSCI_NOT_SUPPORTED);
	make_tree("test", "none");
	assert_false(psci_init(tree));
	assert_int_equal(psci_firmware_call(PSCI_SYSTEM_OFF, 0, 0, 0), PSCI_NOT_SUPPORTED);
	assert_int_equal(called, 0);
}

static void calls_of_a_board(void **state)
{
	(void)state;
	make_tree("xlnx,zynqmp", "none");
	firmware_init(tree);
	assert_true(firmware_allows(0xc2000001)); /* EEMI */
	assert_true(firmware_allows(0x82001000)); /* mailbox */
	assert_false(firmware_allows(0x82002000));
	assert_false(firmware_allows(0xc4000003)); /* PSCI CPU_ON */
	assert_false(firmware_allows(0xb2000000)); /* Trusted OS */
	make_tree("rockchip,rk3588", "none");
	firmware_init(tree);
	assert_true(firmware_allows(0x82000010));
	assert_false(firmware_allows(0xc2000001));
	make_tree("unknown,board", "none");
	firmware_init(tree);
	for (uint64_t function = 0; function < 1ull << 32; function += 0x1001)
		assert_false(firmware_allows((uint32_t)function));
}

static bool scmi_allows(uint32_t function)
{
	int node = make_tree("unknown,board", "scmi");

	ok(fdt_setprop_string(tree, node, "compatible", "arm,scmi-smc"));
	ok(fdt_setprop_u32(tree, node, "arm,smc-id", function));
	firmware_init(tree);
	return firmware_allows(function);
}

static void scmi_by_the_trees_number(void **state)
{
	(void)state;
	assert_true(scmi_allows(0x82000010));
	assert_false(firmware_allows(0x82000011));
	assert_true(scmi_allows(0xc3000001));
	/* Not PSCI, not a Trusted OS, and no call that may be interrupted and resumed. */
	assert_false(scmi_allows(0x84000008));
	assert_false(scmi_allows(0xb2000010));
	assert_false(scmi_allows(0x02000010));
}

/* A UART that takes one byte, is busy for some reads of its status, and keeps what it took. */
static const struct uart_kind *kind;
static unsigned int shift, width, busy;
static char taken[64];
static size_t taken_count;

uint64_t test_mmio_read(uint64_t address, unsigned int bytes)
{
	assert_int_equal(bytes, width);
	assert_int_equal(address, UART + ((uint64_t)kind->status << shift));
	if (busy) {
		busy--;
		return ~kind->ready & kind->mask;
	}
	return kind->ready;
}

void test_mmio_write(uint64_t address, uint64_t value, unsigned int bytes)
{
	assert_int_equal(bytes, width);
	if (address != UART + ((uint64_t)kind->data << shift))
		return;
	assert_int_equal(busy, 0);
	taken[taken_count++] = (char)value;
	busy = 3;
}

static void console_of(const char *compatible, int reg_shift, unsigned int expected_shift, unsigned int expected_width)
{
	int node = make_tree("test", "serial");
	struct uart found;

	ok(fdt_setprop_string(tree, node, "compatible", compatible));
	ok(fdt_setprop_u64(tree, node, "reg", UART));
	ok(fdt_appendprop_u32(tree, node, "reg", 0x40));
	if (reg_shift >= 0) {
		ok(fdt_setprop_u32(tree, node, "reg-shift", (uint32_t)reg_shift));
		ok(fdt_setprop_u32(tree, node, "reg-io-width", 4));
	}
	node = fdt_add_subnode(tree, 0, "chosen");
	ok(fdt_setprop_string(tree, node, "stdout-path", "/serial:115200n8"));
	assert_true(uart_find(tree, &found));
	kind = found.kind;
	shift = expected_shift;
	width = expected_width;
	busy = 2;
	taken_count = 0;
	uart_init(tree);
	uart_write("a\nb", 3);
	assert_int_equal(taken_count, 4);
	assert_memory_equal(taken, "a\r\nb", 4);
	uart_enable(false);
	uart_write("c", 1);
	assert_int_equal(taken_count, 4);
}

static void consoles(void **state)
{
	(void)state;
	console_of("arm,pl011", -1, 0, 4);
	console_of("cdns,uart-r1p12", -1, 0, 4);
	console_of("brcm,bcm2835-aux-uart", -1, 2, 4);
	console_of("snps,dw-apb-uart", 2, 2, 4);
	console_of("ns16550a", -1, 0, 1);
	console_of("ns16550a", 2, 2, 4);
	console_of("fsl,imx6q-uart", -1, 0, 4);
	console_of("amlogic,meson-gx-uart", -1, 0, 4);
	console_of("qcom,geni-debug-uart", -1, 0, 4);
}

static void no_console(void **state)
{
	struct uart found;
	int node = make_tree("test", "serial");

	(void)state;
	ok(fdt_setprop_string(tree, node, "compatible", "unknown,uart"));
	assert_false(uart_find(tree, &found));
	node = fdt_add_subnode(tree, 0, "chosen");
	ok(fdt_setprop_string(tree, node, "stdout-path", "/serial"));
	assert_false(uart_find(tree, &found));
	/* A width that no load has, and registers further apart than any UART's. */
	node = fdt_path_offset(tree, "/serial");
	ok(fdt_setprop_string(tree, node, "compatible", "ns16550a"));
	ok(fdt_setprop_u64(tree, node, "reg", UART));
	ok(fdt_appendprop_u32(tree, node, "reg", 0x40));
	assert_true(uart_find(tree, &found));
	ok(fdt_setprop_u32(tree, node, "reg-io-width", 3));
	assert_false(uart_find(tree, &found));
	ok(fdt_setprop_u32(tree, node, "reg-io-width", 1));
	ok(fdt_setprop_u32(tree, node, "reg-shift", 60));
	assert_false(uart_find(tree, &found));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(psci_by_version),  cmocka_unit_test(psci_that_el2_cannot_call),
		cmocka_unit_test(calls_of_a_board), cmocka_unit_test(scmi_by_the_trees_number),
		cmocka_unit_test(consoles),         cmocka_unit_test(no_console),
	};

	return cmocka_run_group_tests_name("firmware and consoles", tests, NULL, NULL);
}
