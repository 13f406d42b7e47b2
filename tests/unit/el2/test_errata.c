// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_errata.c - errata by MIDR, measures of branch prediction, the severity of SErrors.
 */
#include <string.h>
#include "fake_el2.h"
#include "cpu/errata.h"
#include "cpu/model.h"
#include "cpu/serror.h"
#include "cpu/speculation.h"

#define MIDR(part, variant, revision) (0x410f0000ull | (part) << 4 | (variant) << 20 | (revision))
#define A53 0xd03u
#define A55 0xd05u
#define A57 0xd07u
#define A72 0xd08u
#define A73 0xd09u
#define A76 0xd0bu
#define A77 0xd0du
#define N1 0xd0cu
#define N2 0xd49u
#define CSV2_1 BIT(56)
#define CSV2_3 (3ull << 56)
#define CLRBHB BIT(28)
#define ECBHB BIT(60)

static bool has(uint64_t midr, const char *number)
{
	const struct erratum *row;

	for (unsigned int at = 0; (row = errata_next(midr, &at));)
		if (strstr(row->name, number))
			return true;
	return false;
}

static void errata_hold_for_a_range_of_revisions(void **state)
{
	(void)state;
	assert_true(has(MIDR(A57, 1, 2), "834220"));
	assert_false(has(MIDR(A57, 1, 3), "834220"));
	assert_true(has(MIDR(A57, 1, 3), "1319537"));
	assert_true(has(MIDR(A72, 1, 0), "1319367"));
	assert_true(has(MIDR(A76, 3, 0), "1286807"));
	assert_false(has(MIDR(A76, 3, 1), "1286807"));
	assert_true(has(MIDR(A76, 2, 0), "1165522"));
	assert_false(has(MIDR(A76, 3, 0), "1165522"));
	assert_true(has(MIDR(A55, 2, 0), "1530923"));
	assert_false(has(MIDR(A55, 2, 1), "1530923"));
	assert_true(has(MIDR(A77, 1, 0), "1508412"));
	assert_false(has(MIDR(A77, 1, 1), "1508412"));
	assert_true(has(MIDR(A53, 0, 4), "843419"));
	assert_true(has(MIDR(A53, 0, 1), "819472"));
	assert_false(has(MIDR(A53, 0, 2), "819472"));
	assert_true(has(MIDR(A53, 0, 2), "827319"));
	assert_false(has(MIDR(A53, 0, 3), "827319"));
}

static void another_implementer_has_other_errata(void **state)
{
	(void)state;
	assert_false(has(MIDR(A72, 0, 3) ^ 0x03000000u, "1319367"));
	assert_null(cpu_model(MIDR(A72, 0, 3) ^ 0x03000000u));
	assert_string_equal(cpu_model(MIDR(A72, 0, 3))->name, "Cortex-A72");
}

static void flags_of_all_cpus_are_joined(void **state)
{
	(void)state;
	errata_present = 0;
	errata_init_cpu(0, MIDR(A57, 1, 0));
	assert_true(errata_present & ERRATUM_STAGE1_FIRST);
	assert_false(errata_present & ERRATUM_TLBI_TWICE);
	errata_init_cpu(1, MIDR(A76, 4, 1));
	assert_true(errata_present & ERRATUM_STAGE1_FIRST);
	assert_true(errata_present & ERRATUM_TLBI_TWICE);
}

