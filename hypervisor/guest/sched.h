/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sched.h - which vCPU runs on which CPU.
 */
#ifndef GUEST_SCHED_H
#define GUEST_SCHED_H

#include "guest/vcpu.h"

/* poll_irq: take and handle one pending interrupt, while a CPU idles. */
void sched_init(void (*poll_irq)(void));
/* Choose a CPU for a new vCPU (fewest vCPUs first; dom0's vCPU n on CPU n). */
void sched_place(struct vcpu *vcpu);
void sched_remove(struct vcpu *vcpu); /* a vCPU that is OFF or stopped and not running: forget it */
/* OFF -> runnable. */
void sched_start(struct vcpu *vcpu);
/* RUNNING (the caller's own) -> OFF. */
void sched_off(struct vcpu *vcpu);
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
/* The running vCPU waits: for an interrupt (returns at once if one is there), or for I/O. Takes effect on exit. */
void sched_block(struct vcpu *vcpu, enum vcpu_wait reason);
void sched_yield(struct vcpu *vcpu);
/* stopped flag on or off for one vCPU; kicks. stop does not wait. */
void sched_stop(struct vcpu *vcpu);
void sched_resume(struct vcpu *vcpu);
/* The running vCPU's own deadline changed. */
void sched_retime(void);
/* EL2's timer fired on this CPU. */
void sched_timer(void);
bool sched_is_running(const struct vcpu *vcpu); /* on a CPU this moment */
/* Make another CPU look at its work (EL2's SGI). */
void sched_kick(struct cpu *cpu);
/* Before each return to a guest when cpu->work: pick, switch, or idle. Ends with cpu->vcpu set. */
void sched_run(void);

#endif
