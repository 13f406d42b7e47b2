// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_setup.c - EL2's control registers on CPUs old and new: each that reset leaves UNKNOWN gets a value, and none is
 * touched that the CPU does not have (an access to it is undefined at EL2).
 */
#include "fake_sysreg.h"
#include <stdio.h>
#include <string.h>
#include "cpu/setup.h"
#include "hw/gic.h"
#include "hw/timer.h"

#define UNKNOWN 0xdeadbeefdeadbeefull

static struct cpu cpu;

void fp_save(__uint128_t *v);
void fp_load(const __uint128_t *v);
void fp_save(__uint128_t *v)
{
	(void)v;
}
void fp_load(const __uint128_t *v)
{
	(void)v;
}

/* A register that comes with an extension: the field of its ID register, and the least value there. */
static const struct extension {
	const char *name;
	unsigned int crm, op2, low, least;
	uint64_t value;
} extensions[] = {
	{ "S3_4_C5_C2_3", 4, 0, 28, 1, BIT(24) },            /* VSESR_EL2 */
	{ "S3_4_C12_C1_1", 4, 0, 28, 1, 0 },                 /* VDISR_EL2 */
	{ "S3_4_C1_C1_4", 7, 0, 56, 1, 0 },                  /* HFGRTR_EL2 */
	{ "S3_4_C1_C1_5", 7, 0, 56, 1, 0 },                  /* HFGWTR_EL2 */
	{ "S3_4_C1_C1_6", 7, 0, 56, 1, 0 },                  /* HFGITR_EL2 */
	{ "S3_4_C3_C1_4", 7, 0, 56, 1, 0 },                  /* HDFGRTR_EL2 */
	{ "S3_4_C3_C1_5", 7, 0, 56, 1, 0 },                  /* HDFGWTR_EL2 */
	{ "S3_4_C3_C1_0", 7, 0, 56, 2, 0 },                  /* HDFGRTR2_EL2 */
	{ "S3_4_C3_C1_1", 7, 0, 56, 2, 0 },                  /* HDFGWTR2_EL2 */
	{ "S3_4_C3_C1_2", 7, 0, 56, 2, 0 },                  /* HFGRTR2_EL2 */
	{ "S3_4_C3_C1_3", 7, 0, 56, 2, 0 },                  /* HFGWTR2_EL2 */
	{ "S3_4_C3_C1_7", 7, 0, 56, 2, 0 },                  /* HFGITR2_EL2 */
	{ "S3_4_C1_C2_2", 7, 1, 40, 1, 0 },                  /* HCRX_EL2 */
	{ "S3_4_C14_C3_1", 7, 1, 8, 1, 0 },                  /* CNTHV_CTL_EL2 */
	{ "S3_0_C10_C4_3", 7, 1, 16, 1, 0 },                 /* LORC_EL1 */
	{ "S3_4_C14_C0_6", 7, 0, 60, 2, 0 },                 /* CNTPOFF_EL2 */
	{ "S3_4_C10_C5_0", 4, 0, 40, 1, BIT(48) | BIT(49) }, /* MPAM2_EL2 */
	{ "S3_4_C10_C5_0", 4, 1, 16, 1, BIT(48) | BIT(49) }, /* MPAM2_EL2 of MPAM 0.1 */
	{ "S3_0_C10_C5_0", 4, 0, 40, 1, 0 },                 /* MPAM1_EL1 */
	{ "S3_0_C10_C5_1", 4, 0, 40, 1, 0 },                 /* MPAM0_EL1 */
};
static const char *const mpam_parts[] = { "S3_4_C10_C4_0", "S3_4_C10_C5_4" }; /* MPAMHCR_EL2, MPAMBW2_EL2 */

static void set_id(unsigned int crm, unsigned int op2, uint64_t value)
{
	char name[32];

	snprintf(name, sizeof(name), "S3_0_C0_C%u_%u", crm, op2);
	fake_sysreg_set(name, value);
}

static void become_armv8_0(void)
{
	fake_sysreg_reset();
	fake_sysreg_unknown = UNKNOWN;
	for (unsigned int crm = 4; crm <= 7; crm++)
		for (unsigned int op2 = 0; op2 < 8; op2++)
			set_id(crm, op2, 0);
	fake_sysreg_set("S3_0_C10_C4_4", 0); /* MPAMIDR_EL1 */
	fake_sysreg_set("midr_el1", 0x410fd034);
}

