// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * idle.c - idle states of the firmware: PSCI CPU_SUSPEND (Arm DEN 0022 F, 5.4) with the states that the device tree
 * names (bindings idle-states.yaml and psci.yaml).
 *
 * Standby states only: these return here, with all registers, the GIC's and the timer's among them. A state that powers
 * the CPU down, or stops its timer, would need EL2 to start anew on it.
 *
 * A state is used when both the time to the next timer and the CPU's last wait were as long as it needs to pay. A state
 * that the firmware refuses is not tried again on that CPU.
 */
#include "hw/idle.h"
#include <libfdt.h>
#include "cpu/barrier.h"
#include "cpu/cpu.h"
#include "cpu/wait.h"
#include "hw/fdt_reg.h"
#include "hw/psci.h"
#include "hw/timer.h"
#include "lib/log.h"

#define STATES_MAX 4u
#define WAIT_MAX_US 1000000ull
/*
 * Of power_state: a bit for power-down states in the original format, and in the extended one (5.4.2), where an
 * identifier that has the first bit set is not used, either.
 */
#define POWER_DOWN (BIT(16) | BIT(30))

/* Each CPU's own after boot. */
static struct idle_cpu {
	uint64_t last_wait;
	struct idle_state {
		uint64_t wait; /* the shortest that it pays for, counter ticks; 0: no state */
		uint64_t power_state;
	} states[STATES_MAX];
} idle_cpus[CPU_MAX];
static bool any;

static bool read_state(const void *fdt, int node, struct idle_state *state)
{
	uint64_t residency, enter = 0, leave = 0;

	if (node < 0 || !fdt_is_available(fdt, node) || fdt_getprop(fdt, node, "local-timer-stop", NULL) ||
	    !fdt_number(fdt, node, "arm,psci-suspend-param", &state->power_state) ||
	    !fdt_number(fdt, node, "min-residency-us", &residency))
		return false;
	fdt_number(fdt, node, "entry-latency-us", &enter);
	fdt_number(fdt, node, "exit-latency-us", &leave);
	if (state->power_state >> 32 || state->power_state & POWER_DOWN ||
	    MAX(residency, MAX(enter, leave)) > WAIT_MAX_US)
		return false;
	state->wait = ns_to_counter(MAX(residency, enter + leave) * 1000) + 1;
	return true;
}

void idle_add_cpu(const void *fdt, int node, unsigned int cpu)
{
	int bytes = 0;
	const fdt32_t *list = fdt_getprop(fdt, node, "cpu-idle-states", &bytes);
	struct idle_state *next = idle_cpus[cpu].states, *end = next + STATES_MAX;

	for (; list && bytes >= 4 && next < end; list++, bytes -= 4) {
		if (!read_state(fdt, fdt_node_offset_by_phandle(fdt, fdt32_ld(list)), next))
			continue;
		log_print(LOG_INFO, "CPU %u: idle state %lx", cpu, (unsigned long)next->power_state);
		any = true;
		next++;
	}
	if (next < end)
		next->wait = 0;
}

static struct idle_state *choose(struct idle_cpu *idle, uint64_t expected)
{
	struct idle_state *best = NULL;

	for (struct idle_state *state = idle->states; state < idle->states + STATES_MAX; state++)
		if (state->wait && state->wait <= expected && (!best || state->wait > best->wait))
			best = state;
	return best;
}

static void enter(struct idle_state *state)
{
	/* As before a WFI (DDI 0487 J.a, B2.3.12). */
	isb();
	dsb_sy();
	if (psci_firmware_call(PSCI_CPU_SUSPEND_64, state->power_state, 0, 0) == PSCI_SUCCESS)
		return;
	state->wait = 0;
	log_print(LOG_WARN, "CPU %u: the firmware refuses idle state %lx", this_cpu()->id,
		  (unsigned long)state->power_state);
}

void idle_wait(uint64_t deadline)
{
	struct idle_cpu *idle = &idle_cpus[this_cpu()->id];
	struct idle_state *state = NULL;
	uint64_t start = 0;

	if (unlikely(any)) {
		start = counter_now();
		state = choose(idle, MIN(idle->last_wait, deadline > start ? deadline - start : 0));
	}
	if (state)
		enter(state);
	else
		cpu_wait();
	if (unlikely(any))
		idle->last_wait = counter_now() - start;
}
