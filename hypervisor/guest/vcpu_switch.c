// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vcpu_switch.c - a vCPU's state off a CPU's hardware, and onto it.
 */
#include "guest/vcpu_switch.h"
#include "cpu/barrier.h"
#include "cpu/serror.h"
#include "cpu/sysreg.h"
#include "cpu/tlb.h"
#include "guest/domain.h"
#include "guest/inject.h"
#include "guest/vgic_lr.h"
#include "guest/vtimer.h"

#define HCR_VCPU (HCR_VSE | HCR_TVM) /* a vCPU's own; all else is the same for all */
#define VDISR_EL2 S3_4_C12_C1_1

void vcpu_serror(struct vcpu *vcpu, uint64_t esr, uint64_t pc)
{
	bool harmless = serror_is_harmless(esr);

	log_guest(&vcpu->domain->log, "vCPU %u: %sSError, ESR %lx, PC %lx", vcpu->id, harmless ? "corrected " : "",
		  (unsigned long)esr, (unsigned long)pc);
	if (!harmless)
		inject_serror(vcpu);
}

/*
 * The errors of the vCPU's accesses are its own, not the next vCPU's. A pending virtual SError, and the one that the
 * guest's ESB deferred (VDISR_EL2, DDI 0487 J.a, D19.7), leave the hardware with their vCPU.
 */
static void save_serror(struct vcpu *vcpu)
{
	uint64_t esr = serror_take(), hcr;

	if (unlikely(esr))
		vcpu_serror(vcpu, esr, vcpu->pc);
	hcr = read_sysreg(hcr_el2);
	vcpu->hcr = hcr & HCR_VCPU;
	if (unlikely(vcpu->hcr))
		write_sysreg(hcr & ~HCR_VCPU, hcr_el2);
	if (serror_has_ras())
		vcpu->vdisr = read_sysreg(VDISR_EL2);
}

static void load_serror(struct vcpu *vcpu)
{
	if (serror_has_ras())
		write_sysreg(vcpu->vdisr, VDISR_EL2);
	if (unlikely(vcpu->hcr))
		write_sysreg(read_sysreg(hcr_el2) | vcpu->hcr, hcr_el2);
}

/*
 * TLB entries made by one vCPU may not serve another vCPU of the same VMID: the guest takes the two for different CPUs
 * (private ASIDs, Common not Private: DDI 0487 L.a, D8.16).
 */
static void flush_after_sibling(struct vcpu *vcpu)
{
	uint8_t *last = &vcpu->domain->last_vcpu[this_cpu()->id];

	if (*last == vcpu->id + 1)
		return;
	if (*last)
		tlb_flush_local_el1();
	*last = (uint8_t)(vcpu->id + 1);
}

void vcpu_save(struct vcpu *vcpu)
{
	vcpu->pc = read_sysreg(elr_el2);
	vcpu->pstate = read_sysreg(spsr_el2);
	context_save(&vcpu->context);
	save_serror(vcpu);
	/* The virtual timer does not fire until the next vCPU loads its own. */
	write_sysreg(0, cntv_ctl_el0);
	isb();
	vgic_put(vcpu);
	vcpu->timer_deadline = vtimer_deadline(vcpu);
}

void vcpu_load(struct vcpu *vcpu)
{
	struct domain *domain = vcpu->domain;

	write_sysreg(vcpu->pc, elr_el2);
	write_sysreg(vcpu->pstate, spsr_el2);
	write_sysreg(domain->stage2.vttbr, vttbr_el2);
	write_sysreg(domain->counter_offset, cntvoff_el2);
	isb();
	flush_after_sibling(vcpu);
	vgic_load(vcpu);
	context_load(&vcpu->context);
	load_serror(vcpu);
	vcpu->switches++;
}
