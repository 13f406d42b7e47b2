// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vlpi.c - dom0's LPIs. Their memory comes in pages when an ITS maps them, and
 * stays.
 */
#include "guest/vlpi.h"
#include "guest/dom0_read.h"
#include "guest/vgic.h"
#include "guest/vgic_queue.h"
#include "guest/vgic_lr.h"
#include "hw/its_regs.h"
#include "mem/heap.h"

#define CHUNK (PAGE_SIZE / sizeof(struct vlpi))
#define CONFIG_ENABLE 1u
#define CONFIG_PRIORITY 0xfcu
#define PROPBASER_BITS (MASK(58, 56) | MASK(51, 7) | MASK(4, 0))
#define PENDBASER_BITS (MASK(58, 56) | MASK(51, 16) | MASK(11, 7))

struct vlpis {
	uint64_t propbaser; /* as dom0 wrote it, for all redistributors */
	struct vlpi *chunk[LPI_COUNT / CHUNK];
};
static_assert(CHUNK == 64 && sizeof(struct vlpis) <= PAGE_SIZE, "chunks divide a page of the configuration table");

enum vimo_status vlpi_init(struct domain *domain)
{
	domain->vgic.lpis = heap_page();
	return domain->vgic.lpis ? VIMO_OK : VIMO_NO_MEMORY;
}

struct vlpi *vlpi_find(const struct domain *domain, uint32_t intid)
{
	const struct vlpis *lpis = domain->vgic.lpis;
	uint32_t n = intid - LPI_FIRST;
	struct vlpi *chunk;

	if (!lpis || n >= LPI_COUNT)
		return NULL;
	chunk = __atomic_load_n(&lpis->chunk[n / CHUNK], __ATOMIC_ACQUIRE);
	return chunk ? &chunk[n % CHUNK] : NULL;
}

struct vlpi *vlpi_make(struct domain *domain, uint32_t intid)
{
	uint32_t first = intid - intid % CHUNK;
	struct vlpi *chunk;

	if (intid - LPI_FIRST >= LPI_COUNT)
		return NULL;
	if (vlpi_find(domain, intid))
		return vlpi_find(domain, intid);
	chunk = heap_page();
	if (!chunk)
		return NULL;
	for (uint32_t i = 0; i < CHUNK; i++)
		chunk[i].virq =
			(struct virq){ .intid = (uint16_t)(first + i), .edge = true, .group1 = true, .gate = 2 };
	__atomic_store_n(&domain->vgic.lpis->chunk[(first - LPI_FIRST) / CHUNK], chunk, __ATOMIC_RELEASE);
	return vlpi_find(domain, intid);
}

struct vlpi *vlpi_next(const struct domain *domain, uint32_t *intid)
{
	for (; *intid < LPI_FIRST + LPI_COUNT; *intid = (*intid / CHUNK + 1) * CHUNK) {
		struct vlpi *vlpi = vlpi_find(domain, *intid);

		if (vlpi)
			return vlpi;
	}
	return NULL;
}

static void pend_locked(struct domain *domain, struct vlpi *vlpi)
{
	virq_pull(&vlpi->virq);
	vlpi->virq.latch = true;
	virq_update(domain, NULL, &vlpi->virq);
}

static void drop_locked(struct domain *domain, struct vlpi *vlpi)
{
	struct virq *virq = &vlpi->virq;

	virq_pull(virq);
	virq->latch = false;
	if (virq->lr)
		virq->ask |= VIRQ_DROP_PENDING;
	virq_update(domain, NULL, virq);
}

void vlpi_physical(struct domain *domain, uint32_t intid)
{
	struct vlpi *vlpi = vlpi_find(domain, intid);

	if (!vlpi)
		return;
	spin_lock(&domain->vgic.lock);
	/* An LPI may have been pending in the hardware when dom0 unmapped it: it is dropped. */
	if (vlpi->mapped)
		pend_locked(domain, vlpi);
	spin_unlock(&domain->vgic.lock);
}

/* Bytes of dom0's configuration table; those that dom0 has not are off. */
static void read_config(const struct domain *domain, uint32_t intid, uint8_t *bytes, size_t count)
{
	uint64_t propbaser = __atomic_load_n(&domain->vgic.lpis->propbaser, __ATOMIC_RELAXED);

	if (intid + count > BIT(FIELD(propbaser, 4, 0) + 1) ||
	    dom0_read((propbaser & MASK(51, 12)) + intid - LPI_FIRST, bytes, count))
		for (size_t i = 0; i < count; i++)
			bytes[i] = 0;
}

