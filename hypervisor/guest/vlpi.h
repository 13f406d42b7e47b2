/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vlpi.h - dom0's LPIs (Arm IHI 0069 H, 5.1). Each has the number of the physical
 * LPI behind it: dom0 alone has any.
 *
 * dom0's configuration table is read when dom0 says that it changed. Its pending
 * tables are not used: a redistributor begins with none pending.
 * Lock: vgic, taken inside unless a comment says otherwise.
 */
#ifndef GUEST_VLPI_H
#define GUEST_VLPI_H

#include "guest/domain.h"
#include "hw/lpi.h"

struct vlpi {
	struct virq virq;
	/* What an ITS maps to it; lock: its */
	uint32_t device;
	uint16_t event, collection;
	uint8_t its;
	bool mapped; /* written with the vgic lock, too */
};

/* For a domain that gets LPIs, before it runs. */
enum vimo_status vlpi_init(struct domain *domain);
/* NULL when no such LPI was ever mapped. */
struct vlpi *vlpi_find(const struct domain *domain, uint32_t intid);
/* As vlpi_find(), with memory for it; NULL: out of range, or no memory. Lock: its. */
struct vlpi *vlpi_make(struct domain *domain, uint32_t intid);
/* The first one with memory from *intid on, and its number there; NULL: no more. */
struct vlpi *vlpi_next(const struct domain *domain, uint32_t *intid);

/* A physical LPI fired on this CPU (already acknowledged; nothing deactivates it). */
void vlpi_physical(struct domain *domain, uint32_t intid);

/* Lock: its, the caller's, for all below. */
void vlpi_map(struct domain *domain, struct vlpi *vlpi, unsigned int target);
/* No longer mapped, nor pending. */
void vlpi_unmap(struct domain *domain, struct vlpi *vlpi);
void vlpi_route(struct domain *domain, struct vlpi *vlpi, unsigned int target);
void vlpi_set_pending(struct domain *domain, struct vlpi *vlpi, bool pending);
/* Read its entry in dom0's configuration table. */
void vlpi_reload(struct domain *domain, struct vlpi *vlpi);
/* The same for all of a collection of an ITS. */
void vlpi_reload_all(struct domain *domain, unsigned int its, unsigned int collection);

/* The registers for LPIs of a redistributor. False: another register. Lock: vgic, the caller's. */
bool vlpi_redist_access(struct vcpu *owner, struct mmio_access *access);

#endif
