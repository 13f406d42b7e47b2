// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * exceptions.c - which exception an instruction takes, and what its syndrome is (Arm ARM DDI 0487 J.a, D17.2.37).
 * Aborts of addresses without memory are in aborts.c.
 */
#include "lib/gic.h"

#define ISS(esr) ((esr)&0x1ffffffu)
#define SCTLR_A (1u << 1)
#define FSC_ALIGNMENT 0x21u
#define FSC_TRANSLATION_0 0x04u

/* An exception at an instruction of this function's own, which has the label. */
#define AT_LABEL(label, instructions)                                                                                 \
	({                                                                                                            \
		extern const char label[];                                                                            \
		struct exception at = EXCEPTION(__asm__ volatile(".globl " #label "\n" #label ":\n\t" instructions :: \
									 : "x0", "x1", "memory"));                    \
		at.elr -= (uint64_t)(uintptr_t)label;                                                                 \
		at;                                                                                                   \
	})

static void expect_exception(const struct exception *taken, uint64_t esr, uint64_t elr_from_label)
{
	expect("count", taken->count, 1);
	expect("vector", taken->vector, VECTOR_SYNC_SAME);
	expect("ESR", taken->esr, esr);
	expect("ELR from the instruction", taken->elr, elr_from_label);
	expect("mode in SPSR", taken->spsr & 0x1f, 5);
	expect("DAIF in SPSR", taken->spsr >> 6 & 0xf, 0xf);
}

#define CLASS(ec) ((uint64_t)(ec) << 26 | ESR_IL)

CASE(exceptions, undefined_instruction)
{
	struct exception taken = AT_LABEL(at_udf, ".inst 0");

	expect_exception(&taken, CLASS(EC_UNKNOWN), 0);
}

CASE(exceptions, svc)
{
	struct exception taken = AT_LABEL(at_svc, "svc #0x1234");

	expect_exception(&taken, CLASS(EC_SVC64) | 0x1234, 4);
}

CASE(exceptions, brk)
{
	struct exception taken = AT_LABEL(at_brk, "brk #0x4321");

	expect_exception(&taken, CLASS(EC_BRK64) | 0x4321, 0);
}

/* ViMo-S has no call there (DEN 0028 F, 2.9); the machine has no EL2. PSCI does not know the function. */
CASE(exceptions, hvc_with_an_immediate)
{
	struct exception taken = AT_LABEL(at_hvc, "mov x0, xzr\n\thvc #7");

	expect_by_host("count", taken.count, (struct by_host){ 0, 1 }, "QEMU's PSCI ignores the immediate");
	if (!on_vimo)
		return;
	expect_exception(&taken, CLASS(EC_UNKNOWN), 4);
	taken = AT_LABEL(at_hvc_all, "mov x0, xzr\n\thvc #0xffff");
	expect_exception(&taken, CLASS(EC_UNKNOWN), 4);
}

CASE(exceptions, smc_with_an_immediate)
{
	struct exception taken = AT_LABEL(at_smc, "mov x0, xzr\n\tsmc #7");

	expect_exception(&taken, CLASS(EC_UNKNOWN), 4);
}

CASE(exceptions, unaligned_load)
{
	static uint64_t words[2];
	uint64_t at = (uint64_t)(uintptr_t)words + 1, sctlr = read_register(sctlr_el1), value;
	struct exception taken;

	taken = EXCEPTION(__asm__ volatile("ldr %0, [%1]" : "=r"(value) : "r"(at) : "memory"));
	expect("exceptions without SCTLR_EL1.A", taken.count, 0);
	write_register(sctlr_el1, sctlr | SCTLR_A);
	taken = EXCEPTION(__asm__ volatile("ldr %0, [%1]" : "=r"(value) : "r"(at) : "memory"));
	write_register(sctlr_el1, sctlr);
	expect("class with SCTLR_EL1.A", ESR_EC(taken.esr), EC_DATA_ABORT_SAME);
	expect("fault status", ISS(taken.esr) & 0x3f, FSC_ALIGNMENT);
	expect("FAR", taken.far, at);
}

CASE(exceptions, unaligned_branch)
{
	static uint8_t code[8];
	uint64_t at = (uint64_t)(uintptr_t)code | 2;
	struct exception taken = EXCEPTION(((void (*)(void))at)());

	expect("class", ESR_EC(taken.esr), EC_PC_ALIGNMENT);
	expect("FAR", taken.far, at);
	expect("ELR", taken.elr, at);
}

/* Stage 1 has no table for addresses above its 39 bits: EL2 must not see this fault, or must give it back. */
CASE(exceptions, translation_fault)
{
	uint64_t at = 1ull << 40, value;
	struct exception taken = EXCEPTION(__asm__ volatile("ldr %0, [%1]" : "=r"(value) : "r"(at) : "memory"));

	expect("class", ESR_EC(taken.esr), EC_DATA_ABORT_SAME);
	expect("fault status", ISS(taken.esr) & 0x3f, FSC_TRANSLATION_0);
	expect("FAR", taken.far, at);
}