/* CVE-2025-10263, and 2441007 of Cortex-A55: every revision. */
static void errata_of_tlbi_hold_for_all_revisions(void **state)
{
	static const struct {
		uint32_t part, erratum;
	} expected[] = { { A53, 0 },      { A55, 2441007 }, { A57, 0 },         { A72, 0 },
			 { A73, 0 },      { A76, 4193800 }, { A77, 4193798 },   { 0xd41u, 4193791 },
			 { N1, 4193800 }, { N2, 4193789 },  { 0xd40u, 4193790 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		assert_int_equal(cpu_model(MIDR(expected[i].part, 15, 15))->tlbi_erratum, expected[i].erratum);
		errata_present = 0;
		errata_init_cpu(0, MIDR(expected[i].part, 15, 15));
		assert_int_equal(errata_present & ERRATUM_TLBI_TWICE, expected[i].erratum ? ERRATUM_TLBI_TWICE : 0);
	}
}

static struct speculation_choice choose(uint64_t midr, uint64_t pfr0, int workaround_1, int workaround_3)
{
	struct speculation_input input = {
		.midr = midr, .pfr0 = pfr0, .workaround_1 = workaround_1, .workaround_3 = workaround_3
	};

	return speculation_choose(&input);
}

static void a_cpu_that_needs_nothing_gets_nothing(void **state)
{
	struct speculation_choice choice = choose(MIDR(A53, 0, 4), 0, -1, -1);

	(void)state;
	assert_int_equal(choice.vectors, SPECULATION_NONE);
	assert_int_equal(choice.targets, SPECULATION_UNAFFECTED);
	assert_int_equal(choice.history, SPECULATION_UNAFFECTED);
	assert_int_equal(choose(MIDR(N2, 0, 0), CSV2_3, -1, -1).vectors, SPECULATION_NONE);
	/* A model without an entry in any table. */
	assert_int_equal(choose(0x61000000, CSV2_1, -1, -1).vectors, SPECULATION_NONE);
}

static void history_is_filled_as_the_model_needs(void **state)
{
	struct speculation_choice choice = choose(MIDR(N1, 3, 1), CSV2_1, -1, -1);
	struct speculation_input clear = { .midr = MIDR(N2, 0, 0), .pfr0 = CSV2_1, .isar2 = CLRBHB };
	struct speculation_input separate = { .midr = MIDR(N2, 0, 0), .pfr0 = CSV2_1, .mmfr1 = ECBHB };

	(void)state;
	assert_int_equal(choice.vectors, SPECULATION_LOOP);
	assert_int_equal(choice.loops, 24);
	assert_int_equal(choice.workaround, 0);
	assert_int_equal(choose(MIDR(N2, 0, 0), CSV2_1, -1, -1).loops, 32);
	assert_int_equal(speculation_choose(&clear).vectors, SPECULATION_CLEAR);
	assert_int_equal(speculation_choose(&separate).vectors, SPECULATION_NONE);
	assert_int_equal(speculation_choose(&separate).history, SPECULATION_UNAFFECTED);
}

static void old_cpus_need_the_firmware(void **state)
{
	struct speculation_choice a72 = choose(MIDR(A72, 0, 3), 0, 0, 0);
	struct speculation_choice a73 = choose(MIDR(A73, 0, 2), 0, 0, 0);

	(void)state;
	assert_int_equal(a72.vectors, SPECULATION_FIRMWARE);
	assert_int_equal(a72.workaround, SMCCC_ARCH_WORKAROUND_1);
	assert_int_equal(a72.loops, 8);
	/* No loop is long enough: one call does both. */
	assert_int_equal(a73.vectors, SPECULATION_FIRMWARE);
	assert_int_equal(a73.workaround, SMCCC_ARCH_WORKAROUND_3);
	assert_int_equal(a73.loops, 0);
	/* Firmware that says "not affected" is believed. */
	assert_int_equal(choose(MIDR(A72, 1, 0), 0, 1, -1).vectors, SPECULATION_LOOP);
}

static void without_firmware_an_old_cpu_is_vulnerable(void **state)
{
	struct speculation_choice choice = choose(MIDR(A72, 0, 3), 0, -1, -1);

	(void)state;
	assert_int_equal(choice.targets, SPECULATION_VULNERABLE);
	assert_int_equal(choice.history, SPECULATION_VULNERABLE);
	assert_int_equal(choice.vectors, SPECULATION_NONE);
}

static void only_contained_errors_are_harmless(void **state)
{
	const uint64_t ras = ESR_EC_SERROR << 26 | SERROR_DFSC_RAS;

	(void)state;
	assert_true(serror_is_harmless(ras | AET_CORRECTED << 10));
	assert_true(serror_is_harmless(ras | AET_RESTARTABLE << 10));
	assert_false(serror_is_harmless(ras));           /* uncontainable */
	assert_false(serror_is_harmless(ras | 1 << 10)); /* unrecoverable */
	assert_false(serror_is_harmless(ras | 3 << 10)); /* recoverable, by software that knows it */
	/* An implementation defined syndrome, and one of a CPU without RAS: AET means nothing. */
	assert_false(serror_is_harmless(ras | SERROR_IDS | AET_CORRECTED << 10));
	assert_false(serror_is_harmless(ESR_EC_SERROR << 26 | AET_CORRECTED << 10));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errata_hold_for_a_range_of_revisions),
		cmocka_unit_test(another_implementer_has_other_errata),
		cmocka_unit_test(flags_of_all_cpus_are_joined),
		cmocka_unit_test(errata_of_tlbi_hold_for_all_revisions),
		cmocka_unit_test(a_cpu_that_needs_nothing_gets_nothing),
		cmocka_unit_test(history_is_filled_as_the_model_needs),
		cmocka_unit_test(old_cpus_need_the_firmware),
		cmocka_unit_test(without_firmware_an_old_cpu_is_vulnerable),
		cmocka_unit_test(only_contained_errors_are_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
