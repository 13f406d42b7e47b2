// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_gic.c - the driver of GICv2 on a distributor that behaves as silicon may:
 * a write waits in a buffer until a read of the same device pushes it out
 * (IHI 0048 B.b, 4.1.2; DDI 0487 J.a, B2.7.2), and registers hold what a boot
 * loader left there.
 */
#include "fake_el2.h"
#include <libfdt.h>
#include <string.h>
#include "cpu/cpu.h"
#include "hw/gic.h"
#include "hw/mmio_io.h"
#include "mem/el2_map.h"

#define GICD 0x08000000ull
#define GICC 0x08010000ull
#define GICH 0x08030000ull
#define GICV 0x08040000ull
#define FRAME 0x2000u
#define ISACTIVER 0x300u
#define ICACTIVER 0x380u
#define POSTED_MAX 64u

struct gic_info gic_info;
const struct gic_ops *gic;
struct cpu cpus[CPU_MAX];

static uint32_t gicd_words[FRAME / 4], gicc_words[FRAME / 4], gich_words[FRAME / 4];
static struct {
	uint64_t offset;
	uint32_t value;
} posted[POSTED_MAX];
static unsigned int posted_count;
static char tree[1024];

enum vimo_status el2_map(uint64_t va, pa_t pa, size_t bytes, enum el2_prot prot)
{
	assert_int_equal(va, pa.v);
	assert_int_equal(prot, EL2_DEVICE);
	assert_true(bytes >= PAGE_SIZE);
	return VIMO_OK;
}

static void reach_distributor(uint64_t offset, uint32_t value)
{
	if (offset >= ICACTIVER && offset < ICACTIVER + 0x80)
		gicd_words[(offset - 0x80) / 4] &= ~value;
	else if (offset >= ISACTIVER && offset < ICACTIVER)
		gicd_words[offset / 4] |= value;
	else
		gicd_words[offset / 4] = value;
}

static void push_out(void)
{
	for (unsigned int i = 0; i < posted_count; i++)
		reach_distributor(posted[i].offset, posted[i].value);
	posted_count = 0;
}

static uint32_t *word(uint64_t address)
{
	if (address >= GICD && address < GICD + FRAME)
		return &gicd_words[(address - GICD) / 4];
	if (address >= GICC && address < GICC + FRAME)
		return &gicc_words[(address - GICC) / 4];
	assert_true(address >= GICH && address < GICH + FRAME);
	return &gich_words[(address - GICH) / 4];
}

uint64_t test_mmio_read(uint64_t address, unsigned int bytes)
{
	assert_int_equal(bytes, 4);
	if (address < GICC)
		push_out();
	return *word(address);
}

void test_mmio_write(uint64_t address, uint64_t value, unsigned int bytes)
{
	assert_true(bytes == 4 || bytes == 1);
	if (bytes == 1)
		return;
	if (address >= GICC) {
		*word(address) = (uint32_t)value;
		return;
	}
	if (posted_count == POSTED_MAX)
		push_out();
	posted[posted_count].offset = address - GICD;
	posted[posted_count++].value = (uint32_t)value;
}

static void *device_tree(void)
{
	static const uint64_t parts[] = { GICD, 0x1000, GICC, FRAME, GICH, FRAME, GICV, FRAME };
	int node;

	assert_int_equal(fdt_create_empty_tree(tree, sizeof(tree)), 0);
	assert_int_equal(fdt_setprop_u32(tree, 0, "#address-cells", 2), 0);
	assert_int_equal(fdt_setprop_u32(tree, 0, "#size-cells", 2), 0);
	node = fdt_add_subnode(tree, 0, "intc");
	for (unsigned int i = 0; i < ARRAY_SIZE(parts); i++)
		assert_int_equal(fdt_appendprop_u64(tree, node, "reg", parts[i]), 0);
	gic_info = (struct gic_info){ .version = 2, .maintenance = 25, .fdt_node = (unsigned int)node };
	return tree;
}

static int start(void **state)
{
	(void)state;
	memset(gicd_words, 0, sizeof(gicd_words));
	memset(gicc_words, 0xa5, sizeof(gicc_words));
	memset(gich_words, 0xa5, sizeof(gich_words));
	posted_count = 0;
	gicd_words[1] = 2; /* GICD_TYPER: 96 lines */
	gich_words[1] = 3; /* GICH_VTR: 4 list registers */
	memset(cpus, 0, sizeof(cpus));
	test_this_cpu = &cpus[0];
	gic = &gicv2_ops;
	assert_int_equal(gic->init(device_tree()), VIMO_OK);
	assert_int_equal(gic->init_cpu(), VIMO_OK);
	push_out();
	return 0;
}

static void active_state_is_there_when_the_guest_goes_on(void **state)
{
	(void)state;
	gic->set_active(27, true);
	assert_int_equal(posted_count, 0);
	assert_int_equal(gicd_words[ISACTIVER / 4], 1u << 27);
	gic->set_active(27, false);
	assert_int_equal(posted_count, 0);
	assert_int_equal(gicd_words[ISACTIVER / 4], 0);
	gic->set_active(70, true);
	assert_int_equal(posted_count, 0);
	assert_int_equal(gicd_words[ISACTIVER / 4 + 2], 1u << 6);
}

static void nothing_of_the_boot_loader_is_active(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(gicc_words[(0xd0 + i * 4) / 4], 0); /* GICC_APR */
	assert_int_equal(gich_words[0xf0 / 4], 0);                   /* GICH_APR */
	assert_int_equal(gich_words[0x08 / 4], 0);                   /* GICH_VMCR */
	assert_int_equal(gich_words[0x00 / 4], 0);                   /* GICH_HCR */
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(gich_words[0x100 / 4 + i], 0);
}

static void an_fiq_has_no_interrupt(void **state)
{
	(void)state;
	assert_int_equal(gic->quell_fiq(), GIC_SPURIOUS);
	assert_int_equal(gicc_words[0] & 8, 0); /* GICC_CTLR.FIQEn */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(active_state_is_there_when_the_guest_goes_on, start),
		cmocka_unit_test_setup(nothing_of_the_boot_loader_is_active, start),
		cmocka_unit_test_setup(an_fiq_has_no_interrupt, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
