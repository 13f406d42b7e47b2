/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tlb.h - TLB invalidation (DDI 0487 L.a, D8.17). Each call completes
 * before it returns (DSB ISH, ISB).
 */
#ifndef CPU_TLB_H
#define CPU_TLB_H

#include "lib/types.h"

void tlb_flush_el2_pages(uint64_t va, size_t pages); /* VAE2IS, for a few in a row; a block is one */
/* One IPA of the VMID in vttbr, on all CPUs: IPAS2E1IS, then the stage 1 entries made from it: VMALLE1IS.
 * The caller's own VTTBR_EL2 is put back. */
void tlb_flush_ipa(uint64_t vttbr, ipa_t ipa);
void tlb_flush_vmid(uint64_t vttbr); /* VMALLS12E1IS */
/* This CPU's stage 1 entries of the VMID in VTTBR_EL2, and its instruction cache. */
void tlb_flush_local_el1(void);

#endif
