// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fake_cpu.c - caches and TLBs that count what is asked of them; see fake_el2.h.
 */
#include "fake_el2.h"
#include <string.h>
#include "cpu/cache.h"
#include "cpu/tlb.h"

unsigned int test_tlb_flushes;
uint64_t fake_cleaned_bytes;

void cache_clean(const void *start, size_t bytes)
{
	(void)start;
	fake_cleaned_bytes += bytes;
}

void memory_zero(void *start, size_t bytes)
{
	memset(start, 0, bytes);
}

void tlb_flush_el2_pages(uint64_t va, size_t pages)
{
	(void)va;
	(void)pages;
	test_tlb_flushes++;
}

void tlb_flush_ipa(uint64_t vttbr, ipa_t ipa)
{
	(void)vttbr;
	(void)ipa;
	test_tlb_flushes++;
}

void tlb_flush_vmid(uint64_t vttbr)
{
	(void)vttbr;
	test_tlb_flushes++;
}
