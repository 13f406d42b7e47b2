/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vcpu_switch.h - a vCPU's state off this CPU's hardware, and onto it; its SErrors.
 */
#ifndef GUEST_VCPU_SWITCH_H
#define GUEST_VCPU_SWITCH_H

#include "guest/vcpu.h"

void vcpu_save(struct vcpu *vcpu);
void vcpu_load(struct vcpu *vcpu);
/*
 * This vCPU's access caused an SError. Harmless: a line in the log. Else HCR_EL2.VSE makes it pending for EL1, where
 * the vCPU's own handler takes it once PSTATE.A allows, as it would without EL2 (DDI 0487 J.a, D1.3.5, D19.2.48). The
 * domain itself goes on.
 */
void vcpu_serror(struct vcpu *vcpu, uint64_t esr, uint64_t pc);

#endif
