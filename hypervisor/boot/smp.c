// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * smp.c - start the other CPUs: by PSCI (Arm DEN 0022, CPU_ON) or by a spin table.
 */
#include "boot/smp.h"
#include <libfdt.h>
#include "boot/memory.h"
#include "cpu/cpu.h"
#include "cpu/cache.h"
#include "hw/fdt_reg.h"
#include "hw/gic.h"
#include "hw/idle.h"
#include "hw/psci.h"
#include "hw/timer.h"
#include "lib/log.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mem/el2_map.h"
#include "mem/window.h"

#define START_TIMEOUT_NS 10000000000ull
#define GICV2_CPUS 8u /* one bit each in GICD_ITARGETSR (IHI 0048 B.b, 4.3.12) */

extern uint8_t __image_start[], __image_end[];

/* secondary.S */
void secondary_entry(void);
void secondary_spin(void);
extern struct cpu *spin_cpu; /* the CPU that may leave the spin table now */

static bool wait_online(const struct cpu *cpu)
{
	uint64_t end = counter_now() + ns_to_counter(START_TIMEOUT_NS);

	while (!__atomic_load_n(&cpu->online, __ATOMIC_ACQUIRE))
		if (counter_now() > end)
			return false;
	return true;
}

static bool by_psci(const struct cpu *cpu)
{
	int64_t status = psci_cpu_on(cpu->mpidr, (uintptr_t)secondary_entry, (uintptr_t)cpu);

	if (status != PSCI_SUCCESS)
		log_print(LOG_WARN, "CPU %lx does not start: PSCI returns %ld", (unsigned long)cpu->mpidr,
			  (long)status);
	return status == PSCI_SUCCESS;
}

/* A word of the firmware's memory, in RAM and not EL2's. */
static bool release_address(const void *fdt, int node, uint64_t *where)
{
	const struct memory_layout *layout = memory_layout();
	struct range_list own = { 0 };

	if (!fdt_number(fdt, node, "cpu-release-addr", where) || !IS_ALIGNED(*where, sizeof(uint64_t)))
		return false;
	return !range_add(&own, layout->heap.base, layout->heap.bytes) &&
	       !range_add(&own, (uintptr_t)__image_start, (uintptr_t)__image_end - (uintptr_t)__image_start) &&
	       range_contains(&layout->ram, *where, sizeof(uint64_t)) &&
	       !range_overlaps(&own, *where, sizeof(uint64_t));
}

/* The CPU waits in WFE for an address to jump to (Linux, booting.rst). */
static bool by_spin_table(const void *fdt, int node, struct cpu *cpu)
{
	uint64_t entry = (uintptr_t)secondary_spin, where;

	if (!release_address(fdt, node, &where)) {
		log_print(LOG_WARN, "CPU %lx does not start: its cpu-release-addr is not in RAM",
			  (unsigned long)cpu->mpidr);
		return false;
	}
	spin_cpu = cpu;
	cache_clean(&spin_cpu, sizeof(uintptr_t));
	phys_write(PA(where), &entry, sizeof(entry));
	/* The word is in memory before the event (DDI 0487 J.a, B2.3.12). */
	__asm__ volatile("dsb sy\n\tsev" ::: "memory");
	return true;
}

static bool start_one(const void *fdt, int node, unsigned int id, uint64_t mpidr)
{
	const char *method = fdt_stringlist_get(fdt, node, "enable-method", 0, NULL);
	bool spins = method && strcmp(method, "spin-table") == 0;
	struct cpu *cpu = &cpus[id];

	cpu->id = id;
	cpu->mpidr = mpidr;
	/* A CPU that did not start leaves its stack to the next. */
	if (!cpu->stack_top)
		cpu->stack_top = el2_map_stack(id);
	if (!cpu->stack_top || el2_window_init(id))
		panic("no memory for the stack and windows of CPU %lx", (unsigned long)mpidr);
	/* The CPU reads its entry with caches off. */
	cache_clean(cpu, sizeof(*cpu));
	if (!(spins ? by_spin_table(fdt, node, cpu) : by_psci(cpu)))
		return false;
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

		if (mpidr == cpus[0].mpidr)
			idle_add_cpu(fdt, node, 0);
		else if (mpidr != ~0ull && cpu_count < max && start_one(fdt, node, cpu_count, mpidr))
			idle_add_cpu(fdt, node, cpu_count++);
	}
	log_print(LOG_INFO, "%u CPUs", cpu_count);
}
