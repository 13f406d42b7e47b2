// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cache_ops.c - set/way operations of a guest (HCR_EL2.TSW), and its caches going on and off (HCR_EL2.TVM).
 *
 * Set/way operations act on the caches of one CPU, and the vCPU may be on another next (DDI 0487 L.a, D7.5.9.12). A
 * guest uses them in loops over whole caches, before it turns its caches off or on. So the first operation cleans all
 * of the guest's memory by address; writes to SCTLR_EL1 and its like trap from there on, and memory is cleaned again
 * when the caches change. Once they are on, no write traps any more, and the next set/way operation begins anew.
 *
 * With HCR_EL2.FWB, all accesses of guests but dom0 are to the caches (mem/stage2_table.h): nothing is to be cleaned.
 *
 * The memory is cleaned in bounded steps: until the last one, the guest repeats the instruction, and interrupts are
 * taken in between.
 */
#include "trap/cache_ops.h"
#include "guest/domain_clean.h"

#define SCTLR_CACHES (BIT(0) | BIT(2)) /* M, C */

/* A list, not statements. */
/* clang-format off */
#define VM_REGISTERS(X) \
	X(SYSREG_ID(3, 0, 2, 0, 0), ttbr0_el1) X(SYSREG_ID(3, 0, 2, 0, 1), ttbr1_el1) \
	X(SYSREG_ID(3, 0, 2, 0, 2), tcr_el1) X(SYSREG_ID(3, 0, 5, 1, 0), afsr0_el1) \
	X(SYSREG_ID(3, 0, 5, 1, 1), afsr1_el1) X(SYSREG_ID(3, 0, 5, 2, 0), esr_el1) \
	X(SYSREG_ID(3, 0, 6, 0, 0), far_el1) X(SYSREG_ID(3, 0, 10, 2, 0), mair_el1) \
	X(SYSREG_ID(3, 0, 10, 3, 0), amair_el1) X(SYSREG_ID(3, 0, 13, 0, 1), contextidr_el1)
/* clang-format on */

static enum trap_result set_way(struct vcpu *vcpu)
{
	uint64_t hcr = read_sysreg(hcr_el2);

	/* One of the loop that began with the cleaning, or of a guest whose memory is always cached. */
	if (hcr & HCR_TVM || (hcr & HCR_FWB && vcpu->domain != dom0))
		return TRAP_NEXT;
	if (!domain_clean_step(vcpu->domain, &vcpu->clean_at))
		return TRAP_RESUME;
	write_sysreg(hcr | HCR_TVM, hcr_el2);
	return TRAP_NEXT;
}

static bool caches_on(uint64_t sctlr)
{
	return (sctlr & SCTLR_CACHES) == SCTLR_CACHES;
}

/* A write that leaves the caches on ends the traps. */
static enum trap_result caches_known(void)
{
	if (caches_on(read_sysreg(sctlr_el1)))
		write_sysreg(read_sysreg(hcr_el2) & ~HCR_TVM, hcr_el2);
	return TRAP_NEXT;
}

/* Off: from here on nothing is written to the caches, then they are cleaned. On: they are clean before. */
static enum trap_result write_sctlr(struct vcpu *vcpu, uint64_t value)
{
	bool on = caches_on(value), change = on != caches_on(read_sysreg(sctlr_el1));

	if (!on)
		write_sysreg(value, sctlr_el1);
	if ((change || vcpu->clean_at) && !domain_clean_step(vcpu->domain, &vcpu->clean_at))
		return TRAP_RESUME;
	write_sysreg(value, sctlr_el1);
	return caches_known();
}

static enum trap_result write_vm_register(struct vcpu *vcpu, uint32_t id, uint64_t value)
{
	switch (id) {
	case SYSREG_ID(3, 0, 1, 0, 0): return write_sctlr(vcpu, value);
#define WRITE(id, name) \
	case id: write_sysreg(value, name); return caches_known();
		VM_REGISTERS(WRITE)
	default: return TRAP_UNDEFINED;
	}
}

enum trap_result trap_cache_op(struct vcpu *vcpu, uint64_t esr)
{
	unsigned int rt = (unsigned int)ISS_SYS_RT(esr);
	uint32_t id = ISS_SYS_ID(esr);

	if (esr & ISS_SYS_READ)
		return TRAP_UNDEFINED;
	switch (id) {
	case SYSREG_ID(1, 0, 7, 6, 2):  /* DC ISW */
	case SYSREG_ID(1, 0, 7, 10, 2): /* DC CSW */
	case SYSREG_ID(1, 0, 7, 14, 2): /* DC CISW */ return set_way(vcpu);
	}
	if (!(read_sysreg(hcr_el2) & HCR_TVM))
		return TRAP_UNDEFINED;
	return write_vm_register(vcpu, id, rt < 31 ? vcpu->x[rt] : 0);
}
