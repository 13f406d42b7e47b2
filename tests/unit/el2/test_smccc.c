// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_smccc.c - the firmware's workarounds on each CPU, and as guests see them.
 */
#include "fake_el2.h"
#include "guest/smccc.h"
#include "hw/psci.h"

#define SMCCC_VERSION 0x80000000u
#define SMCCC_ARCH_FEATURES 0x80000001u
#define A72 0x410fd083u
#define N1 0x413fd0c1u
#define CSV2_1 BIT(56)
#define SSBS (1u << 4)

static struct firmware {
	bool smccc;
	int32_t features[3];
	unsigned int calls[3];
	uint64_t argument;
} firmware;

int64_t psci_firmware_call(uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3)
{
	static const uint32_t workarounds[] = { SMCCC_ARCH_WORKAROUND_1, SMCCC_ARCH_WORKAROUND_2,
						SMCCC_ARCH_WORKAROUND_3 };

	(void)a2;
	(void)a3;
	if (function == 0x8400000a)
		return firmware.smccc && a1 == SMCCC_VERSION ? 0 : PSCI_NOT_SUPPORTED;
	assert_true(firmware.smccc);
	for (size_t i = 0; i < ARRAY_SIZE(workarounds); i++) {
		if (function == SMCCC_ARCH_FEATURES && a1 == workarounds[i])
			return firmware.features[i];
		if (function == workarounds[i]) {
			firmware.calls[i]++;
			firmware.argument = a1;
			return 0;
		}
	}
	return PSCI_NOT_SUPPORTED;
}

static enum speculation_vectors start_cpu(uint32_t midr, uint64_t pfr0, uint64_t pfr1)
{
	struct speculation_input input = { .midr = midr, .pfr0 = pfr0 };
	struct cpu cpu = { .id = 0 };

	return smccc_init_cpu(&cpu, &input, pfr1);
}

static int64_t call(uint32_t function, uint64_t argument)
{
	struct vcpu vcpu = { .x = { function, argument } };

	return smccc_arch_call(&vcpu, function) ? (int64_t)vcpu.x[0] : -1;
}

/* The states only grow: the order of the tests is that of a machine's CPUs. */
static void a_cpu_without_needs_answers_so(void **state)
{
	(void)state;
	firmware = (struct firmware){ .smccc = false };
	smccc_init();
	assert_int_equal(start_cpu(0x410fd034u, 0, SSBS), SPECULATION_NONE);
	assert_int_equal(call(SMCCC_VERSION, 0), 0x10001);
	assert_int_equal(call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_WORKAROUND_1), 1);
	assert_int_equal(call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_WORKAROUND_2), -1);
	assert_int_equal(call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_WORKAROUND_3), 1);
}

static void guests_see_the_worst_cpu(void **state)
{
	(void)state;
	assert_int_equal(start_cpu(N1, CSV2_1, SSBS), SPECULATION_LOOP);
	assert_int_equal(call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_WORKAROUND_1), 1);
	assert_int_equal(call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_WORKAROUND_3), 0);
	firmware = (struct firmware){ .smccc = true, .features = { 0, 0, 0 } };
	smccc_init();
	assert_int_equal(start_cpu(A72, 0, 0), SPECULATION_FIRMWARE);
	assert_int_equal(call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_WORKAROUND_1), 0);
}

static void a_guests_call_never_reaches_the_firmware(void **state)
{
	(void)state;
	firmware.calls[0] = firmware.calls[1] = firmware.calls[2] = 0;
	call(SMCCC_ARCH_WORKAROUND_1, 0);
	call(SMCCC_ARCH_WORKAROUND_2, 0);
	call(SMCCC_ARCH_WORKAROUND_3, 0);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(firmware.calls[i], 0);
}

static void workaround_2_is_on_for_all(void **state)
{
	(void)state;
	firmware = (struct firmware){ .smccc = true, .features = { 0, 0, 0 } };
	start_cpu(A72, 0, 0);
	assert_int_equal(firmware.calls[1], 1);
	assert_int_equal(firmware.argument, 1);
	/* "Not required": on already, and no guest can turn it off. */
	assert_int_equal(call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_WORKAROUND_2), -2);
	assert_int_equal(call(SMCCC_ARCH_WORKAROUND_2, 0), -1);
}

static void old_firmware_makes_the_machine_vulnerable(void **state)
{
	(void)state;
	firmware = (struct firmware){ .smccc = false };
	smccc_init();
	assert_int_equal(start_cpu(A72, 0, 0), SPECULATION_NONE);
	assert_int_equal(call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_WORKAROUND_1), -1);
	assert_int_equal(call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_WORKAROUND_3), -1);
	assert_int_equal(call(SMCCC_ARCH_WORKAROUND_1, 0), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cpu_without_needs_answers_so),
		cmocka_unit_test(guests_see_the_worst_cpu),
		cmocka_unit_test(a_guests_call_never_reaches_the_firmware),
		cmocka_unit_test(workaround_2_is_on_for_all),
		cmocka_unit_test(old_firmware_makes_the_machine_vulnerable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
