/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest.h - the bare test guest: cases, their reports, exceptions, CPUs.
 *
 * The same program runs on QEMU's plain "virt" machine at EL1, and as a guest of ViMo-S. A case is one stanza:
 *
 *	CASE(psci, version)
 *	{
 *		expect("PSCI_VERSION", psci(PSCI_VERSION, 0, 0, 0), 0x10001);
 *	}
 *
 * It prints "ok psci/version" or "BAD psci/version: PSCI_VERSION: got 0x2, expected 0x10001". Where the two hosts
 * differ, the stanza names the value of each and the reason (expect_by_host), and "differs psci/version: reason" is
 * printed under ViMo-S. Cases of a group are in cases/GROUP.c; each begins on the first CPU with the MMU and caches on,
 * interrupts masked, the GIC reset (gic.h), and other CPUs off.
 */
#ifndef GUEST_GUEST_H
#define GUEST_GUEST_H

#include <stdint.h>
#include "lib/cpu.h"

#define MAX_CPUS 8u

struct test_case {
	const char *group, *name;
	void (*run)(void);
};

#define CASE(group, name)                                                                                      \
	static void case_##name(void);                                                                         \
	static const struct test_case row_##name                                                               \
		__attribute__((used, no_reorder, section(".cases." #group))) = { #group, #name, case_##name }; \
	static void case_##name(void)

/* The host. */
extern int on_vimo;              /* as a guest of ViMo-S; else on the machine itself */
extern unsigned int gic_version; /* 2 or 3 */
extern unsigned int cpu_count;

/* Reports; only the first CPU may call these. @what names the value in a report of a fault. */
void expect(const char *what, uint64_t got, uint64_t expected);
/* @condition, which @what describes, holds. */
void expect_true(const char *what, int condition);

struct by_host {
	uint64_t machine, vimo;
};
void expect_by_host(const char *what, uint64_t got, struct by_host expected, const char *why);
/* The case cannot run here. The caller returns. */
void skip(const char *why);

/* Exceptions. */
struct exception {
	uint64_t esr, elr, far, spsr;
	uint64_t x0;
	unsigned int vector; /* 0..15, as in the vector table */
	unsigned int count;  /* 0: none was taken */
};
#define ESR_EC(esr) ((esr) >> 26 & 0x3f)
#define ESR_IL (1ull << 25)
#define EC_UNKNOWN 0x00u
#define EC_WFX 0x01u
#define EC_SVC32 0x11u
#define EC_SVC64 0x15u
#define EC_SYSREG 0x18u
#define EC_INSTRUCTION_ABORT_LOWER 0x20u
#define EC_INSTRUCTION_ABORT_SAME 0x21u
#define EC_PC_ALIGNMENT 0x22u
#define EC_DATA_ABORT_LOWER 0x24u
#define EC_DATA_ABORT_SAME 0x25u
#define EC_SP_ALIGNMENT 0x26u
#define EC_BRK64 0x3cu
#define EC_NONE 0x100u
#define VECTOR_SYNC_SAME 4u /* current EL with SP_ELx */
#define VECTOR_IRQ_SAME 5u
#define VECTOR_FIQ_SAME 6u
#define VECTOR_SERROR_SAME 7u
#define VECTOR_SYNC_LOWER64 8u
#define VECTOR_SYNC_LOWER32 12u

void exception_begin(void);
struct exception exception_end(void);
/* The exception that an operation takes. The next instruction follows it, or the caller after an instruction abort. */
#define EXCEPTION(operation)       \
	({                         \
		exception_begin(); \
		operation;         \
		exception_end();   \
	})
/* The exception class that an operation takes; EC_NONE: none. */
#define EXCEPTION_CLASS(operation)                             \
	({                                                     \
		struct exception taken = EXCEPTION(operation); \
		taken.count ? ESR_EC(taken.esr) : EC_NONE;     \
	})
#define UNDEFINED(instruction) EXCEPTION_CLASS(__asm__ volatile(instruction ::: "memory"))

/* A function of instructions alone. */
#define ASM_FUNCTION(name, instructions) \
	void name(void);                 \
	__asm__(".pushsection .text\n.balign 4\n.globl " #name "\n" #name ":\n" instructions "\n.ltorg\n.popsection\n")

/*
 * Run instructions at EL0 until they take an exception: which. EL0 has the image at EL0_ALIAS above its addresses.
 * SPSR_EL0_64 or SPSR_EL0_T32 chooses the instruction set.
 */
struct exception el0_run(const void *code, uint64_t x0, uint64_t spsr);
#define EL0_ALIAS 0x80000000ull
#define SPSR_EL0_64 0x3c0u
#define SPSR_EL0_T32 0x1f0u

/* Handlers of this case for all CPUs, or NULL: an interrupt without a handler is a fault of the case. */
enum interrupt_kind { INTERRUPT_IRQ, INTERRUPT_FIQ, INTERRUPT_SERROR, INTERRUPT_KINDS };
void on_interrupt(enum interrupt_kind kind, void (*handler)(void));
#define PSTATE_F 1
#define PSTATE_I 2
#define PSTATE_A 4
#define interrupts_on(bits) __asm__ volatile("msr daifclr, %0" : : "i"(bits) : "memory")
#define interrupts_off() __asm__ volatile("msr daifset, #7" ::: "memory")

/* CPUs. */
struct cpu {
	uint64_t stack; /* its end: CPU_STACK */
	uint64_t resume;
	struct exception exception, unexpected;
	void (*function)(void *);
	void *argument;
	int catching;
	volatile int done;
	unsigned int id;
} __attribute__((aligned(64)));

extern struct cpu cpus[MAX_CPUS];
static inline struct cpu *this_cpu(void)
{
	struct cpu *cpu;

	__asm__ volatile("mrs %0, tpidr_el1" : "=r"(cpu));
	return cpu;
}
extern const char vectors[];
void mmu_set(int on);
/* Start a CPU with @function, which ends with its CPU off. Returns PSCI's answer. */
int64_t cpu_start(unsigned int id, void (*function)(void *), void *argument);
/* The two halves of cpu_start(), for CPUs that compete. */
void cpu_prepare(unsigned int id, void (*function)(void *), void *argument);
int64_t cpu_restart(unsigned int id);
/* Wait until its function has ended and PSCI says that it is off; 0 if that does not happen. */
int cpu_wait(unsigned int id);
int call_protected(void (*function)(void *), void *argument, uint64_t *resume);

/* Until a condition holds; 0 if it does not for a minute, which no host is slow enough for. */
#define wait_until(condition)                                           \
	({                                                              \
		uint64_t patience = counter() + 60 * counter_hz();      \
		int good;                                               \
		while (!(good = !!(condition)) && counter() < patience) \
			;                                               \
		good;                                                   \
	})
static inline uint64_t counter(void)
{
	uint64_t now;

	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(now) : : "memory");
	return now;
}
static inline uint64_t counter_hz(void)
{
	uint64_t hz;

	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(hz));
	return hz;
}

/* Calls. */
void hvc(uint64_t x[8]);
void smc(uint64_t x[8]);
uint64_t call(uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3);

/* Registers and devices. */
#define read_register(name)                                                      \
	({                                                                       \
		uint64_t read_value;                                             \
		__asm__ volatile("mrs %0, " #name : "=r"(read_value)::"memory"); \
		read_value;                                                      \
	})
#define write_register(name, value) __asm__ volatile("msr " #name ", %0\n\tisb" : : "r"((uint64_t)(value)) : "memory")
static inline uint32_t read32(uint64_t address)
{
	uint32_t value;

	__asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return value;
}
static inline void write32(uint64_t address, uint32_t value)
{
	__asm__ volatile("str %w0, [%1]" : : "r"(value), "r"(address) : "memory");
}

#endif
