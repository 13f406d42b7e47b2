// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tlb.c - TLB invalidation (DDI 0487 L.a, D8.17): DSB ISHST so that the walkers see
 * the change, TLBI, DSB ISH for completion on all CPUs, ISB.
 */
#include "cpu/tlb.h"
#include "cpu/barrier.h"
#include "cpu/context.h"
#include "cpu/errata.h"
#include "cpu/sysreg.h"

/* Callers complete it (DDI 0487 L.a, D8.17.8). */
#define TLBI(text, ...) __asm__ volatile("tlbi " text : : __VA_ARGS__ : "memory")

/*
 * DSB completes TLBIs on all CPUs. On CPUs with ERRATUM_TLBI_TWICE accesses through the old entry may then still be
 * under way; a second TLBI of any address, and its DSB, wait for them (DDI 0487 L.a, D8.17.8).
 */
static void complete(void)
{
	dsb_ish();
	if (unlikely(errata_present & ERRATUM_TLBI_TWICE)) {
		TLBI("vale2is, xzr");
		dsb_ish();
	}
}

/* DSB ISHST: the walkers see the change; DSB ISH: done on all CPUs (DDI 0487 J.a, D8.14.1). */
void tlb_flush_el2_pages(uint64_t va, size_t pages)
{
	dsb_ishst();
	for (size_t i = 0; i < pages; i++)
		TLBI("vae2is, %0", "r"((va >> 12) + i));
	complete();
	isb();
}

/* Stage 2 operations act on the VMID in VTTBR_EL2 (DDI 0487 L.a, D8.17); the guest's registers stay in the hardware
 * meanwhile. */
struct borrowed {
	uint64_t vttbr, sctlr, tcr;
};

static struct borrowed vttbr_borrow(uint64_t vttbr)
{
	struct borrowed own = { .vttbr = read_sysreg(vttbr_el2) };

	dsb_ishst();
	if (own.vttbr != vttbr) {
		own.sctlr = read_sysreg(sctlr_el1);
		own.tcr = read_sysreg(tcr_el1);
		context_stop_walks();
		write_sysreg(vttbr, vttbr_el2);
		isb();
	}
	return own;
}

static void vttbr_return(struct borrowed own, uint64_t vttbr)
{
	complete();
	if (own.vttbr != vttbr) {
		write_sysreg(own.vttbr, vttbr_el2);
		context_start_walks(own.sctlr, own.tcr);
	}
	isb();
}

void tlb_flush_ipa(uint64_t vttbr, ipa_t ipa)
{
	struct borrowed own = vttbr_borrow(vttbr);

	TLBI("ipas2e1is, %0", "r"(ipa.v >> 12));
	dsb_ish();
	TLBI("vmalle1is");
	vttbr_return(own, vttbr);
}

void tlb_flush_vmid(uint64_t vttbr)
{
	struct borrowed own = vttbr_borrow(vttbr);

	TLBI("vmalls12e1is");
	vttbr_return(own, vttbr);
}

/* VIPT or AIVIVT instruction caches hold lines by ASID, too (DDI 0487 L.a, D7.5.9). */
void tlb_flush_local_el1(void)
{
	TLBI("vmalle1");
	__asm__ volatile("ic iallu\n\tdsb nsh\n\tisb" ::: "memory");
}
