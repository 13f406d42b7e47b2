// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domain_memory.c - a domain's pages: populate, grant to dom0, revoke, release.
 *
 * Every call does a bounded part and returns how far it came. Lock: domain,
 * held over one step, so that two callers cannot work on the same page.
 */
#include "guest/domain.h"
#include <vimo/guest_map.h>
#include "mem/pool.h"
#include "mem/stage2.h"
#include "mem/stage2_change.h"
#include "mem/stage2_lookup.h"

#define STEP_PIECES 64u              /* populated, granted or given back in one call ... */
#define STEP_BYTES (64 * BLOCK_SIZE) /* ... granted or revoked, which can be page by page */
#define RELEASE_BYTES (4 * GIGA_SIZE)
#define RELEASE_STEPS 512u /* table entries looked at */
#define SCRUB_BYTES (2 * BLOCK_SIZE)

static bool is_ram(uint64_t ipa, uint64_t bytes)
{
	const uint64_t base = VIMO_GUEST_RAM_BASE, end = base + VIMO_GUEST_RAM_MAX;

	return bytes && IS_ALIGNED(ipa | bytes, PAGE_SIZE) && ipa >= base && ipa < end && bytes <= end - ipa;
}

/* Scrub a part of the DIRTY memory. Return: whether there was any. */
static bool scrub_some(void)
{
	size_t before = pool_free_pages();

	return pool_scrub(SCRUB_BYTES, NULL) || pool_free_pages() > before;
}

/*
 * Largest piece that fits here and that the pool has. DIRTY memory is scrubbed before a smaller piece is taken:
 * VIMO_AGAIN.
 */
static enum vimo_status take_piece(struct domain *domain, uint64_t ipa, uint64_t left, pa_t *pa, size_t *bytes)
{
	static const size_t sizes[] = { GIGA_SIZE, BLOCK_SIZE, PAGE_SIZE };
	enum vimo_status status = VIMO_NO_MEMORY;

	for (size_t i = 0; status == VIMO_NO_MEMORY && i < ARRAY_SIZE(sizes); i++) {
		if (!IS_ALIGNED(ipa, sizes[i]) || left < sizes[i])
			continue;
		*bytes = sizes[i];
		status = pool_take(domain->id, sizes[i], pa);
		if (status == VIMO_NO_MEMORY && scrub_some())
			return VIMO_AGAIN;
	}
	return status;
}

static enum vimo_status populate_piece(struct domain *domain, uint64_t ipa, uint64_t left, size_t *bytes)
{
	pa_t pa;
	enum vimo_status status = take_piece(domain, ipa, left, &pa, bytes);

	if (status)
		return status;
	status = stage2_map(&domain->stage2, IPA(ipa), pa, *bytes, STAGE2_RWX);
	if (status) {
		/* Never seen by the guest, but DIRTY is the only way back. */
		pool_give(domain->id, pa, *bytes);
		return status;
	}
	domain->pages += *bytes / PAGE_SIZE;
	return VIMO_OK;
}

enum vimo_status domain_populate(struct domain *domain, ipa_t ipa, size_t bytes, size_t *done)
{
	enum vimo_status status = VIMO_OK;
	size_t step;

	*done = 0;
	if (domain == dom0 || !is_ram(ipa.v, bytes))
		return VIMO_INVALID;
	spin_lock(&domain->lock);
	if (domain->state != VIMO_DOMAIN_BUILDING)
		status = VIMO_STATE;
	for (unsigned int i = 0; !status && *done < bytes && i < STEP_PIECES; i++) {
		status = populate_piece(domain, ipa.v + *done, bytes - *done, &step);
		*done += status ? 0 : step;
	}
	spin_unlock(&domain->lock);
	return !status && *done < bytes ? VIMO_AGAIN : status;
}

/* One physically contiguous run of the domain's own pages from ipa on. */
static enum vimo_status next_run(struct domain *domain, uint64_t ipa, uint64_t left, pa_t *pa, size_t *run)
{
	enum vimo_status status = stage2_lookup(&domain->stage2, IPA(ipa), pa, run, NULL);

	*run = MIN(*run, left);
	return status;
}

static enum vimo_status grant_run(struct domain *domain, pa_t pa, size_t bytes)
{
	enum vimo_status status = VIMO_STATE;