ASM_FUNCTION(el0_svc, "add x0, x0, #1\nsvc #0x77");
ASM_FUNCTION(el0_undefined, ".inst 0");
ASM_FUNCTION(el0_hvc, "hvc #0");
ASM_FUNCTION(el0_smc, "smc #0");
ASM_FUNCTION(el0_sctlr, "mrs x0, sctlr_el1");
ASM_FUNCTION(el0_wfi, "wfi\nsvc #0");
ASM_FUNCTION(el0_load, "ldr x0, [x0]\nsvc #0");

static struct exception at_el0(void (*code)(void), uint64_t x0)
{
	struct exception taken = el0_run((const void *)code, x0, SPSR_EL0_64);

	expect("vector", taken.vector, VECTOR_SYNC_LOWER64);
	expect("mode in SPSR", taken.spsr & 0x1f, 0);
	return taken;
}

CASE(exceptions, el0_svc)
{
	struct exception taken = at_el0(el0_svc, 41);

	expect("ESR", taken.esr, CLASS(EC_SVC64) | 0x77);
	expect("X0", taken.x0, 42);
	expect("ELR", taken.elr, (uint64_t)(uintptr_t)el0_svc + EL0_ALIAS + 8);
}

/* All of these are UNDEFINED at EL0, and stay at EL1 (HVC: DDI 0487 J.a, C6.2.119, SMC: C6.2.324). */
CASE(exceptions, el0_has_no_calls_and_no_registers)
{
	static void (*const codes[])(void) = { el0_undefined, el0_hvc, el0_smc, el0_sctlr };

	for (unsigned int i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct exception taken = at_el0(codes[i], 0x84000000);

		expect("ESR", taken.esr, CLASS(EC_UNKNOWN));
		expect("ELR", taken.elr, (uint64_t)(uintptr_t)codes[i] + EL0_ALIAS);
	}
}

/* SCTLR_EL1.nTWI is 0: the trap to EL1 comes before HCR_EL2.TWI's (DDI 0487 J.a, D1.3.6). */
CASE(exceptions, el0_wfi_traps)
{
	struct exception taken = at_el0(el0_wfi, 0);

	expect("class", ESR_EC(taken.esr), EC_WFX);
	expect("ELR", taken.elr, (uint64_t)(uintptr_t)el0_wfi + EL0_ALIAS);
}

/* Permission faults of stage 1: EL0 has no access to EL1's memory. */
CASE(exceptions, el0_has_no_access)
{
	uint64_t at = (uint64_t)(uintptr_t)el0_svc;
	struct exception taken = at_el0(el0_load, at);

	expect("class", ESR_EC(taken.esr), EC_DATA_ABORT_LOWER);
	expect("fault status", ISS(taken.esr) & 0x3f, 0x0d);
	expect("FAR", taken.far, at);
}

/*
 * Software step of one instruction at EL0 (DDI 0487 J.a, D2.12), and of a load that a hypervisor emulates: the
 * exception comes after it, not after the next. The OS lock would forbid it.
 */
#define SPSR_SS (1u << 21)
#define MDSCR_SS 1u
#define EC_STEP_LOWER 0x32u
ASM_FUNCTION(el0_step, "add x0, x0, #1\nadd x0, x0, #1\nsvc #0");
ASM_FUNCTION(el0_step_device, "ldr w0, [x0]\nadd x0, x0, #1\nsvc #0");

static struct exception step(void (*code)(void), uint64_t x0)
{
	struct exception taken;

	write_register(oslar_el1, 0);
	write_register(mdscr_el1, MDSCR_SS);
	taken = el0_run((const void *)code, x0, SPSR_EL0_64 | SPSR_SS);
	write_register(mdscr_el1, 0);
	expect("class", ESR_EC(taken.esr), EC_STEP_LOWER);
	expect("ELR", taken.elr, (uint64_t)(uintptr_t)code + EL0_ALIAS + 4);
	return taken;
}

CASE(exceptions, software_step)
{
	expect("X0", step(el0_step, 41).x0, 42);
}

CASE(exceptions, software_step_of_a_device_load)
{
	extern uint64_t root_table[512];
	uint64_t saved = root_table[0];

	root_table[0] |= 1 << 6; /* EL0 may */
	mmu_set(1);
	expect("X0", step(el0_step_device, 0x09000ff0).x0, 0x0d); /* UARTPCellID0 */
	root_table[0] = saved;
	mmu_set(1);
}

/* AT and PAR_EL1 (DDI 0487 J.a, D17.2.113). */
#define TRANSLATED(operation, address)                                                                   \
	({                                                                                               \
		__asm__ volatile("at " operation ", %0\n\tisb" : : "r"((uint64_t)(address)) : "memory"); \
		read_register(par_el1);                                                                  \
	})
#define PAR_ADDRESS 0xfffffffff000ull

