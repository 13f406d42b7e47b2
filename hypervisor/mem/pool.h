/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pool.h - all RAM that is neither EL2's nor dom0's: the owner of each page.
 *
 * The unit is the 2 MiB chunk; a chunk is split into 4 KiB pages only when a
 * domain asks for less (its side table is a heap page). Every page has one
 * owner and one state. Only pool_* change them, and they refuse an illegal
 * transition with VIMO_STATE:
 *
 *   FREE (scrubbed) -> OWNED(domain) -> DIRTY (freed, not yet scrubbed) -> FREE
 *   OWNED <-> OWNED + granted to dom0; granted pages cannot be freed (VIMO_BUSY)
 *
 * Lock: pool.
 */
#ifndef MEM_POOL_H
#define MEM_POOL_H

#include "lib/types.h"
#include "mem/pool_bank.h"

enum page_state { PAGE_FREE, PAGE_OWNED, PAGE_DIRTY, PAGE_NONE /* not pool memory */ };

struct page_info {
	enum page_state state;
	uint16_t owner; /* domain id */
	bool granted;   /* dom0 maps it */
};

/*
 * Boot: metadata for the banks, in ascending order, from the heap; none for the holes between. Then add the RAM that is
 * really free.
 */
enum vimo_status pool_init(const struct pool_bank *banks, unsigned int count);
enum vimo_status pool_add(pa_t base, size_t bytes); /* page aligned; state DIRTY until scrubbed */

/*
 * Take one piece of exactly GIGA_SIZE, BLOCK_SIZE or PAGE_SIZE, naturally aligned. VIMO_NO_MEMORY when none of that
 * size is free.
 */
enum vimo_status pool_take(uint16_t owner, size_t bytes, pa_t *out);
enum vimo_status pool_give(uint16_t owner, pa_t pa, size_t bytes);  /* OWNED -> DIRTY */
enum vimo_status pool_grant(uint16_t owner, pa_t pa, size_t bytes); /* all or nothing */
enum vimo_status pool_revoke(uint16_t owner, pa_t pa, size_t bytes);
struct page_info pool_page_info(pa_t pa);
/*
 * Scrub up to max_bytes of DIRTY memory (zero, clean to PoC) and make it FREE; returns bytes left DIRTY. stop() is
 * asked every 64 KiB and ends the work early when it returns true; NULL: never.
 */
size_t pool_scrub(size_t max_bytes, bool (*stop)(void));
size_t pool_total_pages(void);
size_t pool_free_pages(void);  /* state FREE only */
size_t pool_spare_pages(void); /* without an owner: FREE, DIRTY or being scrubbed, at one moment */
size_t pool_dirty_pages(void); /* given back, and not scrubbed yet */

#endif
