// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * smp.c - start the other CPUs (Arm DEN 0022, CPU_ON).
 */
#include "boot/smp.h"
#include <libfdt.h>
#include "cpu/cpu.h"
#include "cpu/cache.h"
#include "hw/fdt_reg.h"
#include "hw/gic.h"
#include "hw/psci.h"
#include "hw/timer.h"
#include "lib/log.h"
#include "lib/panic.h"
#include "mem/el2_map.h"

#define START_TIMEOUT_NS 1000000000ull
#define GICV2_CPUS 8u /* one bit each in GICD_ITARGETSR (IHI 0048 B.b, 4.3.12) */

void secondary_entry(void); /* secondary.S */

static bool wait_online(const struct cpu *cpu)
{
	uint64_t end = counter_now() + ns_to_counter(START_TIMEOUT_NS);

	while (!__atomic_load_n(&cpu->online, __ATOMIC_ACQUIRE))
		if (counter_now() > end)
			return false;
	return true;
}

static bool start_one(unsigned int id, uint64_t mpidr)
{
	struct cpu *cpu = &cpus[id];
	int64_t status;

	cpu->id = id;
	cpu->mpidr = mpidr;
	cpu->stack_top = el2_map_stack(id);
	if (!cpu->stack_top)
		panic("no memory for the stack of CPU %lx", (unsigned long)mpidr);
	/* The CPU reads its entry with caches off. */
	cache_clean(cpu, sizeof(*cpu));
	status = psci_firmware_call(PSCI_CPU_ON_64, mpidr, (uintptr_t)secondary_entry, (uintptr_t)cpu);
	if (status != PSCI_SUCCESS) {
		log_print(LOG_WARN, "CPU %lx does not start: PSCI returns %ld", (unsigned long)mpidr, (long)status);
		return false;
	}
	if (!wait_online(cpu))
		panic("CPU %lx was started but does not answer", (unsigned long)mpidr);
	return true;
}

static uint64_t cpu_reg(const void *fdt, int node)
{
	int bytes;
	const fdt32_t *reg = fdt_getprop(fdt, node, "reg", &bytes);

	if (!reg || bytes < 4)
		return ~0ull;
	return bytes >= 8 ? (uint64_t)fdt32_to_cpu(reg[0]) << 32 | fdt32_to_cpu(reg[1]) : fdt32_to_cpu(reg[0]);
}

void smp_start(const void *fdt, unsigned int max)
{
	int parent = fdt_path_offset(fdt, "/cpus"), node;

	max = MIN(max, gic_info.version == 2 ? GICV2_CPUS : CPU_MAX);
	fdt_for_each_subnode(node, fdt, parent) {
		uint64_t mpidr = fdt_is_cpu(fdt, node) ? cpu_reg(fdt, node) : ~0ull;

		if (mpidr == ~0ull || mpidr == cpus[0].mpidr || cpu_count >= max)
			continue;
		if (start_one(cpu_count, mpidr))
			cpu_count++;
	}
	log_print(LOG_INFO, "%u CPUs", cpu_count);
}
