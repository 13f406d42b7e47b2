/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * barrier.h - barriers (DDI 0487 J.a, B2.3.12).
 */
#ifndef CPU_BARRIER_H
#define CPU_BARRIER_H

#include "lib/types.h"

#ifdef VIMO_HOST_TEST
static inline void isb(void) {}
static inline void dsb_sy(void) {}
static inline void dmb_sy(void) {}
static inline void dsb_ish(void) {}
static inline void dsb_ishst(void) {}
#else
/* Registers written before count for all instructions after it (DDI 0487 L.a, D24.1.2.2). */
static inline void isb(void)
{
	__asm__ volatile("isb" ::: "memory");
}
/* All memory accesses and maintenance before it are complete, Device memory included (DDI 0487 J.a, B2.3.12). */
static inline void dsb_sy(void)
{
	__asm__ volatile("dsb sy" ::: "memory");
}
/* Memory accesses before it are seen before those after it (DDI 0487 J.a, B2.3.12). */
static inline void dmb_sy(void)
{
	__asm__ volatile("dmb sy" ::: "memory");
}
/* The same, for the CPUs that run EL2: TLB and cache maintenance is complete on all (DDI 0487 L.a, D8.17.8, D7.5.9). */
static inline void dsb_ish(void)
{
	__asm__ volatile("dsb ish" ::: "memory");
}
/* Stores before it are complete, and table walks of all CPUs see them (DDI 0487 L.a, D8.17.8). */
static inline void dsb_ishst(void)
{
	__asm__ volatile("dsb ishst" ::: "memory");
}
#endif

#endif
