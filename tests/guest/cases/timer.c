// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timer.c - the virtual and the physical timer at EL1 (Arm ARM DDI 0487 J.a, D11.2). No case sets CNTV_CVAL to ~0 with
 * the timer enabled, as that stops QEMU 7.2 itself.
 */
#include "lib/gic.h"

#define ENABLE 1u
#define IMASK 2u
#define ISTATUS 4u
#define VIRTUAL VIMO_GUEST_PPI_VTIMER
#define PHYSICAL VIMO_GUEST_PPI_PTIMER
#define SOON (counter_hz() / 1000)
#define LATER (counter_hz() * 1000)

static volatile unsigned int taken, iar;

/* The timers are off before the interrupt ends, as their level is high until then. */
static void take(void)
{
	iar = gic_acknowledge();
	taken++;
	write_register(cntv_ctl_el0, 0);
	write_register(cntp_ctl_el0, 0);
	gic_end(iar);
}

static void begin(unsigned int intid)
{
	taken = 0;
	write_register(cntv_ctl_el0, 0);
	write_register(cntp_ctl_el0, 0);
	on_interrupt(INTERRUPT_IRQ, take);
	gic_enable(intid);
}

CASE(timer, virtual_timer_fires)
{
	begin(VIRTUAL);
	write_register(cntv_cval_el0, counter() + SOON);
	write_register(cntv_ctl_el0, ENABLE);
	interrupts_on(PSTATE_I);
	expect_true("the interrupt is taken", wait_until(taken));
	expect("INTID", iar, VIRTUAL);
}

CASE(timer, physical_timer_fires)
{
	begin(PHYSICAL);
	write_register(cntp_cval_el0, read_register(cntpct_el0) + SOON);
	write_register(cntp_ctl_el0, ENABLE);
	interrupts_on(PSTATE_I);
	expect_true("the interrupt is taken", wait_until(taken));
	expect("INTID", iar, PHYSICAL);
}

/* WFI with interrupts masked ends when the timer's interrupt is pending. */
CASE(timer, wfi_waits_for_the_timer)
{
	uint64_t due = counter() + SOON;

	begin(VIRTUAL);
	write_register(cntv_cval_el0, due);
	write_register(cntv_ctl_el0, ENABLE);
	while (!(read_register(cntv_ctl_el0) & ISTATUS))
		__asm__ volatile("wfi");
	expect_true("the time has come", counter() >= due);
	expect("how often it was taken, masked", taken, 0);
	expect_true("it is pending", wait_until(gic_is_pending(VIRTUAL)));
	interrupts_on(PSTATE_I);
	expect_true("the interrupt is taken", wait_until(taken));
}

CASE(timer, tval_counts_down)
{
	write_register(cntv_ctl_el0, 0);
	write_register(cntv_tval_el0, 0x7fffffff);
	expect_true("CVAL follows TVAL", read_register(cntv_cval_el0) - counter() <= 0x7fffffff);
	write_register(cntv_tval_el0, 0xffffffff);
	expect_true("TVAL is signed", read_register(cntv_cval_el0) < counter());
	expect("upper half of TVAL", read_register(cntv_tval_el0) >> 32, 0);
	write_register(cntp_ctl_el0, 0);
	write_register(cntp_tval_el0, 0xffffffff);
	expect_true("TVAL is signed, physical", read_register(cntp_cval_el0) < read_register(cntpct_el0));
	expect("upper half of TVAL, physical", read_register(cntp_tval_el0) >> 32, 0);
}

