/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap.h - EL2's own memory: whole pages, always mapped in EL2 at VA = PA.
 *
 * Page tables, domains, vCPUs and the pages EL2 shares with dom0 come from
 * here. Owner of the state: heap.c. Lock: heap (innermost but log).
 */
#ifndef MEM_HEAP_H
#define MEM_HEAP_H

#include "lib/types.h"

void heap_init(void *base, size_t bytes); /* page aligned; keeps its bitmap inside */
/* count contiguous zeroed pages, aligned to align pages (power of two); NULL when none. */
void *heap_alloc(size_t count, size_t align);
static inline void *heap_page(void)
{
	return heap_alloc(1, 1);
}
void heap_free(void *pages, size_t count); /* scrubs; panics on a double free (EL2's bug) */
size_t heap_total_pages(void);
size_t heap_free_pages(void);

#endif
