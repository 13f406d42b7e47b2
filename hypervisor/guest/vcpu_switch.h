/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vcpu_switch.h - a vCPU's state off this CPU's hardware, and onto it. The scheduler's own.
 */
#ifndef GUEST_VCPU_SWITCH_H
#define GUEST_VCPU_SWITCH_H

#include "guest/vcpu.h"

void vcpu_save(struct vcpu *vcpu);
void vcpu_load(struct vcpu *vcpu);

#endif
