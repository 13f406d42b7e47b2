/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vgic_setup.h - a domain's interrupt controller from reset to its end.
 */
#ifndef GUEST_VGIC_SETUP_H
#define GUEST_VGIC_SETUP_H

#include "guest/domain.h"

enum vimo_status vgic_init(struct domain *domain, unsigned int spi_count);
void vgic_destroy(struct domain *domain);
/* Reset state: edge or level of each SGI and PPI; PPI 27 (virtual timer) is backed by the physical PPI 27. */
void vgic_vcpu_init(struct vcpu *vcpu);
/* dom0: let physical SPI intid be this domain's, one to one (HW bit). Physical enable, config and target follow the
 * guest's. */
enum vimo_status vgic_assign_physical(struct domain *domain, uint32_t intid);
/*
 * MMIO regions of this domain, with mmio_add(): GICD; GICR (v3); the second page of GICC (v2), whose first page the
 * caller maps to the hardware's GICV.
 */
struct vgic_frames {
	ipa_t gicd, gicr, gicc;
};
enum vimo_status vgic_add_regions(struct domain *domain, const struct vgic_frames *frames);

#endif
