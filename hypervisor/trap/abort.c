// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * abort.c - stage 2 faults: emulated devices, dom0's own devices, or nothing.
 */
#include "trap/abort.h"
#include "cpu/errata.h"
#include "guest/dom0_map.h"
#include "guest/domain.h"
#include "guest/inject.h"
#include "guest/sched.h"
#include "lib/log.h"
#include "mem/stage2_lookup.h"
#include "mem/window.h"
#include "trap/decode.h"

#define PAR_F BIT(0)

static uint64_t ipa_page_from_far(uint64_t far)
{
	uint64_t saved = read_par(), par;

	/* The guest's own stage 1; ISB before PAR_EL1 is read (DDI 0487 J.a, D19.2, PAR_EL1). */
	__asm__ volatile("at s1e1r, %0\n\tisb" : : "r"(far) : "memory");
	par = read_par();
	write_sysreg(saved, par_el1);
	return par & PAR_F ? ~0ull : par & MASK(47, 12);
}

/*
 * HPFAR_EL2 is valid for translation and access flag faults and for a fault on
 * a stage 1 walk, not for permission faults (DDI 0487 J.a, D19.2, HPFAR_EL2).
 */
static uint64_t fault_ipa(uint64_t esr, uint64_t far)
{
	uint64_t page;

	if (FSC_CLASS(ISS_FSC(esr)) == FSC_PERMISSION && !(esr & ISS_S1PTW))
		page = ipa_page_from_far(far);
	else
		page = FIELD(read_sysreg(hpfar_el2), 43, 4) << 12;
	return page == ~0ull ? page : page | (far & 0xfff);
}

/*
 * Cortex-A57 erratum 834220: a load across the end of a page may report a stage 2 fault where stage 1 has a fault,
 * which goes first. The guest takes that one when it repeats the load.
 */
static bool stage1_goes_first(uint64_t esr, uint64_t far)
{
	return (errata_present & ERRATUM_STAGE1_FIRST) && !(esr & ISS_S1PTW) && ipa_page_from_far(far) == ~0ull;
}

static bool is_stage2_fault(uint64_t esr)
{
	uint64_t class = FSC_CLASS(ISS_FSC(esr));

	return class == FSC_TRANSLATION || class == FSC_ACCESS || class == FSC_PERMISSION;
}

static enum trap_result abort_guest(struct vcpu *vcpu, uint64_t ipa, uint64_t far, bool instruction)
{
	log_guest(&vcpu->domain->log, "vCPU %u: %s address %lx has nothing behind it, PC %lx", vcpu->id,
		  instruction ? "instruction" : "data", (unsigned long)ipa, (unsigned long)read_sysreg(elr_el2));
	inject_abort(vcpu, far, instruction);
	return TRAP_RESUME;
}

static void wait_for_device_model(struct vcpu *vcpu)
{
	/* ioreq.c filled in vcpu->io before it published the request. */
	sched_block(vcpu, WAIT_IO);
}

#define SCTLR_EE BIT(25)
#define SCTLR_E0E BIT(24)
#define SPSR_M32 BIT(4)
#define SPSR_E BIT(9) /* AArch32 only */

/* Data of the running vCPU are big-endian (DDI 0487 J.a, D19.2, SCTLR_EL1.EE). */
static bool is_big_endian(void)
{
	uint64_t spsr = read_sysreg(spsr_el2), sctlr = read_sysreg(sctlr_el1);

	if (spsr & SPSR_M32)
		return spsr & SPSR_E;
	return sctlr & (SPSR_MODE(spsr) == SPSR_EL0T ? SCTLR_E0E : SCTLR_EE);
}

static ALWAYS_INLINE enum trap_result access_region(struct vcpu *vcpu, const struct mmio_region *region, uint64_t esr,
						    uint64_t ipa, bool swap)
{
	unsigned int reg = (unsigned int)ISS_SRT(esr);
	struct mmio_access access = {
		.offset = ipa - region->base,
		.width = (uint8_t)(1u << ISS_SAS(esr)),
		.write = esr & ISS_WNR,
	};

	if (access.write && reg < 31)
		access.data = mmio_extend(vcpu->x[reg], access.width, false, true);
	if (access.write && swap)
		access.data = mmio_swap(access.data, access.width);
	if (!access.write) {
		vcpu->io.reg = (uint8_t)reg;
		vcpu->io.sign_extend = esr & ISS_SSE;
		vcpu->io.wide = esr & ISS_SF;
	}
	if (swap)
		vcpu->io.swap = true;
	vcpu->io.write = access.write;
	vcpu->io.width = access.width;
	switch (region->access(vcpu, region->context, &access)) {
	case MMIO_DONE:
		if (swap) {
			vcpu->io.swap = false;
			access.data = mmio_swap(access.data, access.width);
		}
		if (!access.write && reg < 31)
			vcpu->x[reg] = mmio_extend(access.data, access.width, esr & ISS_SSE, esr & ISS_SF);
		return TRAP_NEXT;
	case MMIO_WAIT: wait_for_device_model(vcpu); return TRAP_NEXT;
	case MMIO_AGAIN: vcpu->io.swap = false; return TRAP_RESUME;
	case MMIO_ABORT: break;
	}
	vcpu->io.swap = false;
	return abort_guest(vcpu, ipa, read_sysreg(far_el2), false);
}

