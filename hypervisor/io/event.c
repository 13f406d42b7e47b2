// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * event.c - bits in pages that dom0 reads, and one interrupt (owner of the
 * pages). Any CPU; raising takes no lock, all of it is atomic.
 */
#include "io/event.h"
#include "guest/sched_wake.h"
#include "guest/vgic.h"
#include "lib/panic.h"
#include "mem/heap.h"
#include "mem/stage2_change.h"

static struct vimo_event_page *pages; /* one for each dom0 vCPU */

void event_init(void)
{
	size_t bytes = dom0->vcpu_count * sizeof(*pages);
	pa_t pa;

	pages = heap_alloc(dom0->vcpu_count, 1);
	pa = PA((uintptr_t)pages);
	if (!pages || stage2_map(&dom0->stage2, IPA(pa.v), pa, bytes, STAGE2_R | STAGE2_W))
		panic("dom0: cannot share the event pages");
}

pa_t event_pages(void)
{
	return PA((uintptr_t)pages);
}

bool event_binding_valid(uint64_t number, uint64_t vcpu)
{
	return number < VIMO_EVENT_COUNT && vcpu < dom0->vcpu_count;
}

static void raise(struct event_binding binding, enum vgic_when when)
{
	struct vimo_event_page *page = &pages[binding.vcpu];
	struct vcpu *vcpu = dom0->vcpus[binding.vcpu];
	uint64_t word = binding.number / 64;

	if (!binding.number)
		return;
	__atomic_fetch_or(&page->pending[word], BIT(binding.number % 64), __ATOMIC_RELEASE);
	if (!(__atomic_fetch_or(&page->summary, BIT(word), __ATOMIC_ACQ_REL) & BIT(word)))
		vgic_pulse_when(dom0, vcpu, VIMO_EVENT_INTID, when);
	else if (when == VGIC_NOW && __atomic_load_n(&vcpu->held, __ATOMIC_RELAXED))
		sched_wake(vcpu, WAIT_INTERRUPT); /* the interrupt is pending, and its wake-up was one for later */
}

void event_raise(struct event_binding binding)
{
	raise(binding, VGIC_NOW);
}

void event_raise_soon(struct event_binding binding)
{
	raise(binding, VGIC_SOON);
}

static struct event_binding *find_source(struct domain *domain, uint64_t source, uint64_t index)
{
	struct domain_io *io = domain->io;

	switch (source) {
	case VIMO_EVENT_IOREQ: return index < domain->vcpu_count ? &io->ioreq_event[index] : NULL;
	case VIMO_EVENT_STATE: return index ? NULL : &io->state_event;
	case VIMO_EVENT_CONSOLE: return index ? NULL : &io->console_event;
	case VIMO_EVENT_PORT: return index < VIMO_EVENT_PORTS ? &io->port_event[index] : NULL;
	default: return NULL;
	}
}

/* An event from before the binding must not be lost. */
static bool already_due(const struct domain *domain, uint64_t source, uint64_t index)
{
	const struct domain_io *io = domain->io;

	if (source == VIMO_EVENT_IOREQ)
		return __atomic_load_n(&io->ioreq->slot[index].state, __ATOMIC_ACQUIRE) == VIMO_IOREQ_PENDING;
	if (source == VIMO_EVENT_CONSOLE)
		return io->console->out_head != io->console->out_tail;
	return source == VIMO_EVENT_STATE && domain->state >= VIMO_DOMAIN_SHUTDOWN;
}

enum vimo_status event_bind(struct domain *domain, uint64_t source, uint64_t index, struct event_binding binding)
{
	struct event_binding *place;

	if (!domain->io)
		return VIMO_INVALID;
	place = find_source(domain, source, index);
	if (!place)
		return VIMO_INVALID;
	spin_lock(&domain->io->lock);
	*place = binding;
	spin_unlock(&domain->io->lock);
	if (already_due(domain, source, index))
		event_raise(binding);
	return VIMO_OK;
}

enum vimo_status event_connect(struct domain *domain, uint64_t port, uint64_t target_domain, uint64_t target)
{
	struct io_port to = { 0 };
	struct domain *other;
	bool valid;

	if (!domain->io || port >= VIMO_EVENT_PORTS)
		return VIMO_INVALID;
	if (target_domain == VIMO_DOM0)
		return event_binding_valid(target, 0) ? event_bind(domain, VIMO_EVENT_PORT, port,
								   (struct event_binding){ (uint16_t)target, 0 }) :
							VIMO_INVALID;
	other = domain_get(target_domain);
	if (!other)
		return VIMO_NOT_FOUND;
	valid = target >= 32 && target - 32 < other->vgic.spi_count;
	to = (struct io_port){ other->serial, other->id, (uint32_t)target };
	domain_put(other);
	if (!valid)
		return VIMO_INVALID;
	spin_lock(&domain->io->lock);
	domain->io->port[port] = to;
	spin_unlock(&domain->io->lock);
	return VIMO_OK;
}

/* Another domain may have the id by now: compare the serial. */
static bool ring(const struct io_port *to)
{
	struct domain *other = to->serial ? domain_get(to->domain) : NULL;
	bool same = other && other->serial == to->serial;

	if (same)
		vgic_pulse(other, NULL, to->intid);
	if (other)
		domain_put(other);
	return same;
}

enum vimo_status event_send(struct domain *domain, uint64_t port)
{
	struct event_binding binding;
	struct io_port to;
	bool rang;

	if (!domain->io || port >= VIMO_EVENT_PORTS)
		return VIMO_INVALID;
	spin_lock(&domain->io->lock);
	to = domain->io->port[port];
	binding = domain->io->port_event[port];
	spin_unlock(&domain->io->lock);
	event_raise(binding);
	rang = ring(&to);
	return rang || binding.number ? VIMO_OK : VIMO_NOT_FOUND;
}
