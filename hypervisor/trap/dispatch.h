/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dispatch.h - what entry.S calls at each exit, with the vCPU of this CPU.
 */
#ifndef TRAP_DISPATCH_H
#define TRAP_DISPATCH_H

#include "guest/vcpu.h"

struct vcpu *trap_sync(struct vcpu *vcpu);
struct vcpu *trap_irq(struct vcpu *vcpu);
struct vcpu *trap_fiq(struct vcpu *vcpu);
struct vcpu *trap_serror(struct vcpu *vcpu);
/* EL2's own fault; vector: 0..6, from the start of the table; x: x0..x30 and SP. */
_Noreturn void trap_el2(unsigned int vector, const uint64_t *x);

#endif
