// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domain.c - the table of domains and their life (owner of the table).
 */
#include "guest/domain.h"
#include <vimo/guest_map.h>
#include "guest/sched.h"
#include "hw/gic.h"
#include "hw/timer.h"
#include "lib/log.h"
#include "mem/heap.h"

#define DOMAIN_PAGES (ALIGN_UP(sizeof(struct domain), PAGE_SIZE) / PAGE_SIZE)

struct domain_hooks domain_hooks;
struct domain *dom0;

static spinlock_t table_lock;
static struct domain *table[VIMO_DOMAIN_MAX];

struct domain *domain_get(uint64_t id)
{
	struct domain *domain = NULL;

	if (id >= VIMO_DOMAIN_MAX)
		return NULL;
	spin_lock(&table_lock);
	domain = table[id];
	if (domain)
		domain->references++;
	spin_unlock(&table_lock);
	return domain;
}

void domain_put(struct domain *domain)
{
	spin_lock(&table_lock);
	domain->references--;
	spin_unlock(&table_lock);
}

struct domain *domain_next(uint64_t id)
{
	struct domain *domain = NULL;

	spin_lock(&table_lock);
	for (uint64_t i = id < VIMO_DOMAIN_MAX ? id + 1 : VIMO_DOMAIN_MAX; !domain && i < VIMO_DOMAIN_MAX; i++)
		domain = table[i];
	if (domain)
		domain->references++;
	spin_unlock(&table_lock);
	return domain;
}

static bool publish(struct domain *domain, unsigned int first_id)
{
	bool found = false;

	spin_lock(&table_lock);
	for (unsigned int i = first_id; !found && i < VIMO_DOMAIN_MAX; i++) {
		if (table[i])
			continue;
		domain->id = (uint16_t)i;
		table[i] = domain;
		found = true;
	}
	spin_unlock(&table_lock);
	return found;
}

/* Only when nobody else holds it: then nobody can come to hold it either. */
static bool unpublish(struct domain *domain)
{
	bool alone;

	spin_lock(&table_lock);
	alone = domain->references == 1;
	if (alone)
		table[domain->id] = NULL;
	spin_unlock(&table_lock);
	return alone;
}

static void free_parts(struct domain *domain)
{
	if (domain->io)
		domain_hooks.destroyed(domain);
	for (unsigned int i = 0; i < domain->vcpu_count; i++)
		if (domain->vcpus[i])
			vcpu_free(domain->vcpus[i]);
	vgic_destroy(domain);
	stage2_destroy(&domain->stage2);
	heap_free(domain, DOMAIN_PAGES);
}

/*
 * The id is taken first, since stage 2 needs it as VMID; the reference keeps
 * the half-made domain from being destroyed, BUILDING from being started.
 */
static enum vimo_status make(unsigned int vcpus, uint32_t weight, unsigned int first_id, unsigned int spis,
			     struct domain **out)
{
	struct domain *domain;
	enum vimo_status status;

	if (!vcpus || vcpus > DOMAIN_MAX_VCPUS)
		return VIMO_INVALID;
	domain = heap_alloc(DOMAIN_PAGES, 1);
	if (!domain)
		return VIMO_NO_MEMORY;
	domain->state = VIMO_DOMAIN_BUILDING;
	domain->vcpu_count = vcpus;
	domain->references = 1;
	if (!publish(domain, first_id)) {
		heap_free(domain, DOMAIN_PAGES);
		return VIMO_LIMIT;
	}
	status = stage2_init(&domain->stage2, domain->id);
	if (!status)
		status = vgic_init(domain, spis);
	for (unsigned int i = 0; !status && i < vcpus; i++) {
		status = vcpu_create(domain, i);
		if (!status && weight)
			domain->vcpus[i]->weight = weight;
	}
	if (status) {
		domain->state = VIMO_DOMAIN_DYING;
		/* A lookup in flight sees DYING and lets go at once. */
		while (!unpublish(domain))
			;
		free_parts(domain);
		return status;
	}
	*out = domain;
	return VIMO_OK;
}

static enum vimo_status add_platform(struct domain *domain)
{
	enum vimo_status status = vgic_add_regions(domain, IPA(VIMO_GUEST_GICD_BASE), IPA(VIMO_GUEST_GICR_BASE),
						   VIMO_GUEST_GICR_STRIDE);

