// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memory_calls.c - a domain's memory. x[1] is the domain, looked up already;
 * domain_memory.c checks ranges.
 */
#include "hypercall/hypercall.h"
#include "guest/domain_memory.h"
#include "mem/stage2_lookup.h"

enum vimo_status hc_mem_populate(struct domain *domain, uint64_t *x)
{
	return domain_populate(domain, IPA(x[2]), x[3], &x[1]);
}

enum vimo_status hc_mem_translate(struct domain *domain, uint64_t *x)
{
	pa_t pa;
	size_t bytes;
	enum vimo_status status;

	if (!IS_ALIGNED(x[2], PAGE_SIZE))
		return VIMO_INVALID;
	status = stage2_lookup(&domain->stage2, IPA(x[2]), &pa, &bytes, NULL);
	if (status)
		return status;
	x[1] = pa.v;
	x[2] = bytes;
	return VIMO_OK;
}

enum vimo_status hc_mem_grant(struct domain *domain, uint64_t *x)
{
	return domain_grant(domain, IPA(x[2]), x[3], &x[1]);
}

enum vimo_status hc_mem_revoke(struct domain *domain, uint64_t *x)
{
	return domain_revoke(domain, IPA(x[2]), x[3], &x[1]);
}
