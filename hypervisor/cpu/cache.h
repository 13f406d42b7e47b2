/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cache.h - cache maintenance (Arm ARM DDI 0487, D7.5).
 */
#ifndef CPU_CACHE_H
#define CPU_CACHE_H

#include "lib/types.h"

#ifdef VIMO_HOST_TEST
static inline void icache_flush(void) {}
#else
/* All instruction caches: after memory that a guest will execute was written (Arm ARM D7.5.9). */
static inline void icache_flush(void)
{
	__asm__ volatile("dsb ish\n\tic ialluis\n\tdsb ish\n\tisb" ::: "memory");
}
#endif

/* Clean and invalidate to the point of coherency: readers with caches off see it. */
void cache_clean(const void *start, size_t bytes);
/* Zero Normal memory by whole cache blocks where it can (DC ZVA: DDI 0487 J.a, C5.3). */
void memory_zero(void *start, size_t bytes);

#endif