static void configure_locked(struct domain *domain, struct vlpi *vlpi, uint8_t config)
{
	struct virq *virq = &vlpi->virq;

	virq_pull(virq);
	/* The queue is sorted by priority. */
	if (virq->vcpu && !virq->lr)
		vgic_queue_remove(virq);
	virq->priority = (uint8_t)(config & CONFIG_PRIORITY & (0xff00u >> gic_info.priority_bits));
	virq->lpi_enabled = config & CONFIG_ENABLE;
	virq_update(domain, NULL, virq);
}

void vlpi_map(struct domain *domain, struct vlpi *vlpi, unsigned int target)
{
	uint8_t config;

	read_config(domain, vlpi->virq.intid, &config, 1);
	spin_lock(&domain->vgic.lock);
	virq_route(domain, &vlpi->virq, target);
	configure_locked(domain, vlpi, config);
	vlpi->mapped = true;
	spin_unlock(&domain->vgic.lock);
}

void vlpi_unmap(struct domain *domain, struct vlpi *vlpi)
{
	spin_lock(&domain->vgic.lock);
	vlpi->mapped = false;
	drop_locked(domain, vlpi);
	spin_unlock(&domain->vgic.lock);
}

void vlpi_route(struct domain *domain, struct vlpi *vlpi, unsigned int target)
{
	spin_lock(&domain->vgic.lock);
	virq_route(domain, &vlpi->virq, target);
	spin_unlock(&domain->vgic.lock);
}

void vlpi_set_pending(struct domain *domain, struct vlpi *vlpi, bool pending)
{
	spin_lock(&domain->vgic.lock);
	if (pending)
		pend_locked(domain, vlpi);
	else
		drop_locked(domain, vlpi);
	spin_unlock(&domain->vgic.lock);
}

void vlpi_reload(struct domain *domain, struct vlpi *vlpi)
{
	uint8_t config;

	read_config(domain, vlpi->virq.intid, &config, 1);
	spin_lock(&domain->vgic.lock);
	configure_locked(domain, vlpi, config);
	spin_unlock(&domain->vgic.lock);
}

void vlpi_reload_all(struct domain *domain, unsigned int its, unsigned int collection)
{
	struct vlpi *chunk;

	for (uint32_t intid = LPI_FIRST; (chunk = vlpi_next(domain, &intid)); intid += CHUNK) {
		uint8_t config[CHUNK];

		read_config(domain, intid, config, CHUNK);
		spin_lock(&domain->vgic.lock);
		for (unsigned int i = 0; i < CHUNK; i++)
			if (chunk[i].mapped && chunk[i].its == its && chunk[i].collection == collection)
				configure_locked(domain, &chunk[i], config[i]);
		spin_unlock(&domain->vgic.lock);
	}
}

/* Interrupts that came before are delivered now. */
static void enable_locked(struct vcpu *owner)
{
	struct domain *domain = owner->domain;
	struct vlpi *vlpi;

	owner->vgic.lpis_enabled = true;
	for (uint32_t intid = LPI_FIRST; (vlpi = vlpi_next(domain, &intid)); intid++)
		if (vlpi->mapped && domain->vcpus[vlpi->virq.target] == owner)
			virq_update(domain, NULL, &vlpi->virq);
}

static void access_base(struct vcpu *owner, uint64_t *base, uint64_t mask, struct mmio_access *access)
{
	if (!access->write)
		access->data = mmio_part(*base, access);
	else if (!owner->vgic.lpis_enabled) /* then they are UNPREDICTABLE to change (12.11.33, 12.11.35) */
		__atomic_store_n(base, mmio_merge(*base, access) & mask, __ATOMIC_RELAXED);
}

bool vlpi_redist_access(struct vcpu *owner, struct mmio_access *access)
{
	if (access->width < 4)
		return false;
	switch (access->offset & ~(access->width == 4 ? 4ull : 0ull)) {
	case GICR_CTLR:
		if (access->offset != GICR_CTLR || access->width != 4)
			return false;
		/* EnableLPIs stays set once it is: GICR_CTLR.CES is 0 (12.11.2). */
		if (!access->write)
			access->data = owner->vgic.lpis_enabled ? GICR_CTLR_LPIS : 0;
		else if (access->data & GICR_CTLR_LPIS && !owner->vgic.lpis_enabled)
			enable_locked(owner);
		return true;
	case GICR_PROPBASER:
		access_base(owner, &owner->domain->vgic.lpis->propbaser, PROPBASER_BITS, access);
		return true;
	case GICR_PENDBASER: access_base(owner, &owner->vgic.pendbaser, PENDBASER_BITS, access); return true;
	default: return false;
	}
}
