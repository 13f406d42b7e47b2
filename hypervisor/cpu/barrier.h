/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * barrier.h - barriers (DDI 0487 J.a, B2.3.12).
 */
#ifndef CPU_BARRIER_H
#define CPU_BARRIER_H

#include "lib/types.h"

#ifdef VIMO_HOST_TEST
#define BARRIER(name, instruction) \
	static inline void name(void) {}
#else
#define BARRIER(name, instruction)                           \
	static inline void name(void)                        \
	{                                                    \
		__asm__ volatile(#instruction ::: "memory"); \
	}
#endif

/* Registers written before count for all instructions after it (DDI 0487 L.a, D24.1.2.2). */
BARRIER(isb, isb)
/* All memory accesses and maintenance before it are complete, Device memory included (DDI 0487 J.a, B2.3.12). */
BARRIER(dsb_sy, dsb sy)
/* Memory accesses before it are seen before those after it (DDI 0487 J.a, B2.3.12). */
BARRIER(dmb_sy, dmb sy)
/* The same, for the CPUs that run EL2: TLB and cache maintenance is complete on all (DDI 0487 L.a, D8.17.8, D7.5.9). */
BARRIER(dsb_ish, dsb ish)
/* Stores before it are complete, and table walks of all CPUs see them (DDI 0487 L.a, D8.17.8). */
BARRIER(dsb_ishst, dsb ishst)

#endif
