/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vtimer.h - the timers of a guest. CNTV is the hardware's own; CNTP of every
 * domain is emulated and counts on the physical counter.
 */
#ifndef GUEST_VTIMER_H
#define GUEST_VTIMER_H

#include "guest/vcpu.h"

/* Counter value at which a vCPU that is off its CPU must wake; ~0: never. */
uint64_t vtimer_deadline(const struct vcpu *vcpu);
/* Set the line of the physical timer's PPI. Running vCPU; takes the vGIC's lock. */
void vtimer_update(struct vcpu *vcpu);
/* Counter value at which vtimer_update() is due again; ~0: never. Any lock. */
uint64_t vtimer_next(const struct vcpu *vcpu);
/* Trapped CNTP_CTL, CNTP_CVAL, CNTP_TVAL of the running vCPU. */
uint64_t vtimer_read(struct vcpu *vcpu, unsigned int op2);
void vtimer_write(struct vcpu *vcpu, unsigned int op2, uint64_t value);

#endif