static bool touched(const char *name)
{
	return fake_sysreg_reads(name) || fake_sysreg_writes(name);
}

static void an_old_cpu_has_no_extensions(void **state)
{
	(void)state;
	become_armv8_0();
	cpu_setup(&cpu);
	for (size_t i = 0; i < ARRAY_SIZE(extensions); i++)
		assert_false(touched(extensions[i].name));
	for (size_t i = 0; i < ARRAY_SIZE(mpam_parts); i++)
		assert_false(touched(mpam_parts[i]));
	assert_false(touched("S3_0_C10_C4_4"));
	assert_false(touched("pmcr_el0"));
}

static void each_extension_gets_its_registers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(extensions); i++) {
		const struct extension *e = &extensions[i];

		for (unsigned int value = 0; value < 3; value++) {
			become_armv8_0();
			set_id(e->crm, e->op2, (uint64_t)value << e->low);
			cpu_setup(&cpu);
			if (touched(e->name) != (value >= e->least))
				print_error("%s with %u\n", e->name, value);
			assert_int_equal(touched(e->name), value >= e->least);
			if (value >= e->least)
				assert_int_equal(fake_sysreg_get(e->name), e->value);
		}
	}
}

/* No part of an UNKNOWN value stays in a register that changes what EL1 does. */
static void no_unknown_value_stays(void **state)
{
	static const char *const names[] = { "hcr_el2",     "mdcr_el2",  "cptr_el2",     "hstr_el2",
					     "cnthctl_el2", "vttbr_el2", "S3_4_C1_C1_7", "actlr_el2",
					     "mdscr_el1",   "vtcr_el2",  "dbgbcr0_el1",  "dbgwcr0_el1" };
	uint64_t first[ARRAY_SIZE(names)];

	(void)state;
	for (int round = 0; round < 2; round++) {
		become_armv8_0();
		fake_sysreg_unknown = round ? ~UNKNOWN : UNKNOWN;
		cpu_setup(&cpu);
		for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
			if (!round)
				first[i] = fake_sysreg_get(names[i]);
			assert_int_equal(fake_sysreg_get(names[i]), first[i]);
		}
	}
}

static void traps_of_what_guests_do_not_see(void **state)
{
	uint64_t hcr;

	(void)state;
	become_armv8_0();
	set_id(4, 0, 1 << 28); /* RAS */
	set_id(4, 1, 2 << 8);  /* MTE */
	set_id(7, 1, 1 << 16); /* LOR */
	cpu_setup(&cpu);
	hcr = fake_sysreg_get("hcr_el2");
	assert_true(hcr & HCR_TERR);
	assert_true(hcr & HCR_TID5);
	assert_true(hcr & HCR_TLOR);
	assert_true(hcr & HCR_TID1);
	assert_true(hcr & HCR_TID3);
	assert_true(hcr & HCR_TIDCP);
	assert_true(hcr & HCR_TACR);
	/* APK, API, ATA, EnSCXT, NV, FIEN, TME: 0 traps or takes away. */
	assert_int_equal(hcr & (BIT(40) | BIT(41) | BIT(56) | BIT(53) | BIT(42) | BIT(47) | BIT(39)), 0);
}

static void stage_2_is_set_after_the_traps(void **state)
{
	uint64_t hcr;

	(void)state;
	become_armv8_0();
	cpu_setup(&cpu);
	hcr = fake_sysreg_get("hcr_el2");
	assert_false(hcr & HCR_FWB);
	cpu_set_stage2(0x1234, false);
	assert_int_equal(fake_sysreg_get("vtcr_el2"), 0x1234);
	assert_true(fake_sysreg_get("hcr_el2") == hcr);
	cpu_set_stage2(0x1234, true);
	assert_true(fake_sysreg_get("hcr_el2") == (hcr | HCR_FWB));
}

static void all_event_counters_are_counted_as_el1s(void **state)
{
	(void)state;
	become_armv8_0();
	set_id(5, 0, 1 << 8);
	fake_sysreg_set("pmcr_el0", 6 << 11);
	cpu_setup(&cpu);
	assert_int_equal(fake_sysreg_get("mdcr_el2") & 0x1f, 6);
	/* A PMU that is the maker's own */
	become_armv8_0();
	set_id(5, 0, 0xf << 8);
	cpu_setup(&cpu);
	assert_false(touched("pmcr_el0"));
	assert_int_equal(fake_sysreg_get("mdcr_el2") & 0x1f, 0);
}