CASE(timer, control_bits)
{
	write_register(cntv_cval_el0, counter() + LATER);
	write_register(cntv_ctl_el0, ~0ull);
	expect("CNTV_CTL_EL0, not due", read_register(cntv_ctl_el0), ENABLE | IMASK);
	write_register(cntv_cval_el0, 0);
	expect("CNTV_CTL_EL0, due and masked", read_register(cntv_ctl_el0), ENABLE | IMASK | ISTATUS);
	write_register(cntv_ctl_el0, 0);
	write_register(cntp_cval_el0, read_register(cntpct_el0) + LATER);
	write_register(cntp_ctl_el0, ~0ull);
	expect("CNTP_CTL_EL0, not due", read_register(cntp_ctl_el0), ENABLE | IMASK);
	write_register(cntp_cval_el0, 0);
	expect("CNTP_CTL_EL0, due and masked", read_register(cntp_ctl_el0), ENABLE | IMASK | ISTATUS);
	write_register(cntp_ctl_el0, 0);
}

CASE(timer, masked_timer_is_not_pending)
{
	begin(VIRTUAL);
	gic_enable(PHYSICAL);
	write_register(cntv_cval_el0, 0);
	write_register(cntv_ctl_el0, ENABLE | IMASK);
	write_register(cntp_cval_el0, 0);
	write_register(cntp_ctl_el0, ENABLE | IMASK);
	expect("virtual, pending", (uint64_t)gic_is_pending(VIRTUAL), 0);
	expect("physical, pending", (uint64_t)gic_is_pending(PHYSICAL), 0);
	interrupts_on(PSTATE_I);
	expect("how often an interrupt was taken", taken, 0);
	interrupts_off();
	write_register(cntv_ctl_el0, 0);
	write_register(cntp_ctl_el0, 0);
}

/* The virtual timer is a level, too: disabled, masked or set anew it is not pending, and nothing is taken. */
CASE(timer, virtual_level_falls)
{
	for (unsigned int way = 0; way < 3; way++) {
		begin(VIRTUAL);
		write_register(cntv_cval_el0, 0);
		write_register(cntv_ctl_el0, ENABLE);
		expect_true("it is pending while its time has come", wait_until(gic_is_pending(VIRTUAL)));
		if (way == 0)
			write_register(cntv_ctl_el0, 0);
		else if (way == 1)
			write_register(cntv_ctl_el0, ENABLE | IMASK);
		else
			write_register(cntv_cval_el0, counter() + LATER);
		__asm__ volatile("isb" ::: "memory");
		expect("pending once it has fallen", (uint64_t)gic_is_pending(VIRTUAL), 0);
		interrupts_on(PSTATE_I);
		expect("how often it was taken", taken, 0);
		interrupts_off();
		/* It fires again. */
		write_register(cntv_cval_el0, 0);
		write_register(cntv_ctl_el0, ENABLE);
		interrupts_on(PSTATE_I);
		expect_true("it is taken when it rises again", wait_until(taken));
		interrupts_off();
	}
}

/* The physical timer is a level: a timer that is re-armed takes its interrupt back. */
CASE(timer, physical_level_falls)
{
	begin(PHYSICAL);
	write_register(cntp_cval_el0, 0);
	write_register(cntp_ctl_el0, ENABLE);
	expect_true("it is pending", wait_until(gic_is_pending(PHYSICAL)));
	write_register(cntp_cval_el0, read_register(cntpct_el0) + LATER);
	expect_true("re-armed, it is not", wait_until(!gic_is_pending(PHYSICAL)));
	write_register(cntp_cval_el0, 0);
	expect_true("due again, it is pending", wait_until(gic_is_pending(PHYSICAL)));
	write_register(cntp_ctl_el0, 0);
	expect_true("disabled, it is not", wait_until(!gic_is_pending(PHYSICAL)));
	interrupts_on(PSTATE_I);
	expect("how often it was taken", taken, 0);
}

CASE(timer, counters_go_forward)
{
	uint64_t last = counter(), last_physical = read_register(cntpct_el0);

	expect_true("CNTFRQ_EL0 is set", counter_hz() >= 1000000);
	for (unsigned int i = 0; i < 1000; i++) {
		uint64_t now = counter(), physical = read_register(cntpct_el0);

		expect_true("CNTVCT_EL0 does not go back", now >= last);
		expect_true("CNTPCT_EL0 does not go back", physical >= last_physical);
		last = now;
		last_physical = physical;
	}
}
