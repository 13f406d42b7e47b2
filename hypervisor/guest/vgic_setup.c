// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vgic_setup.c - a domain's interrupt controller from reset to its end.
 */
#include "guest/vgic_setup.h"
#include <vimo/guest_map.h>
#include "guest/vgic.h"
#include "guest/vgic_dist.h"
#include "guest/vgic_redist.h"
#include "hw/timer.h"
#include "mem/heap.h"

#define SGIS 16u
#define V2_VCPUS 8u

static size_t spi_pages(unsigned int spis)
{
	return ALIGN_UP(spis * sizeof(struct virq), PAGE_SIZE) / PAGE_SIZE;
}

enum vimo_status vgic_init(struct domain *domain, unsigned int spi_count)
{
	struct vgic *vgic = &domain->vgic;

	if (gic_info.version == 2 && domain->vcpu_count > V2_VCPUS)
		return VIMO_LIMIT;
	vgic->spis = heap_alloc(spi_pages(spi_count), 1);
	if (!vgic->spis)
		return VIMO_NO_MEMORY;
	vgic->spi_count = spi_count;
	for (unsigned int i = 0; i < spi_count; i++)
		vgic->spis[i] = (struct virq){ .intid = (uint16_t)(i + 32), .targets = 1, .gate = 1 };
	return VIMO_OK;
}

void vgic_destroy(struct domain *domain)
{
	if (domain->vgic.spis)
		heap_free(domain->vgic.spis, spi_pages(domain->vgic.spi_count));
	domain->vgic.spis = NULL;
}

void vgic_vcpu_init(struct vcpu *vcpu)
{
	struct vgic_vcpu *vgic = &vcpu->vgic;

	for (unsigned int i = 0; i < 32; i++)
		vgic->private[i] = (struct virq){ .intid = (uint16_t)i, .edge = i < SGIS, .gate = 1 };
	/* On GICv2 SGIs are always enabled (IHI 0048, 4.3.5). */
	vgic->enabled = gic_info.version == 2 ? 0xffff : 0;
	vgic->private[TIMER_PPI_VIRTUAL].hw = true;
	vgic->private[TIMER_PPI_VIRTUAL].hw_intid = TIMER_PPI_VIRTUAL;
	vgic->private[31].edge = true; /* VIMO_EVENT_INTID */
	vgic->asleep = true;
	/* ICC_SGI1R_EL1 has affinity 1 in bits 23..16, and one bit for each value of affinity 0. */
	vgic->sgi_self = (uint64_t)(vcpu->id / 16) << 16 | BIT(vcpu->id % 16);
}

enum vimo_status vgic_assign_physical(struct domain *domain, uint32_t intid)
{
	struct virq *virq = intid >= 32 ? virq_find(domain, NULL, intid) : NULL;

	if (!virq)
		return VIMO_NOT_FOUND;
	virq->hw = true;
	virq->hw_intid = (uint16_t)intid;
	return VIMO_OK;
}

/*
 * GICV_DIR. The interface itself is the hardware's, but an interrupt that is active in no list register can only be
 * deactivated here, and it has a page of its own (IHI 0048 B.b, 5.3.8, 5.5.14). With EOImode = 0, as operating systems
 * have it, it is not used.
 */
static enum mmio_result access_deactivate(struct vcpu *vcpu, UNUSED void *context, struct mmio_access *access)
{
	if (!access->write)
		access->data = 0;
	else if (access->offset == 0 && access->width == 4)
		vgic_dir(vcpu, (uint32_t)access->data);
	return MMIO_DONE;
}

enum vimo_status vgic_add_regions(struct domain *domain, const struct vgic_frames *frames)
{
	struct mmio_region distributor = { frames->gicd.v, VIMO_GUEST_GICD_BYTES, vgic_dist_access, domain };
	struct mmio_region redistributors = { frames->gicr.v, VIMO_GUEST_GICR_STRIDE * domain->vcpu_count,
					      vgic_redist_access, domain };
	struct mmio_region deactivate = { frames->gicc.v + PAGE_SIZE, PAGE_SIZE, access_deactivate, domain };
	enum vimo_status status;

	if (gic_info.version == 3) {
		status = mmio_add(&domain->mmio, &distributor);
		return status ? status : mmio_add(&domain->mmio, &redistributors);
	}
	distributor.bytes = PAGE_SIZE;
	status = mmio_add(&domain->mmio, &distributor);
	return status ? status : mmio_add(&domain->mmio, &deactivate);
}
