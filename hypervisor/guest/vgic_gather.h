/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vgic_gather.h - before other vCPUs' interrupts are read.
 */
#ifndef GUEST_VGIC_GATHER_H
#define GUEST_VGIC_GATHER_H

#include "guest/vgic_state.h"

/*
 * Before the state of @count interrupts is read on the CPU of @vcpu: each CPU that holds one in a list register reports
 * what is there. Caller holds the vgic lock, which is dropped meanwhile.
 */
void vgic_gather(struct vcpu *vcpu, const struct virq *virq, unsigned int count);

#endif
