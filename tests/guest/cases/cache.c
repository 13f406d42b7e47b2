// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cache.c - maintenance instructions, code that was just written, and memory with the MMU off and on. QEMU has no
 * caches: there these show that nothing traps wrongly; on hardware they show that memory is coherent, too.
 */
#include "lib/gic.h"

#define EXCEPTIONS(instruction, address) \
	EXCEPTION(__asm__ volatile(instruction : : "r"((uint64_t)(address)) : "memory")).count

static uint64_t words[1024] __attribute__((aligned(4096)));

CASE(cache, mmu_off_and_on)
{
	static volatile uint64_t word;

	word = 1;
	mmu_set(0);
	expect("word written with the MMU on, read with it off", word, 1);
	word = 2;
	mmu_set(1);
	expect("word written with the MMU off, read with it on", word, 2);
}

/* Without an MMU, caches on (C alone) or off change no value that this CPU wrote (DDI 0487 J.a, D8.2.12). */
CASE(cache, mmu_off_many_times)
{
	volatile uint64_t *at = words;

	for (unsigned int i = 0; i < 20; i++) {
		at[i] = i;
		mmu_set(0);
		expect("word", at[i], i);
		at[i] = ~(uint64_t)i;
		mmu_set(1);
		expect("word, inverted", at[i], ~(uint64_t)i);
	}
}

CASE(cache, maintenance_by_address)
{
	words[0] = 0x1122334455667788;
	expect("DC CVAC", EXCEPTIONS("dc cvac, %0", words), 0);
	expect("DC CVAU", EXCEPTIONS("dc cvau, %0", words), 0);
	expect("DC CIVAC", EXCEPTIONS("dc civac, %0", words), 0);
	expect("IC IVAU", EXCEPTIONS("ic ivau, %0", words), 0);
	expect("the word after them", words[0], 0x1122334455667788);
	/* Under a hypervisor DC IVAC may not lose data: it cleans, too (DDI 0487 J.a, D7.5.9.5). Clean before, for
	 * both. */
	__asm__ volatile("dc cvac, %0\n\tdsb sy" : : "r"(words) : "memory");
	expect("DC IVAC", EXCEPTIONS("dc ivac, %0", words), 0);
	expect("the word after DC IVAC", words[0], 0x1122334455667788);
}

CASE(cache, maintenance_with_the_mmu_off)
{
	mmu_set(0);
	words[0] = 77;
	expect("DC CVAC", EXCEPTIONS("dc cvac, %0", words), 0);
	expect("DC CIVAC", EXCEPTIONS("dc civac, %0", words), 0);
	expect("DC IVAC", EXCEPTIONS("dc ivac, %0", words), 0);
	expect("IC IVAU", EXCEPTIONS("ic ivau, %0", words), 0);
	expect("IC IALLU", EXCEPTION(__asm__ volatile("ic iallu\n\tic ialluis" ::: "memory")).count, 0);
	expect("the word", words[0], 77);
	mmu_set(1);
	expect("the word with the MMU on", words[0], 77);
}

/* On a device there is nothing to maintain, and nothing to fault (DDI 0487 J.a, D7.5.9). */
CASE(cache, maintenance_of_a_device)
{
	expect("DC CVAC", EXCEPTIONS("dc cvac, %0", VIMO_GUEST_UART_BASE), 0);
	expect("DC CIVAC", EXCEPTIONS("dc civac, %0", VIMO_GUEST_UART_BASE), 0);
	expect("DC IVAC", EXCEPTIONS("dc ivac, %0", VIMO_GUEST_UART_BASE), 0);
	expect("DC CVAC of the GIC", EXCEPTIONS("dc cvac, %0", VIMO_GUEST_GICD_BASE), 0);
}

/* DC ZVA on Device memory is an alignment fault of stage 1 (DDI 0487 J.a, C6.2.100). */
CASE(cache, zero_a_block)
{
	unsigned int bytes = 4u << (read_register(dczid_el0) & 0xf);

	if (read_register(dczid_el0) & 0x10) {
		skip("DC ZVA is prohibited");
		return;
	}
	for (unsigned int i = 0; i < 1024; i++)
		words[i] = ~0ull;
	expect("DC ZVA", EXCEPTIONS("dc zva, %0", words + 512), 0);
	for (unsigned int i = 0; i < bytes / 8; i++)
		expect("word of the block", words[512 + i], 0);
	expect("word after the block", words[512 + bytes / 8], ~0ull);
}

/* Each way of set 0 of each data cache. An operating system's suspend code does so with all sets. */
static unsigned int for_each_way(unsigned int operation)
{
	/* CCSIDR_EL1's format depends on FEAT_CCIDX (DDI 0487 J.a, D17.2.27). */
	uint64_t ways_mask = read_register(id_aa64mmfr2_el1) >> 20 & 0xf ? 0x1fffff : 0x3ff;
	uint64_t clidr = read_register(clidr_el1);
	unsigned int faults = 0;

	for (unsigned int level = 0; level < 7 && (clidr >> level * 3 & 7); level++) {
		uint64_t ccsidr;
		unsigned int ways, shift;

		if ((clidr >> level * 3 & 7) < 2)
			continue;
		write_register(csselr_el1, level << 1);
		ccsidr = read_register(ccsidr_el1);
		ways = (ccsidr >> 3 & ways_mask) + 1;
		shift = ways > 1 ? (unsigned int)__builtin_clz(ways - 1) : 31;
		for (unsigned int way = 0; way < ways; way++) {
			uint64_t value = (uint64_t)way << shift | level << 1;

			faults += operation == 0 ? EXCEPTIONS("dc isw, %0", value) :
				  operation == 1 ? EXCEPTIONS("dc csw, %0", value) :
						   EXCEPTIONS("dc cisw, %0", value);
		}
	}
	return faults;
}

