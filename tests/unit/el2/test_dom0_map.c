// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_dom0_map.c - dom0's devices, mapped when first touched.
 */
#include "fake_el2.h"
#include "guest/dom0_map.h"
#include "guest/domain.h"
#include "mem/heap.h"
#include "mem/stage2.h"
#include "mem/stage2_change.h"
#include "mem/stage2_lookup.h"

#define RAM 0x40000000ull
#define GICD 0x08000000ull

static struct domain domain;
struct domain *dom0 = &domain;

/* Exclusions are for good, as after boot: RAM and a GIC of 64 KiB. */
static int start_group(void **state)
{
	(void)state;
	assert_int_equal(dom0_map_exclude(RAM, 2 * GIGA_SIZE), VIMO_OK);
	assert_int_equal(dom0_map_exclude(GICD, 0x10000), VIMO_OK);
	assert_int_equal(dom0_map_exclude(0, 0), VIMO_OK);
	return 0;
}

static int start(void **state)
{
	(void)state;
	fake_el2_start(64);
	stage2_setup(40, false);
	assert_int_equal(stage2_init(&domain.stage2, 0), VIMO_OK);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	stage2_destroy(&domain.stage2);
	fake_el2_stop();
	return 0;
}

static void assert_device(uint64_t address)
{
	unsigned int prot;
	pa_t pa;

	assert_int_equal(stage2_lookup(&domain.stage2, IPA(address), &pa, NULL, &prot), VIMO_OK);
	assert_int_equal(pa.v, address);
	assert_int_equal(prot, STAGE2_R | STAGE2_W); /* never executable */
}

static void the_largest_block_without_an_exclusion(void **state)
{
	(void)state;
	assert_int_equal(dom0_map_device(0x8000000000 + 0x123), VIMO_OK);
	assert_int_equal(domain.stage2.leaves[0], 1);
	assert_int_equal(dom0_map_device(0x09000018), VIMO_OK);
	assert_int_equal(domain.stage2.leaves[1], 1);
	assert_device(0x09000018);
	assert_int_equal(dom0_map_device(GICD + 0x20000), VIMO_OK);
	assert_int_equal(domain.stage2.leaves[2], 1);
	assert_device(GICD + 0x20000);
}

static void excluded_addresses_are_not_found(void **state)
{
	(void)state;
	assert_int_equal(dom0_map_device(RAM), VIMO_NOT_FOUND);
	assert_int_equal(dom0_map_device(RAM + 2 * GIGA_SIZE - 1), VIMO_NOT_FOUND);
	assert_int_equal(dom0_map_device(GICD + 0xffff), VIMO_NOT_FOUND);
	assert_int_equal(domain.stage2.leaves[0] + domain.stage2.leaves[1] + domain.stage2.leaves[2], 0);
}

static void a_touch_of_what_is_mapped_is_fine(void **state)
{
	(void)state;
	assert_int_equal(dom0_map_device(0x09000000), VIMO_OK);
	assert_int_equal(dom0_map_device(0x09000000), VIMO_OK);
	/* Memory that was granted, seen in the middle of a break-before-make. */
	assert_int_equal(stage2_map(&domain.stage2, IPA(RAM), PA(RAM), BLOCK_SIZE, STAGE2_R | STAGE2_W), VIMO_OK);
	assert_int_equal(dom0_map_device(RAM + 0x1000), VIMO_OK);
	assert_int_equal(domain.stage2.leaves[1], 2);
}

static void a_page_in_the_way_makes_blocks_smaller(void **state)
{
	(void)state;
	assert_int_equal(stage2_map(&domain.stage2, IPA(0x10000000), PA(0x5000), PAGE_SIZE, STAGE2_R), VIMO_OK);
	assert_int_equal(dom0_map_device(0x10001000), VIMO_OK);
	assert_int_equal(domain.stage2.leaves[2], 2);
	assert_device(0x10001000);
}

static void addresses_beyond_the_machine_are_refused(void **state)
{
	(void)state;
	assert_int_not_equal(dom0_map_device(1ull << 40), VIMO_OK);
	assert_int_not_equal(dom0_map_device(~0ull), VIMO_OK);
}

/* Last: fills the table. */
static void too_many_exclusions_are_refused(void **state)
{
	enum vimo_status status = VIMO_OK;

	(void)state;
	for (uint64_t i = 0; !status && i < 1000; i++)
		status = dom0_map_exclude(0xff00000000 + i * 0x2000, 0x1000);
	assert_int_equal(status, VIMO_LIMIT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_largest_block_without_an_exclusion),   TEST(excluded_addresses_are_not_found),
		TEST(a_touch_of_what_is_mapped_is_fine),        TEST(a_page_in_the_way_makes_blocks_smaller),
		TEST(addresses_beyond_the_machine_are_refused), TEST(too_many_exclusions_are_refused),
	};

	return cmocka_run_group_tests_name("dom0 devices", tests, start_group, NULL);
}