/* Less frequent: of either byte order. */
static NOINLINE enum trap_result access_mixed(struct vcpu *vcpu, const struct mmio_region *region, uint64_t esr,
					      uint64_t ipa)
{
	return access_region(vcpu, region, esr, ipa, is_big_endian());
}

static ALWAYS_INLINE enum trap_result emulate(struct vcpu *vcpu, const struct mmio_region *region, uint64_t esr,
					      uint64_t ipa)
{
	if (unlikely(read_sysreg(sctlr_el1) & (SCTLR_EE | SCTLR_E0E)))
		return access_mixed(vcpu, region, esr, ipa);
	return access_region(vcpu, region, esr, ipa, false);
}

/* The instruction at PC, by the guest's stage 1 for fetches of its level and by stage 2: Normal memory only. */
static bool fetch(struct vcpu *vcpu, uint32_t *instruction)
{
	uint64_t pc = read_sysreg(elr_el2), page;
	unsigned int prot;
	pa_t pa;

	if ((read_sysreg(spsr_el2) & SPSR_M32) || !IS_ALIGNED(pc, 4))
		return false;
	page = ipa_page_from_far(pc);
	if (page == ~0ull || stage2_lookup(&vcpu->domain->stage2, IPA(page | (pc & 0xfff)), &pa, NULL, &prot) ||
	    (prot & STAGE2_DEVICE))
		return false;
	phys_read(instruction, pa, sizeof(*instruction));
	return true;
}

static void write_back(struct vcpu *vcpu, const struct decoded *decoded)
{
	uint64_t offset = (uint64_t)decoded->offset;

	if (decoded->base < 31)
		vcpu->x[decoded->base] += offset;
	else if (SPSR_MODE(read_sysreg(spsr_el2)) == SPSR_EL1H)
		write_sysreg(read_sysreg(sp_el1) + offset, sp_el1);
	else
		write_sysreg(read_sysreg(sp_el0) + offset, sp_el0);
}

/* An access without a syndrome: decode it, or the guest gets an external abort. */
static NOINLINE enum trap_result emulate_decoded(struct vcpu *vcpu, uint64_t esr, uint64_t ipa)
{
	const struct mmio_region *region;
	struct decoded decoded;
	enum trap_result result;
	uint32_t instruction;

	if ((esr & ISS_S1PTW) || !fetch(vcpu, &instruction) || !decode_load_store(instruction, &decoded) ||
	    !(decoded.iss & ISS_WNR) != !(esr & ISS_WNR))
		return abort_guest(vcpu, ipa, read_sysreg(far_el2), false);
	region = mmio_find(&vcpu->domain->mmio, ipa, 1u << ISS_SAS(decoded.iss));
	if (!region || !IS_ALIGNED(ipa, 1u << ISS_SAS(decoded.iss)))
		return abort_guest(vcpu, ipa, read_sysreg(far_el2), false);
	result = access_mixed(vcpu, region, decoded.iss, ipa);
	if (result == TRAP_NEXT)
		write_back(vcpu, &decoded);
	return result;
}

enum trap_result trap_data_abort(struct vcpu *vcpu, uint64_t esr)
{
	uint64_t far = read_sysreg(far_el2), ipa;
	const struct mmio_region *region;

	if (!is_stage2_fault(esr)) {
		inject_abort(vcpu, far, false);
		return TRAP_RESUME;
	}
	ipa = fault_ipa(esr, far);
	/* Stage 1 changed under the fault: let the guest fault again. */
	if (unlikely(ipa == ~0ull))
		return TRAP_RESUME;
	region = mmio_find(&vcpu->domain->mmio, ipa, 1u << ISS_SAS(esr));
	if (likely(region && (esr & ISS_ISV) && IS_ALIGNED(ipa, 1u << ISS_SAS(esr)) && (ipa & 0xfff)))
		return emulate(vcpu, region, esr, ipa);
	/* An aligned access that does not begin a page lies in one page; of others the second half may have faulted. */
	if (unlikely(stage1_goes_first(esr, far)))
		return TRAP_RESUME;
	if (region && (esr & ISS_ISV) && IS_ALIGNED(ipa, 1u << ISS_SAS(esr)))
		return access_mixed(vcpu, region, esr, ipa);
	/* A cache maintenance instruction on a device page has nothing to maintain. */
	if (region && (esr & ISS_CM))
		return TRAP_NEXT;
	if (region && !(esr & ISS_ISV))
		return emulate_decoded(vcpu, esr, ipa);
	if (!region && vcpu->domain == dom0 && FSC_CLASS(ISS_FSC(esr)) == FSC_TRANSLATION &&
	    dom0_map_device(ipa) == VIMO_OK)
		return TRAP_RESUME;
	return abort_guest(vcpu, ipa, far, false);
}

enum trap_result trap_instruction_abort(struct vcpu *vcpu, uint64_t esr)
{
	uint64_t far = read_sysreg(far_el2);
	uint64_t ipa = is_stage2_fault(esr) ? fault_ipa(esr, far) : far;

	if (ipa == ~0ull)
		return TRAP_RESUME;
	return abort_guest(vcpu, ipa, far, true);
}
