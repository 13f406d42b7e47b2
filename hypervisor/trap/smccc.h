/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * smccc.h - HVC and SMC of a guest.
 */
#ifndef TRAP_SMCCC_H
#define TRAP_SMCCC_H

#include "trap/trap.h"

enum trap_result trap_hvc(struct vcpu *vcpu, uint64_t esr);
enum trap_result trap_smc(struct vcpu *vcpu, uint64_t esr);

#endif
