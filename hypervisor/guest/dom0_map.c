// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dom0_map.c - everything that is not RAM and not EL2's is dom0's (owner of
 * the exclusions, fixed after boot). Mapping on first touch needs no list of
 * devices and no tables for the empty terabytes between them.
 */
#include "guest/dom0_map.h"
#include "guest/domain.h"
#include "mem/stage2_change.h"
#include "mem/stage2_lookup.h"

#define EXCLUSIONS 192u

static struct {
	uint64_t base, bytes;
} excluded[EXCLUSIONS];
static unsigned int excluded_count;

enum vimo_status dom0_map_exclude(uint64_t base, uint64_t bytes)
{
	if (!bytes)
		return VIMO_OK;
	if (excluded_count == EXCLUSIONS)
		return VIMO_LIMIT;
	excluded[excluded_count].base = base;
	excluded[excluded_count++].bytes = bytes;
	return VIMO_OK;
}

static bool is_free(uint64_t base, uint64_t bytes)
{
	for (unsigned int i = 0; i < excluded_count; i++)
		if (excluded[i].base < base + bytes && base < excluded[i].base + excluded[i].bytes)
			return false;
	return true;
}

enum vimo_status dom0_map_device(uint64_t ipa)
{
	static const uint64_t sizes[] = { GIGA_SIZE, BLOCK_SIZE, PAGE_SIZE };
	enum vimo_status status = VIMO_NOT_FOUND;

	/* A break-before-make in flight: the entry is there again once its lock is free. */
	if (!stage2_lookup(&dom0->stage2, IPA(ipa), NULL, NULL, NULL))
		return VIMO_OK;
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		uint64_t base = ALIGN_DOWN(ipa, sizes[i]);

		if (!is_free(base, sizes[i]))
			continue;
		/* Stage 1 chooses the memory type, as without a hypervisor. */
		status = stage2_map(&dom0->stage2, IPA(base), PA(base), sizes[i], STAGE2_R | STAGE2_W);
		if (status != VIMO_EXISTS)
			return status;
		/* Smaller pieces are there, or another vCPU was faster. */
		if (!stage2_lookup(&dom0->stage2, IPA(ipa), NULL, NULL, NULL))
			return VIMO_OK;
	}
	return status;
}
