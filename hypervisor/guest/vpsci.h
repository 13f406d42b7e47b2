/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vpsci.h - power control for domains (Arm DEN 0022, PSCI 1.1).
 */
#ifndef GUEST_VPSCI_H
#define GUEST_VPSCI_H

#include "guest/vcpu.h"

/* Arguments in x[1]..x[3], answer in x[0]; false: no such function. */
bool vpsci_call(struct vcpu *vcpu, uint32_t function);

#endif
