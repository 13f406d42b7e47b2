/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * patience.h - whether a guest's sleeping vCPU gains when it is not run at once for an interrupt.
 *
 * dom0 tells it of a packet, and has more for it in a moment, or not: nobody knows. So both ways are tried, and
 * what it has to do until it sleeps again tells. If that is more than half as much again after a moment, packets came
 * together; if not, somebody waits for its answer. Lock: its run queue.
 */
#ifndef GUEST_PATIENCE_H
#define GUEST_PATIENCE_H

#include "lib/types.h"

struct patience {
	uint64_t ran[2]; /* mean time, in counter ticks, that it ran: woken at once, after a moment */
	uint64_t woken;  /* its cpu_time when it was */
	uint8_t left;    /* so many more times the way that is better, then the other once */
	bool waited;     /* this time after a moment */
};

/* It sleeps, and an interrupt came. Return: whether to let a moment pass. */
bool patience_pays(struct patience *patience);
/* It is woken, having run for @cpu_time so far. */
void patience_woken(struct patience *patience, uint64_t cpu_time);
/* A moment passes before it runs. */
void patience_waits(struct patience *patience);
/* It sleeps again. */
void patience_slept(struct patience *patience, uint64_t cpu_time);

#endif
