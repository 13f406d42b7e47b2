// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * device_calls.c - devices, interrupts and events. x[1] is the domain, looked
 * up already.
 */
#include "hypercall/hypercall.h"
#include "guest/vgic.h"
#include "io/device.h"
#include "io/event.h"
#include "io/ioreq.h"
#include "io/pl011.h"

enum vimo_status hc_domain_page(struct domain *domain, uint64_t *x)
{
	const void *const pages[VIMO_PAGE_KINDS] = {
		[VIMO_PAGE_IOREQ] = domain->io->ioreq,
		[VIMO_PAGE_CONSOLE] = domain->io->console,
	};

	if (x[2] >= VIMO_PAGE_KINDS)
		return VIMO_INVALID;
	x[1] = (uintptr_t)pages[x[2]];
	return VIMO_OK;
}

enum vimo_status hc_device_add(struct domain *domain, uint64_t *x)
{
	pa_t page = PA(0);
	enum vimo_status status = device_add(domain, x[2], x[3], x[4], x[5], &page);

	if (page.v)
		x[1] = page.v;
	return status;
}

enum vimo_status hc_device_notify(struct domain *domain, uint64_t *x)
{
	return x[3] > UINT32_MAX ? VIMO_INVALID : device_notify(domain, x[2], x[3]);
}

enum vimo_status hc_irq_set(struct domain *domain, uint64_t *x)
{
	if (x[2] < 32 || x[2] - 32 >= domain->vgic.spi_count || x[3] > VIMO_IRQ_PULSE)
		return VIMO_INVALID;
	if (x[3] == VIMO_IRQ_PULSE)
		vgic_pulse(domain, NULL, (uint32_t)x[2]);
	else
		vgic_set_level(domain, NULL, (uint32_t)x[2], x[3] == VIMO_IRQ_HIGH);
	return VIMO_OK;
}

enum vimo_status hc_ioreq_done(struct domain *domain, uint64_t *x)
{
	return ioreq_done(domain, x[2]);
}

enum vimo_status hc_event_bind(struct domain *domain, uint64_t *x)
{
	if (!event_binding_valid(x[4], x[5]))
		return VIMO_INVALID;
	return event_bind(domain, x[2], x[3], (struct event_binding){ (uint16_t)x[4], (uint16_t)x[5] });
}

enum vimo_status hc_event_connect(struct domain *domain, uint64_t *x)
{
	return event_connect(domain, x[2], x[3], x[4]);
}

enum vimo_status hc_console_kick(struct domain *domain, UNUSED uint64_t *x)
{
	pl011_kick(domain);
	return VIMO_OK;
}

enum vimo_status hc_event_send(struct vcpu *vcpu, uint64_t *x)
{
	return event_send(vcpu->domain, x[1]);
}
