// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * device.c - devices whose registers the guest reads from memory. Lock: the
 * domain's io lock for the status word, the domain's own lock for the table.
 *
 * The guest maps the page as Device memory, so its reads go past the caches:
 * every write here is cleaned to the point of coherency (Arm ARM B2.8).
 */
#include "io/device.h"
#include <vimo/guest_map.h>
#include "cpu/cache.h"
#include "guest/vgic.h"
#include "io/event.h"
#include "io/ioreq.h"
#include "io/shared_page.h"
#include "mem/heap.h"
#include "mem/stage2_change.h"

static uint32_t *word_at(const struct io_device *device, uint32_t offset)
{
	return (uint32_t *)(void *)(device->page + offset);
}

static void change_status(struct domain *domain, const struct io_device *device, uint32_t set, uint32_t clear)
{
	uint32_t *status = word_at(device, device->status);

	spin_lock(&domain->io->lock);
	*status = (*status | set) & ~clear;
	cache_clean(status, sizeof(*status));
	spin_unlock(&domain->io->lock);
}

static unsigned int events_queues(uint64_t events)
{
	return (uint16_t)(events >> 16);
}

/* Event of a queue that the device has. */
static struct event_binding events_binding(uint64_t events, uint64_t queue)
{
	return (struct event_binding){ (uint16_t)(events + queue), (uint16_t)(events >> 32) };
}

/* False: no such queue. One look at the word: number, count and vCPU are all old or all new. */
static bool ring_doorbell(const struct io_device *device, uint64_t queue)
{
	uint64_t events = __atomic_load_n(&device->events, __ATOMIC_RELAXED);

	if (queue >= events_queues(events))
		return false;
	event_raise_soon(events_binding(events, queue));
	return true;
}

static enum mmio_result device_access(struct vcpu *vcpu, void *context, struct mmio_access *access)
{
	const struct io_device *device = context;

	if (!access->write) {
		/*
		 * A read is trapped only while the page is not mapped, or where stage 2 cannot serve it: answer as the
		 * page would.
		 */
		access->data = 0;
		for (unsigned int i = 0; i < access->width; i++)
			access->data |= (uint64_t)device->page[(access->offset + i) % PAGE_SIZE] << i * 8;
		return MMIO_DONE;
	}
	if (access->width == 4 && access->offset == device->doorbell && ring_doorbell(device, access->data))
		return MMIO_DONE;
	if (access->width == 4 && access->offset == device->clear) {
		change_status(vcpu->domain, device, 0, (uint32_t)access->data);
		return MMIO_DONE;
	}
	return ioreq_send(vcpu, device->ipa + access->offset, access);
}

static struct io_device *find(struct domain *domain, uint64_t ipa)
{
	unsigned int count = __atomic_load_n(&domain->io->device_count, __ATOMIC_ACQUIRE);

	for (unsigned int i = 0; i < count; i++)
		if (domain->io->device[i].ipa == ipa)
			return &domain->io->device[i];
	return NULL;
}

static bool offset_ok(uint32_t offset)
{
	return offset < PAGE_SIZE && IS_ALIGNED(offset, 4);
}

static bool events_ok(uint64_t events)
{
	unsigned int queues = events_queues(events);

	/* No carry into the count: the last number is checked as a whole. */
	return events >> 48 == 0 && queues > 0 && queues <= VIMO_DEVICE_QUEUES &&
	       event_binding_valid((uint16_t)events + queues - 1u, events >> 32);
}

static bool arguments_ok(const struct domain *domain, const struct io_device *device)
{
	const uint64_t base = VIMO_GUEST_VIRTIO_BASE;
	const uint64_t end = base + VIMO_GUEST_VIRTIO_COUNT * VIMO_GUEST_VIRTIO_STRIDE;

	return IS_ALIGNED(device->ipa, PAGE_SIZE) && device->ipa >= base && device->ipa < end &&
	       offset_ok(device->doorbell) && offset_ok(device->clear) && offset_ok(device->status) &&
	       device->intid >= 32 && device->intid - 32 < domain->vgic.spi_count && events_ok(device->events);
}

static enum vimo_status publish(struct domain *domain, struct io_device *device)
{
	struct mmio_region region = { device->ipa, PAGE_SIZE, device_access, device };
	pa_t pa = PA((uintptr_t)device->page);
	enum vimo_status status = stage2_map(&domain->stage2, IPA(device->ipa), pa, PAGE_SIZE, STAGE2_R);

	if (status)
		return status;
	status = mmio_add(&domain->mmio, &region);
	if (status)
		stage2_unmap(&domain->stage2, IPA(device->ipa), PAGE_SIZE);
	return status;
}

enum vimo_status device_add(struct domain *domain, uint64_t ipa, uint64_t layout, uint64_t intid, uint64_t events,
			    pa_t *page)
{
	struct io_device *device, new = {
		.ipa = ipa,
		.doorbell = (uint16_t)layout,
		.clear = (uint16_t)(layout >> 16),
		.status = (uint16_t)(layout >> 32),
		.intid = intid < 1020 ? (uint32_t)intid : 0,
		.events = events,
	};
	enum vimo_status status = VIMO_OK;

	if (!domain->io || layout >> 48 || !arguments_ok(domain, &new))
		return VIMO_INVALID;
	spin_lock(&domain->lock);
	device = find(domain, ipa);
	if (device) {
		/* Known already: the next device model gets its page. Queues and events are those of this call. */
		__atomic_store_n(&device->events, events, __ATOMIC_RELAXED);
		*page = PA((uintptr_t)device->page);
		spin_unlock(&domain->lock);
		return VIMO_EXISTS;
	}
	if (domain->state != VIMO_DOMAIN_BUILDING)
		status = VIMO_STATE;
	else if (domain->io->device_count == VIMO_DEVICE_MAX)
		status = VIMO_LIMIT;
	new.page = status ? NULL : io_shared_page(STAGE2_R | STAGE2_W);
	if (!status && !new.page)
		status = VIMO_NO_MEMORY;
	if (!status) {
		device = &domain->io->device[domain->io->device_count];
		*device = new;
		status = publish(domain, device);
	}
	if (!status) {
		__atomic_store_n(&domain->io->device_count, domain->io->device_count + 1, __ATOMIC_RELEASE);
		*page = PA((uintptr_t) new.page);
	} else {
		io_shared_page_free(new.page);
	}
	spin_unlock(&domain->lock);
	return status;
}

enum vimo_status device_notify(struct domain *domain, uint64_t ipa, uint64_t bits)
{
	const struct io_device *device = domain->io ? find(domain, ipa) : NULL;

	if (!device)
		return VIMO_NOT_FOUND;
	change_status(domain, device, (uint32_t)bits & ~VIMO_NOTIFY_LATER, 0);
	vgic_pulse_when(domain, NULL, device->intid, bits & VIMO_NOTIFY_LATER ? VGIC_LATER : VGIC_SOON);
	return VIMO_OK;
}

void device_free_all(struct domain *domain)
{
	for (unsigned int i = 0; i < domain->io->device_count; i++)
		io_shared_page_free(domain->io->device[i].page);
	domain->io->device_count = 0;
}
