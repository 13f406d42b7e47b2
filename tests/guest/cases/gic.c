// SPDX-License-Identifier: GPL-2.0-or-later
/* gic.c - the interrupt controller, GICv2 (IHI 0048 B.b) and GICv3 (IHI 0069 H). */
#include "lib/gic.h"

#define SGI 5u

static volatile unsigned int taken, iar;

static void take(void)
{
	iar = gic_acknowledge();
	taken++;
	gic_end(iar);
}

CASE(gic, sgi_to_itself)
{
	taken = 0;
	on_interrupt(INTERRUPT_IRQ, take);
	gic_enable(SGI);
	gic_send_sgi(0, SGI);
	interrupts_on(PSTATE_I);
	expect_true("the SGI is taken", wait_until(taken));
	expect("INTID", iar, SGI);
	expect("pending state after it", (uint64_t)gic_is_pending(SGI), 0);
	expect("active state after it", (uint64_t)gic_is_active(SGI), 0);
	expect("how often it was taken", taken, 1);
}
