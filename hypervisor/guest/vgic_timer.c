// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vgic_timer.c - the line of the virtual timer's PPI.
 *
 * The interrupt is level-sensitive: it is pending while the timer's condition holds (DDI 0487 J.a, D11.2.4). EL2 sees
 * the line rise, as the physical interrupt fires; the guest lets it fall without an exit, by a write of the timer. So
 * the line is looked at whenever the state leaves a list register, and when the guest reads it.
 */
#include "guest/vgic_timer.h"
#include "guest/vgic_queue.h"

bool vgic_timer_high(const struct vcpu *vcpu, bool live)
{
	const struct cpu_context *context = &vcpu->context;

	if (live)
		return (read_sysreg(cntv_ctl_el0) & (TIMER_ENABLE | TIMER_IMASK | TIMER_ISTATUS)) ==
		       (TIMER_ENABLE | TIMER_ISTATUS);
	return (context->cntv_ctl & (TIMER_ENABLE | TIMER_IMASK)) == TIMER_ENABLE &&
	       counter_now() - vcpu->domain->counter_offset >= context->cntv_cval;
}

void vgic_timer_fell(struct vcpu *vcpu, struct virq *virq)
{
	virq->latch = false;
	/* The physical interrupt fires when the line rises again. */
	virq_finish_physical(vcpu, virq);
	vgic_queue_remove(virq);
}
