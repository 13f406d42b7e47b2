/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sysreg.h - trapped system registers of a guest.
 */
#ifndef TRAP_SYSREG_H
#define TRAP_SYSREG_H

#include "trap/trap.h"

typedef uint64_t (*register_read)(struct vcpu *vcpu, uint32_t id);
typedef enum trap_result (*register_write)(struct vcpu *vcpu, uint32_t id, uint64_t value);

struct register_row {
	uint32_t id, mask; /* SYSREG_ID(), compared under mask */
	register_read read;
	register_write write; /* NULL: that direction is undefined */
};

/* For tests; the first row that matches counts. */
extern const struct register_row sysreg_rows[];
extern const size_t sysreg_row_count;

enum trap_result trap_sysreg(struct vcpu *vcpu, uint64_t esr);

#endif