	if (!status && gic_info.version == 2)
		status = stage2_map(&domain->stage2, IPA(VIMO_GUEST_GICC_BASE), gic_info.gicv,
				    VIMO_GUEST_GICC_BYTES, STAGE2_R | STAGE2_W | STAGE2_DEVICE);
	return status ? status : domain_hooks.created(domain);
}

enum vimo_status domain_create(unsigned int vcpus, uint32_t weight, struct domain **out)
{
	struct domain *domain;
	enum vimo_status status;

	if (weight > 65536)
		return VIMO_INVALID;
	status = make(vcpus, weight, 1, VIMO_GUEST_SPIS, &domain);
	if (status)
		return status;
	domain->counter_offset = counter_now();
	status = add_platform(domain);
	if (status) {
		domain->state = VIMO_DOMAIN_DYING;
		while (!unpublish(domain))
			;
		free_parts(domain);
		return status;
	}
	*out = domain;
	return VIMO_OK;
}

enum vimo_status domain_create_dom0(unsigned int vcpus, struct domain **out)
{
	enum vimo_status status = make(vcpus, 0, VIMO_DOM0, gic_info.irq_count - 32, out);

	if (!status)
		(*out)->state = VIMO_DOMAIN_RUNNING;
	return status;
}

static void stop_vcpus(struct domain *domain)
{
	for (unsigned int i = 0; i < domain->vcpu_count; i++)
		sched_stop(domain->vcpus[i]);
}

bool domain_is_running(const struct domain *domain)
{
	for (unsigned int i = 0; i < domain->vcpu_count; i++)
		if (sched_is_running(domain->vcpus[i]))
			return true;
	return false;
}

/* States a change may start from, as bits. */
static enum vimo_status set_state(struct domain *domain, unsigned int from, enum vimo_domain_state to)
{
	enum vimo_status status = VIMO_STATE;

	spin_lock(&domain->lock);
	if (domain != dom0 && from & BIT(domain->state)) {
		domain->state = to;
		status = VIMO_OK;
	}
	spin_unlock(&domain->lock);
	return status;
}

enum vimo_status domain_start(struct domain *domain)
{
	enum vimo_status status = set_state(domain, BIT(VIMO_DOMAIN_BUILDING), VIMO_DOMAIN_RUNNING);

	if (!status)
		sched_start(domain->vcpus[0]);
	return status;
}

enum vimo_status domain_pause(struct domain *domain)
{
	enum vimo_status status = set_state(domain, BIT(VIMO_DOMAIN_RUNNING), VIMO_DOMAIN_PAUSED);

	if (status)
		return status;
	stop_vcpus(domain);
	/* Its CPUs are at most one exit away: they were kicked. */
	while (domain_is_running(domain))
		;
	domain_hooks.state_changed(domain);
	return VIMO_OK;
}

enum vimo_status domain_unpause(struct domain *domain)
{
	enum vimo_status status = set_state(domain, BIT(VIMO_DOMAIN_PAUSED), VIMO_DOMAIN_RUNNING);

	for (unsigned int i = 0; !status && i < domain->vcpu_count; i++)
		sched_resume(domain->vcpus[i]);
	if (!status)
		domain_hooks.state_changed(domain);
	return status;
}

void domain_shutdown(struct domain *domain, enum vimo_stop_reason reason, uint64_t detail)
{
	unsigned int from = BIT(VIMO_DOMAIN_BUILDING) | BIT(VIMO_DOMAIN_RUNNING) | BIT(VIMO_DOMAIN_PAUSED);

	/* dom0 cannot be stopped without the machine: its fault is its own end. */
	if (domain == dom0)
		return;
	if (set_state(domain, from, VIMO_DOMAIN_SHUTDOWN))
		return;
	domain->reason = reason;
	domain->reason_detail = detail;
	stop_vcpus(domain);
	domain_hooks.state_changed(domain);
}

enum vimo_status domain_destroy(struct domain *domain)
{
	enum vimo_status status;

	if (domain == dom0)
		return VIMO_DENIED;
	domain_shutdown(domain, VIMO_STOP_KILLED, 0);
	if (domain_is_running(domain))
		return VIMO_AGAIN;
	if (domain->granted)
		return VIMO_BUSY;
	set_state(domain, BIT(VIMO_DOMAIN_SHUTDOWN), VIMO_DOMAIN_DYING);
	status = domain_release_step(domain);
	if (status)
		return status;
	if (!unpublish(domain))
		return VIMO_AGAIN;
	free_parts(domain);
	return VIMO_OK;
}
