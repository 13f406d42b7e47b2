// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * secondary.c - C on a CPU that smp.c started. Owner of the gate at which those
 * CPUs wait for dom0.
 */
#include "boot/secondary.h"
#include "cpu/errata.h"
#include "cpu/features.h"
#include "cpu/setup.h"
#include "cpu/sysreg.h"
#include "guest/sched.h"
#include "guest/smccc.h"
#include "hw/gic.h"
#include "hw/lpi.h"
#include "hw/timer.h"
#include "lib/panic.h"
#include "mem/stage2.h"
#include "trap/entry.h"

static bool dom0_ready;

/* The store is visible before the event: SEV does not wait for it (DDI 0487 J.a, B2.3.12, D1.6.1). */
static void announce(bool *flag)
{
	__atomic_store_n(flag, true, __ATOMIC_RELEASE);
	__asm__ volatile("dsb ishst\n\tsev" ::: "memory");
}

static void wait_for_dom0(void)
{
	while (!__atomic_load_n(&dom0_ready, __ATOMIC_ACQUIRE))
		__asm__ volatile("wfe" ::: "memory");
}

void secondary_release(void)
{
	announce(&dom0_ready);
}

/* EL2's entry with the measures that this CPU needs. */
static void choose_vectors(struct cpu *cpu)
{
	static const uint8_t *const vectors[SPECULATION_VECTORS] = {
		[SPECULATION_NONE] = el2_vectors,
		[SPECULATION_LOOP] = el2_vectors_loop,
		[SPECULATION_CLEAR] = el2_vectors_clear,
		[SPECULATION_FIRMWARE] = el2_vectors_firmware,
	};
	struct speculation_input input = {
		.midr = read_sysreg(midr_el1),
		.pfr0 = read_sysreg(id_aa64pfr0_el1),
		.mmfr1 = read_sysreg(id_aa64mmfr1_el1),
		.isar2 = read_sysreg(S3_0_C0_C6_2),
	};

	errata_init_cpu(cpu->id, input.midr);
	cpu_vectors(cpu, vectors[smccc_init_cpu(cpu, &input, read_sysreg(id_aa64pfr1_el1))]);
}

void cpu_start(struct cpu *cpu)
{
	cpu_setup(cpu);
	features_add_cpu();
	choose_vectors(cpu);
	if (gic->init_cpu())
		panic("CPU %u: no GIC CPU interface or redistributor", cpu->id);
	lpi_init_cpu();
	timer_init_cpu();
	__atomic_store_n(&cpu->online, true, __ATOMIC_RELEASE);
}

_Noreturn void boot_secondary(struct cpu *cpu)
{
	cpu_vectors(cpu, el2_vectors);
	cpu_start(cpu);
	cpu->work = CPU_WORK_SCHED;
	announce(&cpu->online);
	wait_for_dom0();
	cpu_set_stage2(stage2_vtcr(), stage2_shape.fwb);
	sched_run();
	guest_enter_first();
}
