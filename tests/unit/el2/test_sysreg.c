// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_sysreg.c - the table of trapped registers, and what a guest reads and writes through it.
 */
#include "fake_sysreg.h"
#include <stdio.h>
#include <string.h>
#include "cpu/features.h"
#include "el1_registers.h"
#include "guest/vgic.h"
#include "guest/vtimer.h"
#include "hw/gic.h"
#include "trap/sysreg.h"

struct gic_info gic_info = { .version = 3 };
static struct vcpu vcpu;
static unsigned int sgis;
static uint64_t timer_registers[3];

void vgic_sgi1r(struct vcpu *sender, uint64_t value)
{
	(void)sender;
	(void)value;
	sgis++;
}

void vgic_sgi0r(struct vcpu *sender, uint64_t value)
{
	(void)sender;
	(void)value;
	sgis++;
}

void vgic_dir(struct vcpu *of, uint32_t value)
{
	(void)of;
	(void)value;
}

uint64_t vtimer_read(struct vcpu *of, unsigned int op2)
{
	(void)of;
	return op2 < 3 ? timer_registers[op2] : 0;
}

void vtimer_write(struct vcpu *of, unsigned int op2, uint64_t value)
{
	(void)of;
	if (op2 < 3)
		timer_registers[op2] = value;
}

uint64_t features_id_register(unsigned int crm, unsigned int op2)
{
	return 0x1d00 | crm << 4 | op2;
}

static int reset(void **state)
{
	(void)state;
	fake_sysreg_reset();
	/* HCR_EL2.TVM is off: writes of SCTLR_EL1 and its like do not trap. */
	fake_sysreg_set("hcr_el2", 0);
	gic_info.version = 3;
	memset(&vcpu, 0, sizeof(vcpu));
	sgis = 0;
	return 0;
}

/* Through X5; the result is that of the trap. */
static enum trap_result access_register(uint32_t id, bool read, uint64_t *value)
{
	enum trap_result result;

	vcpu.x[5] = *value;
	result = trap_sysreg(&vcpu, (uint64_t)ESR_EC_SYS64 << 26 | ESR_IL | id | 5 << 5 | (read ? ISS_SYS_READ : 0));
	*value = vcpu.x[5];
	return result;
}

static uint64_t read_register_ok(uint32_t id)
{
	uint64_t value = 0x5a5a;

	assert_int_equal(access_register(id, true, &value), TRAP_NEXT);
	return value;
}

static enum trap_result write_result(uint32_t id, uint64_t value)
{
	return access_register(id, false, &value);
}

static void each_row_matches_its_own_encoding(void **state)
{
	(void)state;
	for (size_t i = 0; i < sysreg_row_count; i++) {
		assert_int_equal(sysreg_rows[i].id & sysreg_rows[i].mask, sysreg_rows[i].id);
		assert_true(sysreg_rows[i].read || sysreg_rows[i].write);
	}
}

/* Two rows meet when some encoding matches both; the later row must hold encodings of its own. */
static void no_row_hides_another(void **state)
{
	(void)state;
	for (size_t late = 0; late < sysreg_row_count; late++)
		for (size_t early = 0; early < late; early++) {
			const struct register_row *a = &sysreg_rows[early], *b = &sysreg_rows[late];
			bool covers = (a->mask & b->mask) == a->mask && (b->id & a->mask) == a->id;

			assert_false(covers);
		}
}

static uint32_t encoding(unsigned int op0, unsigned int op1, unsigned int crn, unsigned int crm, unsigned int op2)
{
	return SYSREG_ID(op0, op1, crn, crm, op2);
}

/* tests/guest/el1_registers.h and the rows agree in both directions. */
static void rows_are_the_trapped_registers(void **state)
{
	(void)state;
#define CHECK(name, op0, op1, crn, crm, op2, kind, access, mask_)                                                 \
	if ((kind) == EL1_TRAPPED) {                                                                              \
		uint64_t value = 0;                                                                               \
		uint32_t id = encoding(op0, op1, crn, crm, op2);                                                  \
                                                                                                                  \
		assert_int_equal(access_register(id, true, &value), (access)&EL1_R ? TRAP_NEXT : TRAP_UNDEFINED); \
		assert_int_equal(write_result(id, 0), (access)&EL1_W ? TRAP_NEXT : TRAP_UNDEFINED);               \
	}
	EL1_REGISTERS(CHECK)
#undef CHECK
}

