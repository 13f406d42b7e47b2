/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * el2_window.h - the 2 MiB windows of each CPU; window.c's own.
 */
#ifndef MEM_EL2_WINDOW_H
#define MEM_EL2_WINDOW_H

#include "lib/types.h"

#define EL2_WINDOWS 2u

/* Where pa can be reached now; valid to the end of its 2 MiB. The slot must be empty. */
void *el2_window_map(unsigned int cpu, unsigned int slot, pa_t pa);
void el2_window_unmap(unsigned int cpu, unsigned int slot);

#endif
