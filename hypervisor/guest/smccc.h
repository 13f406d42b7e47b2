/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * smccc.h - SMC Calling Convention's own functions (Arm DEN 0028, section 7).
 */
#ifndef GUEST_SMCCC_H
#define GUEST_SMCCC_H

#include "guest/vcpu.h"

void smccc_init(void); /* boot: ask the firmware which workarounds it offers */
/* Arguments in x[1].., answer in x[0]; false: unknown function. */
bool smccc_arch_call(struct vcpu *vcpu, uint32_t function);

#endif
