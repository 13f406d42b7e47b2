// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vtimer.c - emulated physical timer and wake-up times (Arm ARM D11.2.4).
 */
#include "guest/vtimer.h"
#include <vimo/guest_map.h>
#include "guest/domain.h"
#include "guest/sched_wake.h"
#include "guest/vgic.h"
#include "hw/timer.h"

#define NEVER (~0ull)

static bool armed(uint64_t ctl)
{
	return (ctl & (TIMER_ENABLE | TIMER_IMASK)) == TIMER_ENABLE;
}

uint64_t vtimer_deadline(const struct vcpu *vcpu)
{
	uint64_t deadline = NEVER;

	/* A compare value beyond the counter's end is never reached: the virtual counter stops short of it (D11.2.4).
	 */
	if (armed(vcpu->context.cntv_ctl) &&
	    __builtin_add_overflow(vcpu->context.cntv_cval, vcpu->domain->counter_offset, &deadline))
		deadline = NEVER;
	if (armed(vcpu->vtimer.ptimer_ctl))
		deadline = MIN(deadline, vcpu->vtimer.ptimer_cval);
	return deadline;
}

static void update_at(struct vcpu *vcpu, uint64_t now)
{
	struct vtimer *timer = &vcpu->vtimer;
	bool due = armed(timer->ptimer_ctl) && now >= timer->ptimer_cval;

	if (due == timer->ptimer_line)
		return;
	timer->ptimer_line = due;
	vgic_set_level(vcpu->domain, vcpu, VIMO_GUEST_PPI_PTIMER, due);
}

void vtimer_update(struct vcpu *vcpu)
{
	update_at(vcpu, counter_now());
}

uint64_t vtimer_next(const struct vcpu *vcpu)
{
	const struct vtimer *timer = &vcpu->vtimer;

	return armed(timer->ptimer_ctl) && !timer->ptimer_line ? timer->ptimer_cval : NEVER;
}

/* The interrupt is pending before a guest can see its cause (D11.2.4). */
static uint64_t read_control(struct vcpu *vcpu, uint64_t now)
{
	const struct vtimer *timer = &vcpu->vtimer;

	update_at(vcpu, now);
	if (timer->ptimer_ctl & TIMER_ENABLE && now >= timer->ptimer_cval)
		return timer->ptimer_ctl | TIMER_ISTATUS;
	return timer->ptimer_ctl;
}

/* op2 of CNTP_*_EL0: 0 TVAL, 1 CTL, 2 CVAL */
uint64_t vtimer_read(struct vcpu *vcpu, unsigned int op2)
{
	const struct vtimer *timer = &vcpu->vtimer;
	uint64_t now = counter_now();

	switch (op2) {
	case 0: return (uint32_t)(timer->ptimer_cval - now);
	case 1: return read_control(vcpu, now);
	default: return timer->ptimer_cval;
	}
}

void vtimer_write(struct vcpu *vcpu, unsigned int op2, uint64_t value)
{
	struct vtimer *timer = &vcpu->vtimer;

	switch (op2) {
	case 0: timer->ptimer_cval = counter_now() + (uint64_t)(int64_t)(int32_t)value; break;
	case 1: timer->ptimer_ctl = value & (TIMER_ENABLE | TIMER_IMASK); break;
	default: timer->ptimer_cval = value;
	}
	vtimer_update(vcpu);
	sched_retime();
}
