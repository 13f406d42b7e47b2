/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inject.h - an exception at EL1 for the running vCPU (Arm ARM D1.3): PC, SPSR_EL1, ESR_EL1, FAR_EL1.
 */
#ifndef GUEST_INJECT_H
#define GUEST_INJECT_H

#include "guest/vcpu.h"

void inject_undefined(struct vcpu *vcpu);
/* Virtual SError (HCR_EL2.VSE): the guest takes it once PSTATE.A allows. */
void inject_serror(struct vcpu *vcpu);
/* Synchronous external abort. */
void inject_abort(struct vcpu *vcpu, uint64_t far, bool instruction);

#endif
