/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * info.h - version, size and limits of this hypervisor.
 */
#ifndef HYPERCALL_INFO_H
#define HYPERCALL_INFO_H

#include "hypercall/hypercall.h"

enum vimo_status hc_version(struct vcpu *vcpu, uint64_t *x);
enum vimo_status hc_info(struct vcpu *vcpu, uint64_t *x);

#endif
