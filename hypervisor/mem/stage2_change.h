/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stage2_change.h - make, change and free second stage tables. Lock: stage2, taken inside.
 */
#ifndef MEM_STAGE2_CHANGE_H
#define MEM_STAGE2_CHANGE_H

#include "mem/stage2.h"

enum vimo_status stage2_init(struct stage2 *s2, uint16_t vmid);
void stage2_destroy(struct stage2 *s2); /* frees tables, flushes the VMID; not the memory mapped */
/*
 * All or nothing; uses the largest entries alignment allows. VIMO_INVALID (alignment, range), VIMO_EXISTS,
 * VIMO_NO_MEMORY. Break-before-make where an entry is replaced (DDI 0487 J.a, D8.14.1).
 */
enum vimo_status stage2_map(struct stage2 *s2, ipa_t ipa, pa_t pa, size_t bytes, unsigned int prot);
enum vimo_status stage2_unmap(struct stage2 *s2, ipa_t ipa, size_t bytes); /* holes are fine; splits blocks */

#endif
