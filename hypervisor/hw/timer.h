/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timer.h - the counter and EL2's own timer (Arm ARM D11, CNTHP, PPI 26).
 *
 * One deadline per CPU; owner timer.c. The scheduler chooses it.
 */
#ifndef HW_TIMER_H
#define HW_TIMER_H

#include "cpu/sysreg.h"

#define TIMER_PPI_EL2 26u
#define TIMER_PPI_VIRTUAL 27u

static inline uint64_t counter_now(void)
{
#ifdef VIMO_HOST_TEST
	extern uint64_t test_counter;
	return test_counter;
#else
	/* The ISB keeps the read from being taken early (DDI 0487 J.a, D11.2.2; L.a, D24.1.2.2). */
	__asm__ volatile("isb" ::: "memory");
	return read_sysreg(cntpct_el0);
#endif
}

void timer_init_cpu(void);
uint64_t counter_hz(void);
uint64_t counter_to_ns(uint64_t ticks);
uint64_t ns_to_counter(uint64_t ns);
/* Interrupt at this counter value; ~0: never. This CPU. */
void timer_set(uint64_t deadline);

#endif
