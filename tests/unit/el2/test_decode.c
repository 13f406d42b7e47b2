// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_decode.c - instructions without a syndrome, 32-bit conditions, and values of big-endian guests.
 */
#include "fake_el2.h"
#include "cpu/sysreg.h"
#include "guest/mmio.h"
#include "trap/aarch32.h"
#include "trap/decode.h"

static const struct indexed {
	uint32_t instruction;
	unsigned int size, reg, base;
	int offset;
	bool write, sign, wide;
} indexed[] = {
	{ 0xb8004441, 2, 1, 2, 4, true, false, false },  /* str w1, [x2], #4 */
	{ 0xf81f8c20, 3, 0, 1, -8, true, false, true },  /* str x0, [x1, #-8]! */
	{ 0x38401483, 0, 3, 4, 1, false, false, false }, /* ldrb w3, [x4], #1 */
	{ 0xf84087e5, 3, 5, 31, 8, false, false, true }, /* ldr x5, [sp], #8 */
	{ 0x38c01c44, 0, 4, 2, 1, false, true, false },  /* ldrsb w4, [x2, #1]! */
	{ 0x78802446, 1, 6, 2, 2, false, true, true },   /* ldrsh x6, [x2], #2 */
	{ 0xb8804447, 2, 7, 2, 4, false, true, true },   /* ldrsw x7, [x2], #4 */
	{ 0xb800445f, 2, 31, 2, 4, true, false, false }, /* str wzr, [x2], #4 */
};

static void indexed_accesses_have_the_syndrome_of_plain_ones(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(indexed); i++) {
		const struct indexed *row = &indexed[i];
		struct decoded decoded;

		assert_true(decode_load_store(row->instruction, &decoded));
		assert_true(decoded.iss & ISS_ISV);
		assert_int_equal(ISS_SAS(decoded.iss), row->size);
		assert_int_equal(ISS_SRT(decoded.iss), row->reg);
		assert_int_equal(!!(decoded.iss & ISS_WNR), row->write);
		assert_int_equal(!!(decoded.iss & ISS_SSE), row->sign);
		assert_int_equal(!!(decoded.iss & ISS_SF), row->wide);
		assert_int_equal(decoded.base, row->base);
		assert_int_equal(decoded.offset, row->offset);
	}
}

static void other_instructions_are_refused(void **state)
{
	static const uint32_t others[] = {
		0xb8404442, /* ldr w2, [x2], #4: unpredictable */
		0xa9000440, /* stp x0, x1, [x2] */
		0xa8810440, /* stp x0, x1, [x2], #16 */
		0x3c810440, /* str q0, [x2], #16 */
		0xfc408440, /* ldr d0, [x2], #8 */
		0xc85f7c20, /* ldxr x0, [x1] */
		0xf8200041, /* ldadd x0, x1, [x2] */
		0xf8c08440, /* size 3, opc 3: unallocated */
		0xb8c04440, /* size 2, opc 3: unallocated */
		0xf8808440, /* size 3, opc 2: unallocated */
		0xf9000041, /* str x1, [x2]: its abort has a syndrome */
		0xd503201f, /* nop */
		0x00000000, 0xffffffff,
	};
	struct decoded decoded;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		assert_false(decode_load_store(others[i], &decoded));
}

#define T32 BIT(5)
static uint64_t with_it(unsigned int it)
{
	return T32 | BIT(4) | (uint64_t)(it >> 2) << 10 | (uint64_t)(it & 3) << 25;
}

static void an_it_block_ends_after_its_last_instruction(void **state)
{
	(void)state;
	/* ITTT EQ: 0000 0001 is the mask of four instructions. */
	assert_int_equal(aarch32_advance(with_it(0x01)), with_it(0x02));
	assert_int_equal(aarch32_advance(with_it(0x02)), with_it(0x04));
	assert_int_equal(aarch32_advance(with_it(0x04)), with_it(0x08));
	assert_int_equal(aarch32_advance(with_it(0x08)), with_it(0));
	assert_int_equal(aarch32_advance(with_it(0)), with_it(0));
	/* The condition's top three bits stay. */
	assert_int_equal(aarch32_advance(with_it(0xa6)), with_it(0xac));
}

#define ISS_CV BIT(24)
static void a_condition_is_in_the_syndrome_or_in_the_it_block(void **state)
{
	const uint64_t z = BIT(30), eq = ISS_CV, ne = ISS_CV | 1 << 20, always = ISS_CV | 14 << 20;

	(void)state;
	assert_true(aarch32_condition_holds(eq, z));
	assert_false(aarch32_condition_holds(eq, 0));
	assert_false(aarch32_condition_holds(ne, z));
	assert_true(aarch32_condition_holds(always, 0));
	assert_true(aarch32_condition_holds(0, T32));
	assert_false(aarch32_condition_holds(0, with_it(0x08)));
	assert_true(aarch32_condition_holds(0, with_it(0x08) | z));
	/* LT and GE: N and V; HI: C and not Z. */
	assert_true(aarch32_condition_holds(ISS_CV | 11 << 20, BIT(31)));
	assert_true(aarch32_condition_holds(ISS_CV | 10 << 20, BIT(31) | BIT(28)));
	assert_false(aarch32_condition_holds(ISS_CV | 8 << 20, BIT(29) | z));
}

static void big_endian_values_are_turned_by_their_width(void **state)
{
	(void)state;
	assert_true(mmio_swap(0x12, 1) == 0x12);
	assert_true(mmio_swap(0x1234, 2) == 0x3412);
	assert_true(mmio_swap(0x12345678, 4) == 0x78563412);
	assert_true(mmio_swap(0x123456789abcdef0ull, 8) == 0xf0debc9a78563412ull);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(indexed_accesses_have_the_syndrome_of_plain_ones),
		cmocka_unit_test(other_instructions_are_refused),
		cmocka_unit_test(an_it_block_ends_after_its_last_instruction),
		cmocka_unit_test(a_condition_is_in_the_syndrome_or_in_the_it_block),
		cmocka_unit_test(big_endian_values_are_turned_by_their_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
