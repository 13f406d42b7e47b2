/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wait.h - wait on a CPU without a runnable vCPU. Interrupts are masked: they
 * end the wait, and the caller takes them from the GIC (Arm ARM D1.6.2).
 */
#ifndef CPU_WAIT_H
#define CPU_WAIT_H

#include "cpu/sysreg.h"

#ifdef VIMO_HOST_TEST
void cpu_wait(void);
bool cpu_interrupt_waits(void);
void cpu_relax(void);
#else
/* In a loop that waits for another CPU. */
static inline void cpu_relax(void)
{
	__asm__ volatile("yield" ::: "memory");
}

static inline void cpu_wait(void)
{
	/*
	 * A write of the timer takes effect, and earlier stores complete, before the CPU may stop its clock: neither
	 * does WFI wait for (DDI 0487 J.a, D1.6.2, B2.3.12).
	 */
	__asm__ volatile("isb\n\tdsb sy\n\twfi" ::: "memory");
}

static inline bool cpu_interrupt_waits(void)
{
	return read_sysreg(isr_el1) != 0;
}
#endif

#endif
