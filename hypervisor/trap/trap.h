/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trap.h - what a handler of a guest exit gets and answers.
 */
#ifndef TRAP_TRAP_H
#define TRAP_TRAP_H

#include "cpu/sysreg.h"
#include "guest/vcpu.h"

enum trap_result {
	TRAP_RESUME,    /* go on where it is (PC already right, or changed by injection) */
	TRAP_NEXT,      /* go on with the next instruction */
	TRAP_UNDEFINED, /* the guest gets an Undefined Instruction exception */
};

typedef enum trap_result (*trap_handler)(struct vcpu *vcpu, uint64_t esr);

#endif
