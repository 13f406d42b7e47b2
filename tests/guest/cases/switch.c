// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * switch.c - what belongs to a CPU stays its own, also when vCPUs share a CPU: registers, translations, timers. All
 * CPUs do the same at once; each WFI gives the CPU to another vCPU.
 */
#include "lib/gic.h"
#include "lib/psci.h"

#define ROUNDS 20u
#define VTIMER VIMO_GUEST_PPI_VTIMER
#define ENABLE 1u

static volatile uint64_t faults[MAX_CPUS], ticks[MAX_CPUS];

/* @function on each CPU. It counts its faults. */
static void on_all(void (*function)(void *))
{
	for (unsigned int i = 0; i < cpu_count; i++)
		faults[i] = ticks[i] = 0;
	for (unsigned int i = 1; i < cpu_count; i++)
		expect("CPU_ON", (uint32_t)cpu_start(i, function, 0), PSCI_SUCCESS);
	function(0);
	for (unsigned int i = 1; i < cpu_count; i++)
		expect_true("the CPU ends", cpu_wait(i));
	for (unsigned int i = 0; i < cpu_count; i++)
		expect("faults of a CPU", faults[i], 0);
}

static void cpu_begin(void)
{
	if (this_cpu()->id)
		gic_cpu_reset();
	gic_enable(VTIMER);
}

/* Interrupts are masked: the timer's only ends WFI. */
static void sleep(void)
{
	write_register(cntv_cval_el0, counter() + counter_hz() / 5000);
	write_register(cntv_ctl_el0, ENABLE);
	__asm__ volatile("wfi" ::: "memory");
	write_register(cntv_ctl_el0, 0);
}

static uint64_t pattern(unsigned int round)
{
	return (this_cpu()->id + 1) * 0x0101010101010101ull + (uint64_t)round * 0x10;
}

/* Registers that hold any value, and those of which bits do. */
/* A list, not statements. */
/* clang-format off */
#define REGISTERS(X)                                                                                    \
	X(tpidr_el0, ~0ull) X(tpidrro_el0, ~0ull) X(sp_el0, ~0ull) X(elr_el1, ~0ull) X(far_el1, ~0ull)  \
	X(esr_el1, 0xffffffff) X(contextidr_el1, 0xffffffff) X(spsr_el1, 0xf00003c0)                    \
	X(cntkctl_el1, 0x3ff) X(cntp_cval_el0, ~0ull) X(csselr_el1, 2) X(par_el1, 0xfffff000)           \
	X(S3_3_C4_C4_1, 0x1f) X(S3_3_C4_C4_0, 0xc00000)
/* clang-format on */

static void keep_registers(void *argument)
{
	uint64_t *count = (uint64_t *)&faults[this_cpu()->id];

	(void)argument;
	cpu_begin();
	write_register(cpacr_el1, 3 << 20);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		uint64_t value = pattern(round);

#define SET(name, bits) write_register(name, value &(bits));
		REGISTERS(SET)
		sleep();
#define COMPARE(name, bits) *count += (read_register(name) ^ value) & (bits) ? 1 : 0;
		REGISTERS(COMPARE)
	}
	write_register(cntkctl_el1, 0);
}

CASE(switch, registers)
{
	on_all(keep_registers);
}

/* uint64_t vectors_differ(uint64_t pattern, void (*between)(void)): V0-V31 before and after */
ASM_FUNCTION(vectors_differ,
	     "stp x29, x30, [sp, #-32]!\nstp x19, x20, [sp, #16]\nmov x19, x0\n"
	     ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
	     "add x2, x19, #\\n\ndup v\\n\\().2d, x2\n.endr\n"
	     "blr x1\nmov x0, #0\n"
	     ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
	     "add x2, x19, #\\n\nfmov x3, d\\n\neor x3, x3, x2\norr x0, x0, x3\n"
	     "fmov x3, v\\n\\().d[1]\neor x3, x3, x2\norr x0, x0, x3\n.endr\n"
	     "ldp x19, x20, [sp, #16]\nldp x29, x30, [sp], #32\nret");

