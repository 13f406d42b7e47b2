// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * irq.c - physical interrupts: EL2's own, the running guest's timer, or dom0's.
 * Priority is dropped at once; hw/gic.h tells which side deactivates.
 */
#include "trap/irq.h"
#include "guest/domain.h"
#include "guest/sched.h"
#include "guest/vgic.h"
#include "guest/vgic_lr.h"
#include "hw/gic.h"
#include "hw/timer.h"

static void own_timer(void)
{
	/* Level triggered: off before it is deactivated. The scheduler sets it anew. */
	timer_set(~0ull);
	sched_timer();
}

static void guest_timer(struct cpu *cpu, uint32_t iar)
{
	if (cpu->vcpu)
		vgic_vtimer(cpu->vcpu);
	else
		gic->deactivate(iar);
}

void irq_handle(void)
{
	struct cpu *cpu = this_cpu();
	uint32_t iar = gic->ack();
	uint32_t intid = gic_info.version == 2 ? iar & 0x3ffu : iar;

	if (intid >= 1020)
		return;
	gic->eoi(iar);
	if (intid == TIMER_PPI_VIRTUAL) {
		guest_timer(cpu, iar);
		return;
	}
	if (intid >= 32) {
		vgic_physical(dom0, intid);
		return;
	}
	if (intid == GIC_SGI_KICK)
		cpu->work |= CPU_WORK_SCHED;
	else if (intid == TIMER_PPI_EL2)
		own_timer();
	else if (intid == gic_info.maintenance && cpu->vcpu)
		vgic_maintenance(cpu->vcpu);
	gic->deactivate(iar);
}
