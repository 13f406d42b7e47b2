/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sched_wake.h - make a vCPU runnable or stop it, from any CPU; takes the lock of its run queue.
 */
#ifndef GUEST_SCHED_WAKE_H
#define GUEST_SCHED_WAKE_H

#include "guest/vcpu.h"

/* OFF -> runnable. */
void sched_start(struct vcpu *vcpu);
/*
 * Wake the vCPU if it waits for this reason; if it runs, its next such wait ends at once, and another CPU that runs it
 * is kicked. Any CPU, vgic lock held or not.
 */
void sched_wake(struct vcpu *vcpu, enum vcpu_wait reason);
/*
 * sched_wake() for an interrupt that can wait: a sleeping vCPU runs once its CPU is free or its turn comes. It gets the
 * credit of its sleep only from a later sched_wake(). @soon: the vCPU that runs here and causes the interrupt may go
 * on, for a moment; a vCPU on another CPU may not.
 */
void sched_wake_later(struct vcpu *vcpu, bool soon);
/* Set or clear the stopped flag of one vCPU; kick. sched_stop() does not wait. */
void sched_stop(struct vcpu *vcpu);
void sched_resume(struct vcpu *vcpu);
/* The deadline of the running vCPU changed. */
void sched_retime(void);
/* Have a CPU look at its work (EL2's SGI to another CPU). */
void sched_kick(struct cpu *cpu);

#endif
