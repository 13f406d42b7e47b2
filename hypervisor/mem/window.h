/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * window.h - reach physical memory that EL2 does not map, for a moment.
 *
 * Each CPU has two 2 MiB windows high in EL2's address space. The functions
 * map the pages of the range, work and unmap (break-before-make on all CPUs).
 * Memory is left clean to the PoC, but not zeros for guests that see them in the caches (FEAT_S2FWB).
 */
#ifndef MEM_WINDOW_H
#define MEM_WINDOW_H

#include "lib/types.h"

void phys_zero(pa_t pa, size_t bytes);            /* for a guest other than dom0 */
void phys_copy(pa_t to, pa_t from, size_t bytes); /* no overlap */
void phys_write(pa_t to, const void *from, size_t bytes);
void phys_clean(pa_t pa, size_t bytes); /* to the PoC: a boot loader's writes */
void phys_read(void *to, pa_t from, size_t bytes);

#endif
