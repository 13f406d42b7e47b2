/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vgic_dist.h - the emulated distributor.
 */
#ifndef GUEST_VGIC_DIST_H
#define GUEST_VGIC_DIST_H

#include "guest/domain.h"

enum mmio_result vgic_dist_access(struct vcpu *vcpu, void *context, struct mmio_access *access);

#endif