static void keep_vectors(void *argument)
{
	uint64_t (*differ)(uint64_t, void (*)(void)) = (uint64_t(*)(uint64_t, void (*)(void)))(uintptr_t)vectors_differ;

	(void)argument;
	cpu_begin();
	write_register(cpacr_el1, 3 << 20);
	for (unsigned int round = 0; round < ROUNDS; round++)
		faults[this_cpu()->id] += differ(pattern(round), sleep) ? 1 : 0;
	write_register(cpacr_el1, 0);
}

CASE(switch, vector_registers)
{
	on_all(keep_vectors);
}

/*
 * Each CPU has a table of its own, all with ASID 1 and with another page for the same address. TTBR0_EL1.CnP is 0, so
 * that a translation of one CPU is not another's (DDI 0487 J.a, D8.13.1). QEMU empties its TLB at EL2's switch,
 * whatever EL2 invalidates: only hardware shows a fault here.
 */
extern uint64_t root_table[512];
static uint64_t tables[MAX_CPUS][512] __attribute__((aligned(4096)));
static uint64_t windows[MAX_CPUS][512] __attribute__((aligned(4096)));
#define WINDOW 7ull
#define BLOCK 0xf01ull /* Normal, inner shareable, not global */
#define PLACE(cpu) (VIMO_GUEST_RAM_BASE + (32ull << 20) + ((uint64_t)(cpu) << 21))

static void look_through_window(void *argument)
{
	volatile uint64_t *window = (volatile uint64_t *)(WINDOW << 30);
	uint64_t saved = read_register(ttbr0_el1);
	unsigned int id = this_cpu()->id;

	(void)argument;
	cpu_begin();
	for (unsigned int i = 0; i < 512; i++)
		tables[id][i] = root_table[i];
	windows[id][0] = PLACE(id) | BLOCK;
	tables[id][WINDOW] = (uint64_t)(uintptr_t)windows[id] | 3;
	*(volatile uint64_t *)PLACE(id) = id + 1000;
	/* The table is written before a walk reads it (DDI 0487 J.a, D8.2.6). */
	__asm__ volatile("dsb ishst" ::: "memory");
	write_register(ttbr0_el1, (uint64_t)(uintptr_t)tables[id] | 1ull << 48);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		faults[id] += *window != id + 1000;
		sleep();
	}
	write_register(ttbr0_el1, saved);
	/* No translation of these tables is left for the next case (DDI 0487 J.a, D8.14). */
	__asm__ volatile("tlbi vmalle1is\n\tdsb ish\n\tisb" ::: "memory");
}

CASE(switch, translations_of_one_asid)
{
	on_all(look_through_window);
}

static void tick(void)
{
	unsigned int iar = gic_acknowledge();

	ticks[this_cpu()->id]++;
	if (iar != VTIMER)
		faults[this_cpu()->id]++;
	/* Re-armed before the end of the interrupt: its level is low then. */
	write_register(cntv_cval_el0, counter() + counter_hz() / 5000);
	gic_end(iar);
}

static void wait_for_ticks(void *argument)
{
	unsigned int id = this_cpu()->id;

	(void)argument;
	cpu_begin();
	write_register(cntv_cval_el0, counter() + counter_hz() / 5000);
	write_register(cntv_ctl_el0, ENABLE);
	while (ticks[id] < ROUNDS) {
		__asm__ volatile("wfi" ::: "memory");
		interrupts_on(PSTATE_I);
		__asm__ volatile("isb");
		interrupts_off();
	}
	write_register(cntv_ctl_el0, 0);
}

CASE(switch, timers)
{
	on_interrupt(INTERRUPT_IRQ, tick);
	on_all(wait_for_ticks);
	for (unsigned int i = 0; i < cpu_count; i++)
		expect_true("ticks", ticks[i] >= ROUNDS);
}

/* One counter for all CPUs: a time that a CPU read is not in the future of another. */
static uint64_t newest;

static void compare_counters(void *argument)
{
	(void)argument;
	cpu_begin();
	for (unsigned int round = 0; round < 100; round++) {
		uint64_t before = __atomic_load_n(&newest, __ATOMIC_ACQUIRE), now = counter();

		if (now < before)
			faults[this_cpu()->id]++;
		/* The greatest wins. */
		while (before < now &&
		       !__atomic_compare_exchange_n(&newest, &before, now, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
			;
		if (round % 10 == 0)
			sleep();
	}
}

CASE(switch, one_counter)
{
	newest = 0;
	on_all(compare_counters);
}
