// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_context.c - a vCPU's registers through save and load: each register that tests/guest/el1_registers.h marks as
 * switched comes back with its own vCPU's value, whatever the vCPU between left.
 */
#include "fake_sysreg.h"
#include <string.h>
#include "cpu/context.h"
#include "el1_registers.h"

static __uint128_t vectors[32];

void fp_save(__uint128_t *v);
void fp_load(const __uint128_t *v);
void fp_save(__uint128_t *v)
{
	memcpy(v, vectors, sizeof(vectors));
}

void fp_load(const __uint128_t *v)
{
	memcpy(vectors, v, sizeof(vectors));
}

static const struct el1_register {
	const char *name;
	enum el1_kind kind;
	unsigned int access;
} registers[] = {
#define ROW(name, op0, op1, crn, crm, op2, kind, access, mask) { #name, kind, access },
	EL1_REGISTERS(ROW)
#undef ROW
};

/* The view of the virtual timer's CVAL; vcpu_load() loads the counter's offset. */
static bool is_view(const char *name)
{
	return strcmp(name, "cntv_tval_el0") == 0;
}

static uint64_t pattern(unsigned int vcpu, size_t n)
{
	return (vcpu + 1) * 0x0101010101010101ull * (n + 1);
}

static void fill(unsigned int vcpu)
{
	for (size_t i = 0; i < ARRAY_SIZE(registers); i++)
		if (registers[i].kind == EL1_SWITCHED)
			fake_sysreg_set(registers[i].name, pattern(vcpu, i));
	for (unsigned int i = 0; i < 32; i++)
		vectors[i] = pattern(vcpu, 1000 + i);
}

static void each_vcpu_gets_its_own_registers(void **state)
{
	static struct cpu_context contexts[2];

	(void)state;
	fake_sysreg_reset();
	for (unsigned int vcpu = 0; vcpu < 2; vcpu++) {
		fill(vcpu);
		context_save(&contexts[vcpu]);
	}
	for (unsigned int vcpu = 0; vcpu < 2; vcpu++) {
		context_load(&contexts[vcpu]);
		for (size_t i = 0; i < ARRAY_SIZE(registers); i++)
			if (registers[i].kind == EL1_SWITCHED && !is_view(registers[i].name)) {
				if (fake_sysreg_get(registers[i].name) != pattern(vcpu, i))
					print_error("%s is not switched\n", registers[i].name);
				assert_int_equal(fake_sysreg_get(registers[i].name), pattern(vcpu, i));
			}
		for (unsigned int i = 0; i < 32; i++)
			assert_true(vectors[i] == pattern(vcpu, 1000 + i));
	}
}

/* A register that can be written at EL1 has a kind that keeps it within its vCPU. */
static void no_writable_register_is_constant(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(registers); i++)
		if (registers[i].access & EL1_W)
			assert_int_not_equal(registers[i].kind, EL1_CONSTANT);
}

static bool walks_stopped;

static void note_walks(const char *name, uint64_t value)
{
	if (strcmp(name, "s3_0_c2_c0_2") == 0)
		walks_stopped = (value & (BIT(7) | BIT(23))) == (BIT(7) | BIT(23));
	if (strcmp(name, "s3_0_c2_c0_0") == 0 || strcmp(name, "s3_0_c2_c0_1") == 0)
		assert_true(walks_stopped);
}

/* Errata 1319367, 1165522, 1530923: tables change only while the EL1&0 stage 1 walks nothing. */
static void tables_change_while_walks_are_stopped(void **state)
{
	static struct cpu_context context;

	(void)state;
	fake_sysreg_reset();
	walks_stopped = false;
	fake_sysreg_on_write = note_walks;
	context_save(&context);
	assert_true(walks_stopped);
	context_load(&context);
	assert_false(walks_stopped);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_vcpu_gets_its_own_registers),
		cmocka_unit_test(no_writable_register_is_constant),
		cmocka_unit_test(tables_change_while_walks_are_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
