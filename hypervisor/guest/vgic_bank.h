/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vgic_bank.h - registers that the distributor and the redistributors share.
 */
#ifndef GUEST_VGIC_BANK_H
#define GUEST_VGIC_BANK_H

#include "guest/domain.h"

#define IIDR_VIMO 0x0000043bu /* of distributor, redistributor and ITS: JEP106 code of Arm */

/*
 * Registers of one bit, two bits or a byte for each interrupt, at GICD or SGI frame offset 0x80..0xcff. Caller holds
 * the vgic lock.
 * @owner: whose SGIs and PPIs; interrupts outside low..high are not this frame's and read as zero.
 */
void vgic_bank_access(struct vcpu *vcpu, struct vcpu *owner, uint32_t low, uint32_t high, struct mmio_access *access);
/* Peripheral and component ID registers, the last 48 bytes of a frame; revision: ArchRev in PIDR2. */
uint32_t vgic_id_register(uint32_t offset_in_page, uint32_t revision);

#endif
