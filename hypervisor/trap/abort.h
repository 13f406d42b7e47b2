/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * abort.h - stage 2 faults of a guest.
 */
#ifndef TRAP_ABORT_H
#define TRAP_ABORT_H

#include "trap/trap.h"

enum trap_result trap_data_abort(struct vcpu *vcpu, uint64_t esr);
enum trap_result trap_instruction_abort(struct vcpu *vcpu, uint64_t esr);

#endif
