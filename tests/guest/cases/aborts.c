// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * aborts.c - addresses with nothing behind them, and loads and stores of devices in each width. A hole is an external
 * abort: on the machine by the bus, under ViMo-S by stage 2 (Arm ARM DDI 0487 J.a, D17.2.37, "ISS encoding for an
 * exception from a Data Abort").
 */
#include "lib/gic.h"

#define FSC_EXTERNAL 0x10u
#define ESR_FSC(esr) ((esr)&0x3f)
#define ESR_WNR (1u << 6)
#define UART VIMO_GUEST_UART_BASE
#define UARTIBRD 0x24u /* 16 bits that read as written */
#define UARTPCELLID 0xff0u

/* Holes on both hosts. Address 0 is one only under ViMo-S: QEMU has its flash there. */
static const uint64_t holes[] = { 0x0b000000, 0x3ffff000, 0x3f00000000, 0x08030000 };
#define HOLES (sizeof(holes) / sizeof(holes[0]))

static void expect_external_abort(const struct exception *taken, uint64_t address, unsigned int wnr)
{
	expect("count", taken->count, 1);
	expect("class", ESR_EC(taken->esr), EC_DATA_ABORT_SAME);
	expect("fault status", ESR_FSC(taken->esr), FSC_EXTERNAL);
	expect("WnR", taken->esr & ESR_WNR, wnr);
	expect("FAR", taken->far, address);
}

#define LOAD(instruction, address)                                                                \
	({                                                                                        \
		uint64_t into;                                                                    \
		EXCEPTION(__asm__ volatile(instruction : "=&r"(into) : "r"(address) : "memory")); \
	})
#define STORE(instruction, address) EXCEPTION(__asm__ volatile(instruction : : "r"(address) : "memory"))

static void try_hole(uint64_t address)
{
	const struct exception loads[] = { LOAD("ldrb %w0, [%1]", address), LOAD("ldrh %w0, [%1]", address),
					   LOAD("ldr %w0, [%1]", address),  LOAD("ldr %0, [%1]", address),
					   LOAD("ldrsb %0, [%1]", address), LOAD("ldrsw %0, [%1]", address),
					   LOAD("ldar %w0, [%1]", address), LOAD("ldr %w0, [%1], #4", address) };
	const struct exception stores[] = { STORE("strb wzr, [%0]", address), STORE("strh wzr, [%0]", address),
					    STORE("str wzr, [%0]", address), STORE("str xzr, [%0]", address),
					    STORE("stlr wzr, [%0]", address) };

	for (unsigned int i = 0; i < sizeof(loads) / sizeof(loads[0]); i++)
		expect_external_abort(&loads[i], address, 0);
	for (unsigned int i = 0; i < sizeof(stores) / sizeof(stores[0]); i++)
		expect_external_abort(&stores[i], address, ESR_WNR);
}

CASE(aborts, holes)
{
	for (unsigned int i = 0; i < HOLES; i++)
		try_hole(holes[i]);
}

CASE(aborts, holes_with_the_mmu_off)
{
	mmu_set(0);
	for (unsigned int i = 0; i < HOLES; i++)
		try_hole(holes[i]);
}

CASE(aborts, address_0)
{
	struct exception taken = LOAD("ldr %w0, [%1]", 0ull);

	expect_by_host("exceptions", taken.count, (struct by_host){ 0, 1 },
		       "QEMU has flash there, a guest has nothing");
}

/* Execution in a hole; the MMU is off, as it forbids execution there. */
CASE(aborts, instructions_in_a_hole)
{
	mmu_set(0);
	for (unsigned int i = 0; i < HOLES; i++) {
		struct exception taken = EXCEPTION(((void (*)(void))holes[i])());

		expect("class", ESR_EC(taken.esr), EC_INSTRUCTION_ABORT_SAME);
		expect("fault status", ESR_FSC(taken.esr), FSC_EXTERNAL);
		expect("FAR", taken.far, holes[i]);
		expect("ELR", taken.elr, holes[i]);
	}
}

extern uint64_t root_table[512];

/* A table of stage 1 in a hole: the walk aborts. */
CASE(aborts, walk_in_a_hole)
{
	uint64_t address = 0x1c0000000, saved = root_table[address >> 30];
	struct exception taken;

	root_table[address >> 30] = holes[0] | 3;
	mmu_set(1);
	taken = LOAD("ldr %w0, [%1]", address);
	root_table[address >> 30] = saved;
	mmu_set(1);
	expect("class", ESR_EC(taken.esr), EC_DATA_ABORT_SAME);
	expect("FAR", taken.far, address);
	expect_by_host("fault status", ESR_FSC(taken.esr), (struct by_host){ 0x16, FSC_EXTERNAL },
		       "stage 2's syndrome does not tell the level of stage 1's walk");
}

ASM_FUNCTION(el0_hole, "ldr w0, [x0]\nsvc #0");

/* EL0's access to a hole: the exception is EL1's, from a lower level. */
CASE(aborts, hole_from_el0)
{
	uint64_t address = 0x3f00000000, saved = root_table[address >> 30];
	struct exception taken;

	root_table[address >> 30] |= 1 << 6; /* EL0 may */
	mmu_set(1);
	taken = el0_run((const void *)el0_hole, address, SPSR_EL0_64);
	root_table[address >> 30] = saved;
	mmu_set(1);
	expect("vector", taken.vector, VECTOR_SYNC_LOWER64);
	expect("class", ESR_EC(taken.esr), EC_DATA_ABORT_LOWER);
	expect("fault status", ESR_FSC(taken.esr), FSC_EXTERNAL);
	expect("FAR", taken.far, address);
}

/* The value that a load leaves in the whole register. */
#define LOADED(instruction, address)                                                              \
	({                                                                                        \
		uint64_t into = ~0ull;                                                            \
		__asm__ volatile(instruction : "+r"(into) : "r"((uint64_t)(address)) : "memory"); \
		into;                                                                             \
	})
#define STORED(instruction, value, address) \
	__asm__ volatile(instruction : : "r"((uint64_t)(value)), "r"((uint64_t)(address)) : "memory")

CASE(aborts, device_loads)
{
	uint64_t id = UART + UARTPCELLID;

	expect("ldr", LOADED("ldr %w0, [%1]", id), 0x0d);
	expect("ldrb", LOADED("ldrb %w0, [%1]", id + 4), 0xf0);
	expect("ldrh", LOADED("ldrh %w0, [%1]", id + 4), 0xf0);
	expect("ldrsb to X", LOADED("ldrsb %0, [%1]", id + 4), ~0xfull);
	expect("ldrsb to W", LOADED("ldrsb %w0, [%1]", id + 4), 0xfffffff0);
	expect("ldrsb of a positive value", LOADED("ldrsb %0, [%1]", id), 0x0d);
	expect("ldar", LOADED("ldar %w0, [%1]", id + 12), 0xb1);
	expect("ldur", LOADED("ldur %w0, [%1, #-4]", id + 16), 0xb1);
	/* To the zero register: nothing changes, nothing faults. */
	expect("exceptions of a load to WZR",
	       EXCEPTION(__asm__ volatile("ldr wzr, [%0]"
					  :
					  : "r"(id)
					  : "memory"))
		       .count,
	       0);
}

CASE(aborts, device_stores)
{
	uint64_t place = UART + UARTIBRD;

	STORED("str %w0, [%1]", 0x8001, place);
	expect("str, ldr", LOADED("ldr %w0, [%1]", place), 0x8001);
	expect("ldrsh to X", LOADED("ldrsh %0, [%1]", place), 0xffffffffffff8001);
	expect("ldrsh to W", LOADED("ldrsh %w0, [%1]", place), 0xffff8001);
	STORED("strh %w0, [%1]", 0xabcd1234, place);
	expect("strh", LOADED("ldrh %w0, [%1]", place), 0x1234);
	__asm__ volatile("str wzr, [%0]" : : "r"(place) : "memory");
	expect("str of WZR", LOADED("ldr %w0, [%1]", place), 0);
	STORED("stlr %w0, [%1]", 0x55, place);
	expect("stlr", LOADED("ldr %w0, [%1]", place), 0x55);
}

/* Priorities are accessed as bytes and words (IHI 0048 B.b, 4.1.4; IHI 0069 H, 12.1.2). */
CASE(aborts, device_bytes_in_a_word)
{
	uint64_t priorities = VIMO_GUEST_GICD_BASE + GICD_IPRIORITYR + 32;

	STORED("str %w0, [%1]", 0xa0a0a0a0, priorities);
	STORED("strb %w0, [%1]", 0x20, priorities + 1);
	expect("ldr", LOADED("ldr %w0, [%1]", priorities), 0xa0a020a0);
	expect("ldrb", LOADED("ldrb %w0, [%1]", priorities + 1), 0x20);
	expect("ldrsb", LOADED("ldrsb %0, [%1]", priorities + 2), ~0x5full);
	expect("ldrsw", LOADED("ldrsw %0, [%1]", priorities), 0xffffffffa0a020a0);
	STORED("str %w0, [%1]", 0xa0a0a0a0, priorities);
}
