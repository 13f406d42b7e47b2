// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_features.c - ID registers of real and imagined CPUs, and what guests see of them.
 */
#include "fake_sysreg.h"
#include <stdio.h>
#include <string.h>
#include "cpu/features.h"
#include "cpu_ids.h"

/* features.c merges CPUs into static state: include it to start each test with none. */
#include "../../../hypervisor/cpu/features.c"

static int no_cpu(void **state)
{
	(void)state;
	fake_sysreg_reset();
	memset(id_register, 0, sizeof(id_register));
	seen = fwb = false;
	return 0;
}

static void set_id(unsigned int crm, unsigned int op2, uint64_t value)
{
	char name[32];

	snprintf(name, sizeof(name), "S3_0_C0_C%u_%u", crm, op2);
	fake_sysreg_set(name, value);
}

static void set_all(uint64_t value)
{
	for (unsigned int crm = 1; crm <= 7; crm++)
		for (unsigned int op2 = 0; op2 < 8; op2++)
			set_id(crm, op2, value);
}

static void become(const struct cpu_ids *ids)
{
	set_all(0);
	set_id(4, 0, ids->pfr0);
	set_id(4, 1, ids->pfr1);
	set_id(5, 0, ids->dfr0);
	set_id(6, 0, ids->isar0);
	set_id(6, 1, ids->isar1);
	set_id(7, 0, ids->mmfr0);
	set_id(7, 1, ids->mmfr1);
	set_id(7, 2, ids->mmfr2);
	set_id(1, 0, ids->aarch32_pfr0);
	set_id(2, 5, ids->aarch32_isar5);
	set_id(3, 1, ids->mvfr1);
}

static void expect_id(const char *name, unsigned int crm, unsigned int op2, uint64_t value)
{
	if (features_id_register(crm, op2) != value)
		print_error("%s, S3_0_C0_C%u_%u\n", name, crm, op2);
	assert_int_equal(features_id_register(crm, op2), value);
}

static void guests_see_what_works_of_each_cpu(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(cpu_ids); i++) {
		const char *name = cpu_ids[i].cpu.name;
		const struct cpu_ids *guest = &cpu_ids[i].guest;

		no_cpu(state);
		become(&cpu_ids[i].cpu);
		features_add_cpu();
		expect_id(name, 4, 0, guest->pfr0);
		expect_id(name, 4, 1, guest->pfr1);
		expect_id(name, 5, 0, guest->dfr0);
		expect_id(name, 6, 0, guest->isar0);
		expect_id(name, 6, 1, guest->isar1);
		expect_id(name, 7, 0, guest->mmfr0);
		expect_id(name, 7, 1, guest->mmfr1);
		expect_id(name, 7, 2, guest->mmfr2);
		expect_id(name, 1, 0, guest->aarch32_pfr0);
		expect_id(name, 2, 5, guest->aarch32_isar5);
		expect_id(name, 3, 1, guest->mvfr1);
	}
}

/* Fields of a register that S3_0_C0_C<crm>_<op2> shows at all. */
static uint64_t most_of(unsigned int crm, unsigned int op2)
{
	for (size_t i = 0; i < ARRAY_SIZE(allowed); i++)
		if (allowed[i].crm == crm && allowed[i].op2 == op2)
			return allowed[i].most | allowed[i].negative;
	return 0;
}

/* A second row for a register would hide or widen what the first shows. */
static void each_register_has_one_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(allowed); i++) {
		assert_in_range(allowed[i].crm, 1, 7);
		assert_in_range(allowed[i].op2, 0, 7);
		for (size_t earlier = 0; earlier < i; earlier++)
			assert_false(allowed[earlier].crm == allowed[i].crm && allowed[earlier].op2 == allowed[i].op2);
		for (unsigned int low = 0; low < 64; low += 4)
			assert_true(FIELD(allowed[i].negative, low + 3, low) % 15 == 0);
	}
}

/* A CPU of the future: unknown fields stay hidden, known ones end at what EL2 knows. */
static void future_fields_are_hidden(void **state)
{
	(void)state;
	set_all(~0ull);
	features_add_cpu();
	for (unsigned int crm = 1; crm <= 7; crm++)
		for (unsigned int op2 = 0; op2 < 8; op2++)
			for (unsigned int low = 0; low < 64; low += 4)
				if (!FIELD(most_of(crm, op2), low + 3, low))
					assert_int_equal(FIELD(features_id_register(crm, op2), low + 3, low), 0);
	/* SVE, SEL2, MPAM, AMU, RME, RAS; EL2 and EL3 */
	assert_int_equal(features_id_register(4, 0) & 0x00f0fffff000ff00, 0);
	/* MTE, RAS_frac, MPAM_frac, SME, RNDR_trap, NMI, MTE_frac, GCS, THE, MTEX, DF2, PFAR */
	assert_int_equal(features_id_register(4, 1) & 0xfffffff0ffffff00, 0);
	assert_int_equal(features_id_register(6, 2) & MASK(19, 16), 0); /* MOPS */
	assert_int_equal(features_id_register(4, 7), 0);                /* FPMR */
	assert_int_equal(features_id_register(7, 3), 0);
	assert_int_equal(features_id_register(7, 4), 0);
	assert_int_equal(features_pa_bits(), 48);
}

