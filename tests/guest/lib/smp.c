// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * smp.c - other CPUs, by PSCI. A CPU runs one function and switches itself off.
 */
#include "lib/guest.h"
#include "lib/psci.h"

struct cpu cpus[MAX_CPUS];
static uint8_t stacks[MAX_CPUS][8192] __attribute__((aligned(16)));

void other_cpu(void);
void cpu_main(struct cpu *cpu);

uint64_t call(uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3)
{
	uint64_t x[8] = { function, a1, a2, a3, 0, 0, 0, 0 };

	hvc(x);
	return x[0];
}

void cpu_main(struct cpu *cpu)
{
	call_protected(cpu->function, cpu->argument, &cpu->resume);
	interrupts_off();
	__atomic_store_n(&cpu->done, 1, __ATOMIC_RELEASE);
	call(PSCI_CPU_OFF, 0, 0, 0);
}

void cpu_prepare(unsigned int id, void (*function)(void *), void *argument)
{
	struct cpu *cpu = &cpus[id];

	cpu->id = id;
	cpu->stack = (uint64_t)(uintptr_t)(stacks[id] + sizeof(stacks[id]));
	cpu->function = function;
	cpu->argument = argument;
	cpu->catching = 0;
	cpu->done = 0;
	/* The CPU reads its stack's address with its MMU off, so past the caches (DDI 0487 J.a, D8.2.12). */
	for (uint64_t at = (uint64_t)(uintptr_t)cpu; at < (uint64_t)(uintptr_t)(cpu + 1); at += 16)
		__asm__ volatile("dc civac, %0" : : "r"(at) : "memory");
	__asm__ volatile("dsb sy" ::: "memory");
}

int64_t cpu_restart(unsigned int id)
{
	return (int64_t)call(PSCI_CPU_ON, id, (uint64_t)(uintptr_t)other_cpu, (uint64_t)(uintptr_t)&cpus[id]);
}

int64_t cpu_start(unsigned int id, void (*function)(void *), void *argument)
{
	cpu_prepare(id, function, argument);
	return cpu_restart(id);
}

int cpu_wait(unsigned int id)
{
	return wait_until(__atomic_load_n(&cpus[id].done, __ATOMIC_ACQUIRE)) &&
	       wait_until(call(PSCI_AFFINITY_INFO, id, 0, 0) == AFFINITY_OFF);
}
