/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * barrier.h - barriers (Arm ARM DDI 0487, B2.3.12).
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
static inline void isb(void)
{
	__asm__ volatile("isb" ::: "memory");
}
static inline void dsb_sy(void)
{
	__asm__ volatile("dsb sy" ::: "memory");
}
static inline void dmb_sy(void)
{
	__asm__ volatile("dmb sy" ::: "memory");
}
static inline void dsb_ish(void)
{
	__asm__ volatile("dsb ish" ::: "memory");
}
static inline void dsb_ishst(void)
{
	__asm__ volatile("dsb ishst" ::: "memory");
}
#endif

#endif
