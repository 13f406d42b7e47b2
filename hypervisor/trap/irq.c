// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * irq.c - physical interrupts: EL2's own, the running guest's timer, or dom0's.
 * Priority is dropped at once; hw/gic.h tells which side deactivates.
 */
#include "trap/irq.h"
#include "cpu/barrier.h"
#include "cpu/sysreg.h"
#include "guest/domain.h"
#include "guest/sched.h"
#include "guest/vgic.h"
#include "guest/vgic_lr.h"
#include "guest/vlpi.h"
#include "hw/gic.h"
#include "hw/timer.h"
#include "lib/log.h"

static void own_timer(void)
{
	/*
	 * Level triggered: off before it is deactivated, or it fires again at once (DDI 0487 J.a, D11.2.4). The
	 * scheduler sets it anew.
	 */
	timer_set(~0ull);
	isb();
	sched_timer();
}

static void guest_timer(struct cpu *cpu, uint32_t iar)
{
	if (cpu->vcpu)
		vgic_vtimer(cpu->vcpu);
	else
		gic->deactivate(iar);
}

/*
 * EL2's interface signals no FIQ: group 0 is off (GICv3), or GICC_CTLR.FIQEn is 0 (GICv2). Firmware that turns group 0
 * on again can cause each of its interrupts once.
 */
void fiq_handle(void)
{
	static bool logged;
	uint32_t intid = gic->quell_fiq();

	if (intid < GIC_SPECIAL)
		log_print(LOG_WARN, "interrupt %u came as an FIQ: it is switched off", intid);
	else if (!__atomic_exchange_n(&logged, true, __ATOMIC_RELAXED))
		log_print(LOG_WARN, "an FIQ came without an interrupt: it is ignored");
}

/* An LPI has no active state. */
static void lpi(uint32_t iar)
{
	gic->eoi(iar);
	vlpi_physical(dom0, iar);
}

void irq_handle(void)
{
	struct cpu *cpu = this_cpu();
	uint32_t iar = gic->ack();
	uint32_t intid = gic_info.version == 2 ? iar & 0x3ffu : iar;

	if (intid >= GIC_SPECIAL) {
		if (intid >= LPI_FIRST)
			lpi(intid);
		/* An FIQ ends the WFI of an idle CPU, too (DDI 0487 J.a, D1.6.2). */
		else if (unlikely(read_sysreg(isr_el1) & ISR_F))
			fiq_handle();
		return;
	}
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
		vgic_flush(cpu->vcpu);
	gic->deactivate(iar);
}
