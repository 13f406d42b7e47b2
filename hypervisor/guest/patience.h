/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * patience.h - whether a guest's sleeping vCPU gains when an interrupt does not
 * wake it at once.
 *
 * dom0 raises an interrupt for a packet, and may have further packets a moment
 * later. Both ways are tried: wake the vCPU at once, or after a moment. The
 * measure is how long the vCPU runs until it sleeps again. If it runs more than
 * half as long again after a moment, packets came together; if not, the guest's
 * peer waits for its answer. Lock: the vCPU's run queue.
 */
#ifndef GUEST_PATIENCE_H
#define GUEST_PATIENCE_H

#include "lib/types.h"

struct patience {
	uint64_t ran[2]; /* mean run time in counter ticks: [0] woken at once, [1] after a moment */
	uint64_t woken;  /* cpu_time at the last wake-up */
	uint8_t left;    /* wake-ups until the other way is tried once */
	bool waited;     /* this wake-up is after a moment */
};

/* An interrupt came for the sleeping vCPU. Return: whether to let a moment pass. */
bool patience_pays(struct patience *patience);
/* The vCPU is woken, having run for @cpu_time so far. */
void patience_woken(struct patience *patience, uint64_t cpu_time);
/* A moment passes before the vCPU runs. */
void patience_waits(struct patience *patience);
/* The vCPU sleeps again. */
void patience_slept(struct patience *patience, uint64_t cpu_time);

#endif
