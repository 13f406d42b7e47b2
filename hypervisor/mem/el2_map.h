/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * el2_map.h - EL2's own stage 1 (TTBR0_EL2): VA = PA, of the memory that EL2
 * uses only.
 *
 * Image text is read-only and executable; all else is never executable; guard
 * pages under stacks are unmapped. SCTLR_EL2.WXN is set.
 */
#ifndef MEM_EL2_MAP_H
#define MEM_EL2_MAP_H

#include "lib/types.h"

enum el2_prot { EL2_RO, EL2_RW, EL2_RX, EL2_DEVICE };

/* Tables come from a static array of pages in the image until the heap is there, then from the heap. */
enum vimo_status el2_map(uint64_t va, pa_t pa, size_t bytes, enum el2_prot prot); /* page aligned */
enum vimo_status el2_unmap(uint64_t va, size_t bytes);
pa_t el2_map_root(void);
size_t el2_map_table_bytes(void); /* all of EL2's own page tables, the static ones included */
void el2_map_init(void);          /* map the image by its linker symbols; the MMU is still off */
/* Values for MAIR_EL2, TCR_EL2; T0SZ = 16 (48-bit VA) with PS from ID_AA64MMFR0_EL1 */
#define EL2_MAIR 0x00000000000004ffull /* 0: normal write-back, 1: Device-nGnRE */

/* A stack for a CPU other than the first: the address of its end. NULL: no memory. Its lowest page is not mapped. */
uint8_t *el2_map_stack(unsigned int cpu);

/* The 2 MiB windows of each CPU, for window.c. */
#define EL2_WINDOWS 2u

/* Tables of a CPU's windows; before the CPU uses them. VIMO_NO_MEMORY. */
enum vimo_status el2_window_init(unsigned int cpu);
/*
 * Where [pa, pa + bytes), which does not leave its 2 MiB, can be reached now. The window covers the pages of that range
 * and no others: what is beside it may be the firmware's or a device's, and a CPU may read ahead from all Normal memory
 * that is mapped (DDI 0487 J.a, B2.7.2). The slot must be empty.
 */
void *el2_window_map(unsigned int cpu, unsigned int slot, pa_t pa, size_t bytes);
void el2_window_unmap(unsigned int cpu, unsigned int slot, const void *at, size_t bytes);

#endif
