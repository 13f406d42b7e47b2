// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timer.c - the virtual timer (Arm ARM DDI 0487 J.a, D11.2). No case sets CNTV_CVAL to ~0 with the timer enabled, as
 * that stops QEMU 7.2 itself.
 */
#include "lib/gic.h"

#define ENABLE 1u
#define IMASK 2u
#define VTIMER VIMO_GUEST_PPI_VTIMER

static volatile unsigned int taken, iar;

/* The timer is off before the interrupt ends, as its level is high until then. */
static void take(void)
{
	iar = gic_acknowledge();
	taken++;
	write_register(cntv_ctl_el0, 0);
	gic_end(iar);
}

CASE(timer, virtual_timer_fires)
{
	taken = 0;
	on_interrupt(INTERRUPT_IRQ, take);
	gic_enable(VTIMER);
	write_register(cntv_cval_el0, counter() + counter_hz() / 1000);
	write_register(cntv_ctl_el0, ENABLE);
	interrupts_on(PSTATE_I);
	expect_true("the interrupt is taken", wait_until(taken));
	expect("INTID", iar, VTIMER);
}
