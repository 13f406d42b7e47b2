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
 * Wake if it waits for this; if it runs, its next such wait ends at once, and
 * another CPU that runs it is kicked. Any CPU, vgic lock held or not.
 */
void sched_wake(struct vcpu *vcpu, enum vcpu_wait reason);
/*
 * sched_wake() for an interrupt that can wait: one that sleeps runs once its CPU is free or its turn comes, without the
 * credit of one that slept, which a sched_wake() that follows gives it. @soon: only the vCPU that runs here and causes
 * the interrupt may go on, and only for a moment.
 */
void sched_wake_later(struct vcpu *vcpu, bool soon);
/* stopped flag on or off for one vCPU; kicks. stop does not wait. */
void sched_stop(struct vcpu *vcpu);
void sched_resume(struct vcpu *vcpu);
/* The running vCPU's own deadline changed. */
void sched_retime(void);
/* Make another CPU look at its work (EL2's SGI). */
void sched_kick(struct cpu *cpu);

#endif
