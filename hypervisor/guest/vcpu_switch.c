// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vcpu_switch.c - a vCPU's state off a CPU's hardware, and onto it.
 */
#include "guest/vcpu_switch.h"
#include "cpu/barrier.h"
#include "cpu/sysreg.h"
#include "guest/domain.h"
#include "guest/inject.h"
#include "guest/vgic_lr.h"
#include "guest/vtimer.h"

/* A pending virtual SError leaves the hardware with its vCPU. */
static void save_serror(struct vcpu *vcpu)
{
	uint64_t hcr = read_sysreg(hcr_el2);

	vcpu->serror = hcr & HCR_VSE;
	if (unlikely(vcpu->serror))
		write_sysreg(hcr & ~HCR_VSE, hcr_el2);
}

/*
 * TLB entries made by one vCPU may not serve another vCPU of the same VMID: the guest takes the two for different CPUs
 * (private ASIDs, Common not Private: D8.13.1).
 */
static void flush_after_sibling(struct vcpu *vcpu)
{
	uint8_t *last = &vcpu->domain->last_vcpu[this_cpu()->id];

	if (*last == vcpu->id + 1)
		return;
	if (*last)
		__asm__ volatile("tlbi vmalle1\n\tic iallu\n\tdsb nsh\n\tisb" ::: "memory");
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
	if (unlikely(vcpu->serror))
		inject_serror(vcpu);
	vcpu->switches++;
}