/* The least CPU: a field of 0 stays 0, and FP of 0 means that FP is there. */
static void zero_stays_zero(void **state)
{
	(void)state;
	set_all(0);
	features_add_cpu();
	for (unsigned int crm = 1; crm <= 7; crm++)
		for (unsigned int op2 = 0; op2 < 8; op2++)
			assert_int_equal(features_id_register(crm, op2), crm == 5 && op2 == 0 ? F(36, 15) : 0);
	assert_int_equal(features_pa_bits(), 32);
}

static void addresses_of_52_bits_become_48(void **state)
{
	(void)state;
	set_all(0);
	/* PARange 52, TGran16 and TGran4 with 52 bits */
	set_id(7, 0, 6 | 2 << 20 | 1ull << 28);
	features_add_cpu();
	assert_int_equal(features_id_register(7, 0), 5 | 1 << 20);
	assert_int_equal(features_pa_bits(), 48);
}

/* big.LITTLE: what both have, in whichever order they start. */
static void guests_see_the_least_of_all_cpus(void **state)
{
	const struct cpu_ids *little = &cpu_ids[0].cpu, *big = &cpu_ids[8].cpu;

	for (int first = 0; first < 2; first++) {
		no_cpu(state);
		become(first ? little : big);
		features_add_cpu();
		become(first ? big : little);
		features_add_cpu();
		expect_id("A53 and N2", 4, 0, 0x01000012);
		expect_id("A53 and N2", 6, 0, 0x11120);
		expect_id("A53 and N2", 6, 1, 0);
		expect_id("A53 and N2", 7, 0, 0x0122);
		assert_int_equal(features_pa_bits(), 40);
	}
}

/* One CPU without FP (-1) is less than all others with it (0 or 1). */
static void absent_is_less_than_present(void **state)
{
	for (int first = 0; first < 2; first++) {
		no_cpu(state);
		for (int cpu = 0; cpu < 2; cpu++) {
			set_all(0);
			set_id(4, 0, cpu == first ? 0xff0011 : 0x110011);
			features_add_cpu();
		}
		assert_int_equal(FIELD(features_id_register(4, 0), 19, 16), 0xf);
		assert_int_equal(FIELD(features_id_register(4, 0), 23, 20), 0xf);
	}
}

/* A CPU that runs AArch32 nowhere has UNKNOWN values in AArch32's registers. */
static void without_aarch32_its_registers_are_zero(void **state)
{
	(void)state;
	set_all(0x11111111);
	set_id(4, 0, 0x1111);
	features_add_cpu();
	for (unsigned int crm = 1; crm <= 3; crm++)
		for (unsigned int op2 = 0; op2 < 8; op2++)
			assert_int_equal(features_id_register(crm, op2), 0);
}

/* A vCPU may move: all CPUs, or none. Guests do not see it, since stage 2 is EL2's. */
static void forced_write_back_is_of_all_cpus(void **state)
{
	for (unsigned int without = 0; without < 4; without++) {
		no_cpu(state);
		for (unsigned int cpu = 0; cpu < 3; cpu++) {
			set_all(0);
			set_id(7, 2, cpu == without ? 0 : 1ull << 40);
			features_add_cpu();
		}
		assert_int_equal(features_have_fwb(), without == 3);
		assert_int_equal(features_id_register(7, 2), 0);
	}
}

static void gicv2_hides_the_gics_system_registers(void **state)
{
	(void)state;
	become(&cpu_ids[0].cpu);
	features_add_cpu();
	assert_int_equal(FIELD(features_id_register(4, 0), 27, 24), 1);
	features_hide_gic();
	assert_int_equal(features_id_register(4, 0), 0x12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guests_see_what_works_of_each_cpu),
		cmocka_unit_test(each_register_has_one_row),
		cmocka_unit_test_setup(future_fields_are_hidden, no_cpu),
		cmocka_unit_test_setup(zero_stays_zero, no_cpu),
		cmocka_unit_test_setup(addresses_of_52_bits_become_48, no_cpu),
		cmocka_unit_test(guests_see_the_least_of_all_cpus),
		cmocka_unit_test(absent_is_less_than_present),
		cmocka_unit_test_setup(without_aarch32_its_registers_are_zero, no_cpu),
		cmocka_unit_test(forced_write_back_is_of_all_cpus),
		cmocka_unit_test_setup(gicv2_hides_the_gics_system_registers, no_cpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