static void mpam_traps_its_id_register(void **state)
{
	(void)state;
	become_armv8_0();
	set_id(4, 0, 1ull << 40);
	fake_sysreg_set("S3_0_C10_C4_4", BIT(17) | BIT(56));
	cpu_setup(&cpu);
	assert_int_equal(fake_sysreg_get("S3_4_C10_C4_0"), BIT(31));
	assert_int_equal(fake_sysreg_get("S3_4_C10_C5_4"), 0);
	become_armv8_0();
	set_id(4, 0, 1ull << 40);
	fake_sysreg_set("S3_0_C10_C4_4", BIT(58));
	cpu_setup(&cpu);
	assert_int_equal(fake_sysreg_get("S3_4_C10_C5_0"), BIT(48) | BIT(49) | BIT(58));
	assert_false(touched("S3_4_C10_C4_0"));
}

/* ACTLR_EL2 of another maker may mean anything. */
static void actlr_of_other_makers_stays(void **state)
{
	(void)state;
	become_armv8_0();
	fake_sysreg_set("midr_el1", 0x500f0000);
	cpu_setup(&cpu);
	assert_false(touched("actlr_el2"));
	assert_int_equal(fake_sysreg_get("vpidr_el2"), 0x500f0000);
}

#define A53 0x410fd034
#define A72 0x410fd083
#define A72_LATER 0x411fd080

static void cpus_of_one_midr_are_of_one_kind(void **state)
{
	static const uint64_t midrs[] = { A53, A72, A53, A72_LATER, A72 };

	(void)state;
	cpu_count = ARRAY_SIZE(midrs);
	for (unsigned int i = 0; i < cpu_count; i++) {
		become_armv8_0();
		fake_sysreg_set("midr_el1", midrs[i]);
		cpu_setup(&cpus[i]);
		assert_int_equal(cpus[i].midr, midrs[i]);
	}
	assert_int_equal(cpu_find_kinds(false), 3);
	assert_int_equal(cpus[0].kind, cpus[2].kind);
	assert_int_equal(cpus[1].kind, cpus[4].kind);
	assert_int_not_equal(cpus[0].kind, cpus[1].kind);
	assert_int_not_equal(cpus[1].kind, cpus[3].kind);
	assert_int_equal(cpu_find_kinds(true), 1);
	assert_int_equal(cpus[3].kind, cpus[0].kind);
}

static void ignore(uint32_t intid)
{
	(void)intid;
}
static void ignore_edge(uint32_t intid, bool edge)
{
	(void)intid;
	(void)edge;
}
static const struct gic_ops quiet_gic = { .enable = ignore, .set_edge = ignore_edge };
const struct gic_ops *gic = &quiet_gic;

/* Timers at EL1 are UNKNOWN after reset; and a CPU's own CNTFRQ_EL0 does not change EL2's clock. */
static void each_cpu_has_the_boot_cpus_clock(void **state)
{
	(void)state;
	become_armv8_0();
	fake_sysreg_set("cntfrq_el0", 24000000);
	timer_init_cpu();
	assert_int_equal(counter_to_ns(24000000), 1000000000);
	assert_int_equal(fake_sysreg_get("cntp_ctl_el0"), 0);
	assert_int_equal(fake_sysreg_get("cntv_ctl_el0"), 0);
	for (uint64_t other = 0; other < 2; other++) {
		become_armv8_0();
		fake_sysreg_set("cntfrq_el0", other * 50000000);
		timer_init_cpu();
		assert_int_equal(counter_to_ns(24000000), 1000000000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_old_cpu_has_no_extensions),
		cmocka_unit_test(each_extension_gets_its_registers),
		cmocka_unit_test(no_unknown_value_stays),
		cmocka_unit_test(traps_of_what_guests_do_not_see),
		cmocka_unit_test(stage_2_is_set_after_the_traps),
		cmocka_unit_test(all_event_counters_are_counted_as_el1s),
		cmocka_unit_test(mpam_traps_its_id_register),
		cmocka_unit_test(actlr_of_other_makers_stays),
		cmocka_unit_test(cpus_of_one_midr_are_of_one_kind),
		cmocka_unit_test(each_cpu_has_the_boot_cpus_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