static bool listed(uint32_t id)
{
#define MATCH(name, op0, op1, crn, crm, op2, kind, access, mask_)             \
	if ((kind) == EL1_TRAPPED && id == encoding(op0, op1, crn, crm, op2)) \
		return true;
	EL1_REGISTERS(MATCH)
#undef MATCH
	/* ICC_DIR_EL1 is virtual, but traps while an interrupt is active in no list register. */
	if (id == SYSREG_ID(3, 0, 12, 11, 1))
		return true;
	/* ID registers; CNTP_* with op2 3 to 7 and CRm 0, 8 to 15 of the ID space do not exist, so they never trap. */
	return (id & ~SYSREG_ID(0, 0, 0, 15, 7)) == SYSREG_ID(3, 0, 0, 0, 0) ||
	       (id & ~SYSREG_ID(0, 0, 0, 0, 7)) == SYSREG_ID(3, 3, 14, 2, 0);
}

static void all_else_is_undefined(void **state)
{
	uint64_t value = 0;

	(void)state;
	for (unsigned int n = 0; n < 1u << 15; n++) {
		uint32_t id = encoding(2 + (n >> 14), n >> 11 & 7, n >> 7 & 15, n >> 3 & 15, n & 7);

		if (listed(id))
			continue;
		assert_int_equal(access_register(id, true, &value), TRAP_UNDEFINED);
		assert_int_equal(write_result(id, 0), TRAP_UNDEFINED);
	}
}

static void sre_reads_as_ones_and_stays(void **state)
{
	(void)state;
	assert_int_equal(read_register_ok(SYSREG_ID(3, 0, 12, 12, 5)), 7);
	assert_int_equal(write_result(SYSREG_ID(3, 0, 12, 12, 5), 0), TRAP_NEXT);
	assert_int_equal(read_register_ok(SYSREG_ID(3, 0, 12, 12, 5)), 7);
	assert_int_equal(fake_sysreg_writes("S3_0_C12_C12_5"), 0);
}

static void gicv2_has_no_system_registers(void **state)
{
	(void)state;
	gic_info.version = 2;
	assert_int_equal(read_register_ok(SYSREG_ID(3, 0, 12, 12, 5)), 0);
	for (unsigned int op2 = 5; op2 <= 7; op2++)
		assert_int_equal(write_result(SYSREG_ID(3, 0, 12, 11, op2), 1), TRAP_UNDEFINED);
	assert_int_equal(sgis, 0);
}

static void all_sgi_registers_exist(void **state)
{
	(void)state;
	for (unsigned int op2 = 5; op2 <= 7; op2++)
		assert_int_equal(write_result(SYSREG_ID(3, 0, 12, 11, op2), 1), TRAP_NEXT);
}

static void identification_of_the_cpu(void **state)
{
	(void)state;
	fake_sysreg_set("revidr_el1", 0x123);
	fake_sysreg_set("aidr_el1", 0x456);
	assert_int_equal(read_register_ok(SYSREG_ID(3, 0, 0, 0, 6)), 0x123);
	assert_int_equal(read_register_ok(SYSREG_ID(3, 1, 0, 0, 7)), 0);
	assert_int_equal(read_register_ok(SYSREG_ID(3, 0, 0, 4, 1)), 0x1d41);
	assert_int_equal(read_register_ok(SYSREG_ID(3, 0, 0, 7, 7)), 0x1d77);
}

/* MDSCR_EL1 is real: software step works, halting debug and the debugger's channel do not reach a guest. */
static void mdscr_keeps_what_a_guest_may_set(void **state)
{
	(void)state;
	assert_int_equal(write_result(SYSREG_ID(2, 0, 0, 2, 2), ~0ull), TRAP_NEXT);
	assert_int_equal(fake_sysreg_get("mdscr_el1"), BIT(0) | BIT(12) | BIT(13) | BIT(15));
}

/* XZR as source is 0, as target it drops the value. */
static void register_31_is_zero(void **state)
{
	uint64_t esr = SYSREG_ID(3, 3, 14, 2, 2) | 31 << 5;

	(void)state;
	timer_registers[2] = 77;
	assert_int_equal(trap_sysreg(&vcpu, esr | ISS_SYS_READ), TRAP_NEXT);
	assert_int_equal(trap_sysreg(&vcpu, esr), TRAP_NEXT);
	assert_int_equal(timer_registers[2], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_matches_its_own_encoding),
		cmocka_unit_test(no_row_hides_another),
		cmocka_unit_test_setup(rows_are_the_trapped_registers, reset),
		cmocka_unit_test_setup(all_else_is_undefined, reset),
		cmocka_unit_test_setup(sre_reads_as_ones_and_stays, reset),
		cmocka_unit_test_setup(gicv2_has_no_system_registers, reset),
		cmocka_unit_test_setup(all_sgi_registers_exist, reset),
		cmocka_unit_test_setup(identification_of_the_cpu, reset),
		cmocka_unit_test_setup(mdscr_keeps_what_a_guest_may_set, reset),
		cmocka_unit_test_setup(register_31_is_zero, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
