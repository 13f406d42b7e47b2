// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * firmware.c - calls of the board's firmware that dom0's drivers need: clocks, power, reset, FPGA (Arm DEN 0028, ranges
 * of the silicon partner and the OEM). dom0 can reach with them what the firmware can: as by DMA, it is trusted with
 * that. Owner of the list, fixed after boot.
 */
#include "hw/firmware.h"
#include <libfdt.h>
#include "hw/fdt_reg.h"
#include "lib/log.h"

struct call_range {
	const char *board; /* of the root's "compatible" */
	uint32_t first, last;
};

static const struct call_range known[] = {
	/* EEMI, and mailboxes of the power controller (Xilinx UG1200; TF-A, plat/xilinx) */
	{ "xlnx,zynqmp", 0xc2000000, 0xc200ffff },
	{ "xlnx,zynqmp", 0x82001000, 0x820010ff },
	{ "xlnx,versal", 0xc2000000, 0xc200ffff },
	{ "xlnx,versal", 0x82001000, 0x820010ff },
	/* DRAM clocks, suspend modes, SCMI (TF-A, plat/rockchip) */
	{ "rockchip,rk3328", 0x82000000, 0x820000ff },
	{ "rockchip,rk3399", 0x82000000, 0x820000ff },
	{ "rockchip,rk3566", 0x82000000, 0x820000ff },
	{ "rockchip,rk3568", 0x82000000, 0x820000ff },
	{ "rockchip,rk3588", 0x82000000, 0x820000ff },
	{ "rockchip,rk3588s", 0x82000000, 0x820000ff },
	/* Configuration space of PCIe (Arm DEN 0115; TF-A, plat/rpi) */
	{ "brcm,bcm2711", 0x84000130, 0x84000134 },
	{ "brcm,bcm2712", 0x84000130, 0x84000134 },
};

#define RANGES_MAX 8u
#define FAST_CALL BIT(31)
#define OWNER(function) FIELD(function, 29, 24)
#define OWNER_SILICON 2u
#define OWNER_OEM 3u

static struct call_range allowed[RANGES_MAX];
static unsigned int allowed_count;

static void allow(uint32_t first, uint32_t last)
{
	if (allowed_count == RANGES_MAX)
		return;
	allowed[allowed_count].first = first;
	allowed[allowed_count++].last = last;
	log_print(LOG_INFO, "firmware: dom0 may call %x to %x", first, last);
}

/* SCMI by SMC: one function, named in the tree (binding arm,scmi.yaml). */
static void allow_scmi(const void *fdt)
{
	uint64_t function;
	int node = fdt_node_offset_by_compatible(fdt, -1, "arm,scmi-smc");

	if (node < 0 || !fdt_number(fdt, node, "arm,smc-id", &function) || !(function & FAST_CALL) || function >> 32)
		return;
	if (OWNER(function) == OWNER_SILICON || OWNER(function) == OWNER_OEM)
		allow((uint32_t)function, (uint32_t)function);
}

void firmware_init(const void *fdt)
{
	allowed_count = 0;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (fdt_node_check_compatible(fdt, 0, known[i].board) == 0)
			allow(known[i].first, known[i].last);
	allow_scmi(fdt);
}

bool firmware_allows(uint32_t function)
{
	for (unsigned int i = 0; i < allowed_count; i++)
		if (function >= allowed[i].first && function <= allowed[i].last)
			return true;
	return false;
}
