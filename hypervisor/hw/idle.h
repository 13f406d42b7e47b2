/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * idle.h - how a CPU without a runnable vCPU waits.
 */
#ifndef HW_IDLE_H
#define HW_IDLE_H

#include "lib/types.h"

/* Boot: the idle states that the CPU's node names. */
void idle_add_cpu(const void *fdt, int node, unsigned int cpu);
/* Wait for an interrupt, masked, which is expected at @deadline (counter) at the latest. May return early. */
void idle_wait(uint64_t deadline);

#endif
