// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * io.c - a domain's I/O is made with it, and ends before it does: pages are
 * unmapped from dom0 before they are freed.
 */
#include "io/io.h"
#include <vimo/guest_map.h>
#include "io/device.h"
#include "io/event.h"
#include "io/ioreq.h"
#include "io/pl011.h"
#include "io/shared_page.h"
#include "lib/log.h"
#include "lib/panic.h"
#include "mem/heap.h"
#include "mem/stage2_change.h"

#define IO_PAGES (ALIGN_UP(sizeof(struct domain_io), PAGE_SIZE) / PAGE_SIZE)

/* Small devices of the platform that the device model serves beside virtio pages. */
static enum mmio_result platform_access(struct vcpu *vcpu, void *context, struct mmio_access *access)
{
	const struct mmio_region *region = context;

	return ioreq_send(vcpu, region->base + access->offset, access);
}

static const struct mmio_region platform[] = {
	{ VIMO_GUEST_RTC_BASE, PAGE_SIZE, platform_access, (void *)&platform[0] },
	{ VIMO_GUEST_GPIO_BASE, PAGE_SIZE, platform_access, (void *)&platform[1] },
	{ VIMO_GUEST_PVPANIC_BASE, PAGE_SIZE, platform_access, (void *)&platform[2] },
};

static void destroyed(struct domain *domain)
{
	struct domain_io *io = domain->io;

	device_free_all(domain);
	io_shared_page_free(io->ioreq);
	io_shared_page_free(io->console);
	domain->io = NULL;
	heap_free(io, IO_PAGES);
}

static enum vimo_status created(struct domain *domain)
{
	struct domain_io *io = heap_alloc(IO_PAGES, 1);
	enum vimo_status status = VIMO_NO_MEMORY;

	if (!io)
		return status;
	domain->io = io;
	io->ioreq = io_shared_page(STAGE2_R | STAGE2_W);
	io->console = io_shared_page(STAGE2_R | STAGE2_W);
	if (!io->ioreq || !io->console)
		goto undo;
	status = pl011_create(domain);
	for (size_t i = 0; !status && i < ARRAY_SIZE(platform); i++)
		status = mmio_add(&domain->mmio, &platform[i]);
	if (!status)
		return VIMO_OK;
undo:
	destroyed(domain);
	return status;
}

static void state_changed(struct domain *domain)
{
	if (domain->io)
		event_raise(domain->io->state_event);
}

void io_init(void)
{
	domain_hooks = (struct domain_hooks){ created, destroyed, state_changed };
}

void io_share_with_dom0(void)
{
	pa_t log = PA((uintptr_t)log_ring());

	if (stage2_map(&dom0->stage2, IPA(log.v), log, VIMO_LOG_BYTES, STAGE2_R))
		panic("dom0: cannot share the log");
	event_init();
}
