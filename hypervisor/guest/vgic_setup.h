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
/* MMIO regions of this domain: GICD (v2, v3), GICR (v3), at the given bases; registers with mmio_add(). */
enum vimo_status vgic_add_regions(struct domain *domain, ipa_t gicd, ipa_t gicr, uint64_t gicr_stride);

#endif
