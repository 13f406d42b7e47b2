/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sched.h - which vCPU runs on which CPU. Each function acts on this CPU.
 */
#ifndef GUEST_SCHED_H
#define GUEST_SCHED_H

#include "guest/vcpu.h"

/* @poll_irq: take and handle one pending interrupt; for CPUs that idle. */
void sched_init(void (*poll_irq)(void));
/* RUNNING (the caller's own) -> OFF. */
void sched_off(struct vcpu *vcpu);
/* The running vCPU waits: for an interrupt (returns at once if one is there), or for I/O. Takes effect on exit. */
void sched_block(struct vcpu *vcpu, enum vcpu_wait reason);
void sched_yield(struct vcpu *vcpu);
/* EL2's timer fired on this CPU. */
void sched_timer(void);
/* Before each return to a guest when cpu->work: pick, switch, or idle. Ends with cpu->vcpu set. */
void sched_run(void);

#endif
