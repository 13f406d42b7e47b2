/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trap.h - the handler of a guest exit, and its result.
 */
#ifndef TRAP_TRAP_H
#define TRAP_TRAP_H

#include "cpu/sysreg.h"
#include "guest/vcpu.h"

enum trap_result {
	TRAP_RESUME,    /* resume at PC, which is right already or changed by an injection */
	TRAP_NEXT,      /* resume at the next instruction */
	TRAP_UNDEFINED, /* the guest gets an Undefined Instruction exception */
};

typedef enum trap_result (*trap_handler)(struct vcpu *vcpu, uint64_t esr);

#endif
