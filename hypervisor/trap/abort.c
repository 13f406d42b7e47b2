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

static inline uint64_t page_from_hpfar(void)
{
	return (read_sysreg(hpfar_el2) & MASK(43, 4)) << 8;
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
		page = page_from_hpfar();
	return page == ~0ull ? page : page | (far & 0xfff);
}

/*
 * Cortex-A57 erratum 834220: a load across the end of a page may report a stage 2 fault where stage 1 has a fault,
 * which goes first. The guest takes that one when it repeats the load.
 */
static NOINLINE bool stage1_goes_first(uint64_t esr, uint64_t far)
{
	return (errata_present & ERRATUM_STAGE1_FIRST) && !(esr & ISS_S1PTW) && ipa_page_from_far(far) == ~0ull;
}

/* An aligned access that does not begin a page lies in one page; of others the second half may have faulted. */
static ALWAYS_INLINE bool other_page_first(uint64_t esr, uint64_t far)
{
	return unlikely(!(far & 0xfff)) && stage1_goes_first(esr, far);
}

static bool is_stage2_fault(uint64_t esr)
{
	uint64_t class = FSC_CLASS(ISS_FSC(esr));

	return class == FSC_TRANSLATION || class == FSC_ACCESS || class == FSC_PERMISSION;
}

static enum trap_result abort_guest(struct vcpu *vcpu, bool instruction)
{
	uint64_t esr = read_sysreg(esr_el2), far = read_sysreg(far_el2);
	uint64_t ipa = is_stage2_fault(esr) ? fault_ipa(esr, far) : far;

	log_guest(&vcpu->domain->log, "vCPU %u: %s address %lx has nothing behind it, PC %lx", vcpu->id,
		  instruction ? "instruction" : "data", (unsigned long)ipa, (unsigned long)read_sysreg(elr_el2));
	inject_abort(vcpu, far, instruction);
	return TRAP_RESUME;
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

static NOINLINE enum trap_result access_failed(struct vcpu *vcpu, enum mmio_result result)
{
	if (result == MMIO_WAIT) {
		/* ioreq.c filled in vcpu->io before it published the request. */
		sched_block(vcpu, WAIT_IO);
		return TRAP_NEXT;
	}
	return result == MMIO_AGAIN ? TRAP_RESUME : abort_guest(vcpu, false);
}

/* @word: a word without sign extension, little-endian; a constant, as most accesses are. */
static ALWAYS_INLINE enum trap_result access_region(struct vcpu *vcpu, const struct mmio_region *region, uint64_t iss,
						    uint64_t ipa, bool word)
{
	struct mmio_access *access = &vcpu->io.access;
	unsigned int width = word ? 4 : 1u << ISS_SAS(iss);
	bool swap = !word && is_big_endian();
	enum mmio_result result;

	access->offset = ipa - region->base;
	access->data = iss & ISS_WNR ? mmio_extend(vcpu->x[ISS_SRT(iss)], width, false, true) : 0;
	if (swap)
		access->data = mmio_swap(access->data, width);
	access->width = (uint8_t)width;
	access->write = FIELD(iss, 6, 6);
	vcpu->io.iss = (uint32_t)iss;
	vcpu->io.swap = swap;
	result = region->access(vcpu, region->context, access);
	if (unlikely(result != MMIO_DONE))
		return access_failed(vcpu, result);
	/* From here on all is read back from the vCPU: nothing is kept in registers over the call. */
	if (!word && !access->write)
		vcpu_loaded(vcpu, access->data);
	else if (!(vcpu->io.iss & ISS_WNR) && ISS_SRT(vcpu->io.iss) != 31)
		vcpu->x[ISS_SRT(vcpu->io.iss)] = (uint32_t)access->data;
	return TRAP_NEXT;
}

static NOINLINE enum trap_result access_mixed(struct vcpu *vcpu, const struct mmio_region *region, uint64_t iss,
					      uint64_t ipa)
{
	return access_region(vcpu, region, iss, ipa, false);
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
		return abort_guest(vcpu, false);
	region = mmio_find(&vcpu->domain->mmio, ipa);
	if (!region || !IS_ALIGNED(ipa, 1u << ISS_SAS(decoded.iss)))
		return abort_guest(vcpu, false);
	result = access_mixed(vcpu, region, decoded.iss, ipa);
	if (result == TRAP_NEXT)
		write_back(vcpu, &decoded);
	return result;
}

static NOINLINE enum trap_result data_abort(struct vcpu *vcpu, uint64_t esr)
{
	uint64_t far = read_sysreg(far_el2), ipa;
	const struct mmio_region *region;
	bool plain;

	if (!is_stage2_fault(esr)) {
		inject_abort(vcpu, far, false);
		return TRAP_RESUME;
	}
	ipa = fault_ipa(esr, far);
	/* Stage 1 changed under the fault: let the guest fault again. */
	if (ipa == ~0ull)
		return TRAP_RESUME;
	region = mmio_find(&vcpu->domain->mmio, ipa);
	if (region)
		vcpu->io.region = region;
	plain = region && (esr & ISS_ISV) && IS_ALIGNED(ipa, 1u << ISS_SAS(esr));
	if (plain ? other_page_first(esr, far) : stage1_goes_first(esr, far))
		return TRAP_RESUME;
	if (plain)
		return access_mixed(vcpu, region, esr, ipa);
	/* A cache maintenance instruction on a device page has nothing to maintain. */
	if (region && (esr & ISS_CM))
		return TRAP_NEXT;
	if (region && !(esr & ISS_ISV))
		return emulate_decoded(vcpu, esr, ipa);
	if (!region && vcpu->domain == dom0 && FSC_CLASS(ISS_FSC(esr)) == FSC_TRANSLATION &&
	    dom0_map_device(ipa) == VIMO_OK)
		return TRAP_RESUME;
	return abort_guest(vcpu, false);
}

#define ISS_KIND(esr) FIELD(esr, 24, 21) /* ISV, SAS, SSE */
#define KIND_WORD 0xcu

/* Most frequent is an aligned little-endian word in the region found last. */
enum trap_result trap_data_abort(struct vcpu *vcpu, uint64_t esr)
{
	const struct mmio_region *region = vcpu->io.region;
	uint64_t far = read_sysreg(far_el2), page;

	if (FSC_CLASS(esr) == FSC_TRANSLATION)
		page = page_from_hpfar();
	else if ((esr & (FSC_CLASS(~0ull) | ISS_S1PTW)) == FSC_PERMISSION)
		page = ipa_page_from_far(far);
	else
		return data_abort(vcpu, esr);
	if (likely(ISS_KIND(esr) == KIND_WORD && IS_ALIGNED(far, 4) &&
		   (page | (far & 0xfff)) - region->base < region->bytes &&
		   !(read_sysreg(sctlr_el1) & (SCTLR_EE | SCTLR_E0E)) && !other_page_first(esr, far)))
		return access_region(vcpu, region, esr, page | (far & 0xfff), true);
	return data_abort(vcpu, esr);
}

enum trap_result trap_instruction_abort(struct vcpu *vcpu, uint64_t esr)
{
	if (is_stage2_fault(esr) && fault_ipa(esr, read_sysreg(far_el2)) == ~0ull)
		return TRAP_RESUME;
	return abort_guest(vcpu, true);
}
