/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cache_ops.h - set/way operations of a guest, and its caches going on and off.
 */
#ifndef TRAP_CACHE_OPS_H
#define TRAP_CACHE_OPS_H

#include "trap/trap.h"

/* A trapped instruction that trap/sysreg.c has no row for. TRAP_UNDEFINED: neither has this file. */
enum trap_result trap_cache_op(struct vcpu *vcpu, uint64_t esr);

#endif
