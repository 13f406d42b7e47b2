/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dispatch.h - the calls of include/vimo/hypercall.h.
 */
#ifndef HYPERCALL_DISPATCH_H
#define HYPERCALL_DISPATCH_H

#include "guest/vcpu.h"

/* Arguments in x[1].., status in x[0], results from x[1]; false: no such function. */
bool hypercall_dispatch(struct vcpu *vcpu, uint32_t function);

#endif