CASE(exceptions, address_translation)
{
	uint64_t at = (uint64_t)(uintptr_t)el0_svc;

	expect("own address", TRANSLATED("s1e1r", at) & (PAR_ADDRESS | 1), at & ~0xfffull);
	expect("EL0's address", TRANSLATED("s1e0r", at + EL0_ALIAS) & (PAR_ADDRESS | 1), at & ~0xfffull);
	expect("EL1's address, for EL0", TRANSLATED("s1e0r", at) & 0x7f, 0x0d << 1 | 1);
	expect("no address", TRANSLATED("s1e1r", 1ull << 40) & 0x7f, FSC_TRANSLATION_0 << 1 | 1);
	expect("class of AT S12E1R", UNDEFINED("at s12e1r, x0"), EC_UNKNOWN);
}

/* AArch32 at EL0, which is optional: field EL0 of ID_AA64PFR0_EL1. Its SVC, and its undefined instruction. */
ASM_FUNCTION(el0_t32, ".inst 0xdf423001");           /* adds r0, #1; svc #0x42 */
ASM_FUNCTION(el0_t32_undefined, ".inst 0xde00bf00"); /* nop; udf #0 */

CASE(exceptions, aarch32_at_el0)
{
	struct exception taken;

	if ((read_register(id_aa64pfr0_el1) & 0xf) != 2) {
		skip("this CPU has no AArch32");
		return;
	}
	taken = el0_run((const void *)el0_t32, 41, SPSR_EL0_T32);
	expect("vector", taken.vector, VECTOR_SYNC_LOWER32);
	expect("ESR", taken.esr, (uint64_t)EC_SVC32 << 26 | 0x42);
	expect("R0", taken.x0, 42);
	expect("ELR", taken.elr, (uint64_t)(uintptr_t)el0_t32 + EL0_ALIAS + 4);
	taken = el0_run((const void *)el0_t32_undefined, 0, SPSR_EL0_T32);
	expect("vector", taken.vector, VECTOR_SYNC_LOWER32);
	expect("class", ESR_EC(taken.esr), EC_UNKNOWN);
	expect("ELR", taken.elr, (uint64_t)(uintptr_t)el0_t32_undefined + EL0_ALIAS + 2);
}

/* An exception hides none that follows it, and interrupts stay masked as they were. */
CASE(exceptions, many_in_a_row)
{
	exception_begin();
	for (unsigned int i = 0; i < 1000; i++)
		__asm__ volatile(".inst 0\n\tsvc #1\n\tmrs x0, hcr_el2" ::: "x0", "memory");
	expect("count", exception_end().count, 3000);
}

/* Without a syndrome: EL2 decodes the instruction, and the base register moves (DDI 0487 J.a, C6.2.167). */
CASE(exceptions, indexed_device_accesses)
{
	uint64_t base = VIMO_GUEST_GICD_BASE + GICD_TYPER, after = base, before = base - 8;
	uint64_t mask = VIMO_GUEST_GICD_BASE + GICD_ICENABLER + 4;
	uint32_t typer = *(volatile uint32_t *)base, post, pre;

	__asm__ volatile("ldr %w0, [%1], #12" : "=r"(post), "+r"(after) : : "memory");
	expect("a post-indexed load", post, typer);
	expect("its base", after, base + 12);
	__asm__ volatile("ldr %w0, [%1, #8]!" : "=r"(pre), "+r"(before) : : "memory");
	expect("a pre-indexed load", pre, typer);
	expect("its base", before, base);
	__asm__ volatile("str wzr, [%0], #-4" : "+r"(mask) : : "memory");
	expect("the base of a store", mask, VIMO_GUEST_GICD_BASE + GICD_ICENABLER);
}

/* A pair is two registers of the distributor: QEMU's serves it, and EL2 decodes no pairs. */
CASE(exceptions, pair_of_device_registers)
{
	uint64_t base = VIMO_GUEST_GICD_BASE, first, second;
	struct exception taken = EXCEPTION(__asm__ volatile("ldp %w0, %w1, [%2]"
							    : "=&r"(first), "=&r"(second)
							    : "r"(base)
							    : "memory"));

	expect_by_host("exceptions", taken.count, (struct by_host){ 0, 1 }, "pairs to a device are not emulated");
	if (!on_vimo)
		return;
	expect("class", ESR_EC(taken.esr), EC_DATA_ABORT_SAME);
	expect("fault status", ISS(taken.esr) & 0x3f, 0x10);
	expect("FAR", taken.far, base);
}

/* Walks would be big-endian, too: the MMU is off. No other access comes between the writes of SCTLR_EL1. */
CASE(exceptions, big_endian_device_access)
{
	uint64_t base = VIMO_GUEST_GICD_BASE + GICD_TYPER, sctlr;
	uint32_t little, big;

	mmu_set(0);
	sctlr = read_register(sctlr_el1);
	__asm__ volatile("ldr %w0, [%2]\n\tmsr sctlr_el1, %3\n\tisb\n\tldr %w1, [%2]\n\tmsr sctlr_el1, %4\n\tisb"
			 : "=&r"(little), "=&r"(big)
			 : "r"(base), "r"(sctlr | 1 << 25), "r"(sctlr)
			 : "memory");
	mmu_set(1);
	expect("the register, its bytes turned", big, __builtin_bswap32(little));
}