CASE(cache, set_and_way)
{
	words[3] = 0xabcdef;
	expect("exceptions of DC CSW", for_each_way(1), 0);
	expect("exceptions of DC CISW", for_each_way(2), 0);
	/* A hypervisor lets no guest invalidate what another domain wrote: DC ISW cleans, too, or does less. */
	expect("exceptions of DC ISW", on_vimo ? for_each_way(0) : 0, 0);
	expect("the word after them", words[3], 0xabcdef);
}

/* Clean by set and way, then go on without the MMU: the sequence of a kernel's decompressor. */
CASE(cache, set_and_way_then_mmu_off)
{
	volatile uint64_t *at = words;

	at[5] = 0x5555;
	for_each_way(2);
	mmu_set(0);
	expect("the word", at[5], 0x5555);
}

/* mov w0, #value; ret */
static void write_code(uint32_t *at, uint32_t value)
{
	at[0] = 0x52800000 | value << 5;
	at[1] = 0xd65f03c0;
	/* Code that was written is fetched after this (DDI 0487 J.a, B2.4.4). */
	__asm__ volatile("dc cvau, %0\n\tdsb ish\n\tic ivau, %0\n\tdsb ish\n\tisb" : : "r"(at) : "memory");
}

static uint64_t run_code(const uint32_t *at)
{
	return ((uint32_t(*)(void))(uintptr_t)at)();
}

CASE(cache, code_is_written_and_run)
{
	uint32_t *code = (uint32_t *)words;

	for (uint32_t i = 0; i < 100; i++) {
		write_code(code, i);
		expect("what the code returns", run_code(code), i);
	}
}

CASE(cache, code_is_written_and_run_with_the_mmu_off)
{
	uint32_t *code = (uint32_t *)words;

	mmu_set(0);
	for (uint32_t i = 0; i < 10; i++) {
		write_code(code, i);
		expect("what the code returns", run_code(code), i);
	}
	mmu_set(1);
	expect("what it returns with the MMU on", run_code(code), 9);
}

static uint64_t wanted, result;

static void run_written(void *argument)
{
	(void)argument;
	for (uint32_t i = 1; i <= 20; i++) {
		wait_until(__atomic_load_n(&wanted, __ATOMIC_ACQUIRE) == i);
		/* The other CPU's IC IVAU reached this CPU; the pipeline is this CPU's own (DDI 0487 J.a, B2.4.4). */
		__asm__ volatile("isb" ::: "memory");
		__atomic_store_n(&result, run_code((const uint32_t *)words) << 32 | i, __ATOMIC_RELEASE);
	}
}

CASE(cache, code_is_written_for_another_cpu)
{
	if (cpu_count < 2) {
		skip("needs two CPUs");
		return;
	}
	wanted = result = 0;
	expect("CPU_ON", (uint32_t)cpu_start(1, run_written, 0), 0);
	for (uint32_t i = 1; i <= 20; i++) {
		write_code((uint32_t *)words, i + 1000);
		__atomic_store_n(&wanted, i, __ATOMIC_RELEASE);
		expect_true("it answers", wait_until((uint32_t)__atomic_load_n(&result, __ATOMIC_ACQUIRE) == i));
		expect("what the code returned there", result >> 32, i + 1000);
	}
	expect_true("the CPU ends", cpu_wait(1));
}

ASM_FUNCTION(el0_cache, "dc cvau, x0\nic ivau, x0\ndc cvac, x0\ndc civac, x0\nmrs x0, ctr_el0\nsvc #0");

/* SCTLR_EL1.UCI and UCT allow EL0 the same (DDI 0487 J.a, D17.2.118). */
CASE(cache, el0_may_maintain_if_allowed)
{
	uint64_t sctlr = read_register(sctlr_el1), address = (uint64_t)(uintptr_t)words + EL0_ALIAS;
	struct exception taken;

	write_register(sctlr_el1, sctlr | 1 << 26 | 1 << 15);
	taken = el0_run((const void *)el0_cache, address, SPSR_EL0_64);
	write_register(sctlr_el1, sctlr & ~(1ull << 26 | 1 << 15));
	expect("class when allowed", ESR_EC(taken.esr), EC_SVC64);
	expect("CTR_EL0", taken.x0, read_register(ctr_el0));
	taken = el0_run((const void *)el0_cache, address, SPSR_EL0_64);
	expect("class when not", ESR_EC(taken.esr), EC_SYSREG);
}

CASE(cache, identification)
{
	uint64_t ctr = read_register(ctr_el0);

	expect_true("lines have 16 bytes or more", (ctr & 0xf) >= 2 && (ctr >> 16 & 0xf) >= 2);
	expect("bit 31 of CTR_EL0 is RES1", ctr >> 31 & 1, 1);
	for (unsigned int i = 0; i < 2; i++) {
		write_register(csselr_el1, i);
		expect("CSSELR_EL1 reads as written", read_register(csselr_el1), i);
		expect_true("lines as CCSIDR_EL1 has them", (read_register(ccsidr_el1) & 7) + 4 <= 11);
	}
}
