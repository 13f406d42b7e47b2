/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sysreg.h - trapped system registers of a guest.
 */
#ifndef TRAP_SYSREG_H
#define TRAP_SYSREG_H

#include "trap/trap.h"

enum trap_result trap_sysreg(struct vcpu *vcpu, uint64_t esr);

#endif
