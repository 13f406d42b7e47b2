// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timer.c - EL2's physical timer. Context: this CPU, interrupts masked.
 */
#include "hw/timer.h"
#include "cpu/barrier.h"
#include "cpu/cpu.h"
#include "hw/gic.h"
#include "lib/log.h"
#include "lib/panic.h"

/*
 * All CPUs count alike (DDI 0487 J.a, D11.1.2), so that the boot CPU's CNTFRQ_EL0 is true of all, even where the
 * firmware left another one wrong.
 */
uint64_t counter_hz(void)
{
	static uint64_t hz;

	if (unlikely(!hz))
		hz = read_sysreg(cntfrq_el0);
	return hz;
}

/* Split so that 64-bit products do not overflow for centuries of ticks. */
static uint64_t scale(uint64_t value, uint64_t multiplier, uint64_t divisor)
{
	return value / divisor * multiplier + value % divisor * multiplier / divisor;
}

uint64_t counter_to_ns(uint64_t ticks)
{
	return scale(ticks, 1000000000ull, counter_hz());
}

uint64_t ns_to_counter(uint64_t ns)
{
	return scale(ns, counter_hz(), 1000000000ull);
}

void timer_set(uint64_t deadline)
{
	if (deadline == ~0ull) {
		write_sysreg(0, cnthp_ctl_el2);
		return;
	}
	write_sysreg(deadline, cnthp_cval_el2);
	write_sysreg(TIMER_ENABLE, cnthp_ctl_el2);
}

void timer_init_cpu(void)
{
	/* CNTFRQ_EL0 divides every time; firmware sets it on each CPU (D11.1.2). */
	if (!counter_hz())
		panic("CNTFRQ_EL0 is 0: the firmware must set it");
	if (read_sysreg(cntfrq_el0) != counter_hz())
		log_print(
			LOG_WARN,
			"CPU %u: CNTFRQ_EL0 is %lu and must be %lu: guests on it have a wrong clock: update the firmware",
			this_cpu()->id, (unsigned long)read_sysreg(cntfrq_el0), (unsigned long)counter_hz());
	/* A timer armed by a boot loader would interrupt without end. */
	write_sysreg(0, cntv_ctl_el0);
	write_sysreg(0, cntp_ctl_el0);
	isb();
	timer_set(~0ull);
	gic->set_edge(TIMER_PPI_EL2, false);
	gic->enable(TIMER_PPI_EL2);
	gic->set_edge(TIMER_PPI_VIRTUAL, false);
	gic->enable(TIMER_PPI_VIRTUAL);
}
