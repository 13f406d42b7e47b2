/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vgic_redist.h - the emulated GICv3 redistributors.
 */
#ifndef GUEST_VGIC_REDIST_H
#define GUEST_VGIC_REDIST_H

#include "guest/domain.h"

enum mmio_result vgic_redist_access(struct vcpu *vcpu, void *context, struct mmio_access *access);

#endif
