// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vcpu.c - making, resetting and switching virtual CPUs.
 */
#include "guest/vcpu.h"
#include "cpu/sysreg.h"
#include "cpu/barrier.h"
#include "guest/domain.h"
#include "guest/sched.h"
#include "guest/vtimer.h"
#include "lib/string.h"
#include "mem/heap.h"

#define VCPU_PAGES (ALIGN_UP(sizeof(struct vcpu), PAGE_SIZE) / PAGE_SIZE)
/* RES1 bits of SCTLR_EL1, MMU and caches off (Arm ARM D17.2.118). */
#define SCTLR_EL1_RESET 0x30d00800ull
#define VMPIDR_RES1 BIT(31)

static_assert(offsetof(struct vcpu, x) == 0, "entry.S");

enum vimo_status vcpu_create(struct domain *domain, unsigned int id)
{
	struct vcpu *vcpu = heap_alloc(VCPU_PAGES, 1);

	if (!vcpu)
		return VIMO_NO_MEMORY;
	vcpu->domain = domain;
	vcpu->id = id;
	vcpu->state = VCPU_OFF;
	vcpu->weight = 256;
	vcpu->timer_deadline = ~0ull;
	vgic_vcpu_init(vcpu);
	vcpu_reset(vcpu, 0, 0);
	domain->vcpus[id] = vcpu;
	sched_place(vcpu);
	return VIMO_OK;
}

void vcpu_free(struct vcpu *vcpu)
{
	sched_remove(vcpu);
	vcpu->domain->vcpus[vcpu->id] = NULL;
	heap_free(vcpu, VCPU_PAGES);
}

void vcpu_reset(struct vcpu *vcpu, uint64_t pc, uint64_t x0)
{
	memset(vcpu->x, 0, sizeof(vcpu->x));
	memset(&vcpu->context, 0, sizeof(vcpu->context));
	memset(&vcpu->vtimer, 0, sizeof(vcpu->vtimer));
	/* The CPU interface loses its state with the CPU's power; the redistributor keeps its own. */
	memset(&vcpu->vgic.hw, 0, sizeof(vcpu->vgic.hw));
	vcpu->serror = false;
	vcpu->x[0] = x0;
	vcpu->pc = pc;
	vcpu->pstate = SPSR_EL1H | SPSR_DAIF;
	vcpu->context.sctlr = SCTLR_EL1_RESET;
	vcpu->context.vmpidr = VMPIDR_RES1 | vcpu->id;
	vcpu->wait = WAIT_NONE;
	vcpu->io.active = false;
}

/* What the guest's SError handler is still owed leaves with the vCPU. */
static void save_serror(struct vcpu *vcpu)
{
	uint64_t hcr = read_sysreg(hcr_el2);

	vcpu->serror = hcr & HCR_VSE;
	if (unlikely(vcpu->serror))
		write_sysreg(hcr & ~HCR_VSE, hcr_el2);
}

/*
 * TLB entries made by one vCPU may not serve another of the same VMID that the
 * guest thinks is another CPU (private ASIDs, Common not Private: D8.13.1).
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
	/* Nobody's timer may fire until the next vCPU brings its own. */
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

void vcpu_io_complete(struct vcpu *vcpu, uint64_t data)
{
	const struct mmio_pending *io = &vcpu->io;

	if (!io->active)
		return;
	if (!io->write && io->reg < 31)
		vcpu->x[io->reg] = mmio_extend(data, io->width, io->sign_extend, io->wide);
	vcpu->io.active = false;
	/* Registers first, then the wake-up that lets another CPU run it. */
	sched_wake(vcpu, WAIT_IO);
}
