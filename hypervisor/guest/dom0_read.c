// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dom0_read.c - tables that dom0 keeps in its memory and EL2 reads. No state.
 */
#include "guest/dom0_read.h"
#include "mem/stage2_lookup.h"
#include "mem/window.h"

enum vimo_status dom0_read(uint64_t ipa, void *to, size_t bytes)
{
	unsigned int prot = 0;
	pa_t pa;

	/* Only dom0's own RAM, which it never loses, is executable there (boot/dom0.c). */
	if (bytes > PAGE_SIZE - ipa % PAGE_SIZE || stage2_lookup(&dom0->stage2, IPA(ipa), &pa, NULL, &prot) ||
	    prot != STAGE2_RWX)
		return VIMO_NOT_FOUND;
	phys_read(to, pa, bytes);
	return VIMO_OK;
}