	if (domain->state != VIMO_DOMAIN_DYING)
		status = pool_grant(domain->id, pa, bytes);
	if (status)
		return status;
	status = stage2_map(&dom0->stage2, IPA(pa.v), pa, bytes, STAGE2_R | STAGE2_W);
	/* When even the way back lacks memory, the pages count as granted, to be revoked later. */
	if (!status || pool_revoke(domain->id, pa, bytes))
		domain->granted += bytes / PAGE_SIZE;
	return status;
}

static enum vimo_status revoke_run(struct domain *domain, pa_t pa, size_t bytes)
{
	enum vimo_status status = pool_page_info(pa).granted ? VIMO_OK : VIMO_STATE;

	if (!status)
		status = stage2_unmap(&dom0->stage2, IPA(pa.v), bytes);
	if (!status)
		status = pool_revoke(domain->id, pa, bytes);
	if (!status)
		domain->granted -= bytes / PAGE_SIZE;
	return status;
}

static enum vimo_status for_runs(struct domain *domain, ipa_t ipa, size_t bytes, size_t *done,
				 enum vimo_status (*act)(struct domain *, pa_t, size_t))
{
	size_t limit = MIN(bytes, STEP_BYTES), run;
	enum vimo_status status = VIMO_OK;
	pa_t pa;

	*done = 0;
	if (domain == dom0 || !is_ram(ipa.v, bytes))
		return VIMO_INVALID;
	spin_lock(&domain->lock);
	for (unsigned int i = 0; !status && *done < limit && i < STEP_PIECES; i++) {
		status = next_run(domain, ipa.v + *done, limit - *done, &pa, &run);
		if (!status)
			status = act(domain, pa, run);
		*done += status ? 0 : run;
	}
	spin_unlock(&domain->lock);
	return !status && *done < bytes ? VIMO_AGAIN : status;
}

enum vimo_status domain_grant(struct domain *domain, ipa_t ipa, size_t bytes, size_t *done)
{
	return for_runs(domain, ipa, bytes, done, grant_run);
}

enum vimo_status domain_revoke(struct domain *domain, ipa_t ipa, size_t bytes, size_t *done)
{
	return for_runs(domain, ipa, bytes, done, revoke_run);
}

/*
 * Next mapped run of RAM from released_to on, cut where the largest entry ends,
 * so that unmapping it splits nothing and needs no memory. VIMO_AGAIN: looked at
 * enough; VIMO_NOT_FOUND: there is none.
 */
static enum vimo_status next_mapped(struct domain *domain, pa_t *pa, size_t *run)
{
	const uint64_t end = MIN(VIMO_GUEST_RAM_BASE + VIMO_GUEST_RAM_MAX, BIT(stage2_ipa_bits()));
	uint64_t *ipa = &domain->released_to;

	*ipa = MAX(*ipa, VIMO_GUEST_RAM_BASE);
	for (unsigned int i = 0; i < RELEASE_STEPS; i++) {
		if (*ipa >= end || !domain->pages)
			return VIMO_NOT_FOUND;
		if (!stage2_lookup(&domain->stage2, IPA(*ipa), pa, run, NULL)) {
			*run = MIN(*run, GIGA_SIZE - *ipa % GIGA_SIZE);
			return VIMO_OK;
		}
		*ipa = stage2_next(&domain->stage2, IPA(*ipa)).v;
	}
	return VIMO_AGAIN;
}

static enum vimo_status release_locked(struct domain *domain)
{
	enum vimo_status status = VIMO_OK;
	uint64_t bytes = 0;
	size_t run;
	pa_t pa;

	for (unsigned int i = 0; i < STEP_PIECES && bytes < RELEASE_BYTES; i++) {
		status = next_mapped(domain, &pa, &run);
		/* What may fail comes first; no vCPU runs that could use the mapping meanwhile. */
		if (!status)
			status = pool_give(domain->id, pa, run);
		if (!status)
			status = stage2_unmap(&domain->stage2, IPA(domain->released_to), run);
		if (status)
			return status;
		domain->pages -= run / PAGE_SIZE;
		domain->released_to += run;
		bytes += run;
	}
	return VIMO_AGAIN;
}

enum vimo_status domain_release_step(struct domain *domain)
{
	enum vimo_status status;

	spin_lock(&domain->lock);
	status = release_locked(domain);
	spin_unlock(&domain->lock);
	if (status != VIMO_NOT_FOUND)
		return status;
	/* Another CPU may be scrubbing the last pages: after VIMO_OK all pages are free. */
	pool_scrub(SCRUB_BYTES, NULL);
	return pool_dirty_pages() ? VIMO_AGAIN : VIMO_OK;
}
