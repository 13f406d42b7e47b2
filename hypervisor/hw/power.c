// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * power.c - "syscon-poweroff" and "syscon-reboot" of the device tree (bindings of the same names): a register, and the
 * bits to write. Owner of the table, written at boot.
 */
#include "hw/power.h"
#include <libfdt.h>
#include "cpu/barrier.h"
#include "hw/fdt_reg.h"
#include "hw/mmio_io.h"
#include "hw/timer.h"
#include "mem/el2_map.h"

#define SETTLE_NS 1000000000ull

static struct {
	const char *const compatible;
	uint64_t address; /* 0: none */
	uint64_t value, mask;
} table[POWER_ACTIONS] = {
	[POWER_OFF] = { .compatible = "syscon-poweroff" },
	[POWER_RESET] = { .compatible = "syscon-reboot" },
};

/* The register's block is named by "regmap", or is the parent. 0: none. */
static uint64_t find_register(const void *fdt, int node)
{
	uint64_t regmap, offset, base, bytes;
	int block = fdt_parent_offset(fdt, node);

	if (fdt_number(fdt, node, "regmap", &regmap))
		block = fdt_node_offset_by_phandle(fdt, (uint32_t)regmap);
	if (!fdt_number(fdt, node, "offset", &offset) && !fdt_reg_untranslated(fdt, node, 0, &offset, &bytes))
		return 0;
	if (block < 0 || !fdt_reg_entry(fdt, block, 0, &base, &bytes) || bytes < 4 || offset > bytes - 4)
		return 0;
	return IS_ALIGNED(base + offset, 4) ? base + offset : 0;
}

/* Without "value", "mask" is the value of the whole register. */
static bool find_bits(const void *fdt, int node, uint64_t *value, uint64_t *mask)
{
	bool has_mask = fdt_number(fdt, node, "mask", mask), has_value = fdt_number(fdt, node, "value", value);

	if (!has_value)
		*value = *mask;
	if (!has_value || !has_mask)
		*mask = UINT32_MAX;
	return has_value || has_mask;
}

void power_init(const void *fdt)
{
	for (unsigned int i = 0; i < POWER_ACTIONS; i++) {
		int node = fdt_node_offset_by_compatible(fdt, -1, table[i].compatible);
		bool named = node >= 0 && fdt_is_available(fdt, node) &&
			     find_bits(fdt, node, &table[i].value, &table[i].mask);
		uint64_t address = named ? find_register(fdt, node) : 0, page = ALIGN_DOWN(address, PAGE_SIZE);
		enum vimo_status status = address ? el2_map(page, PA(page), PAGE_SIZE, EL2_DEVICE) : VIMO_NOT_FOUND;

		/* The page may be the UART's, or that of the action before. */
		table[i].address = !status || status == VIMO_EXISTS ? address : 0;
	}
}

bool power_can(enum power_action action)
{
	return table[action].address;
}

void power_act(enum power_action action)
{
	uint64_t address = table[action].address, end = counter_now() + ns_to_counter(SETTLE_NS);
	uint32_t mask = (uint32_t)table[action].mask;

	if (!address)
		return;
	mmio_write32(address, (mmio_read32(address) & ~mask) | ((uint32_t)table[action].value & mask));
	dsb_sy();
	while (counter_now() < end)
		;
}
