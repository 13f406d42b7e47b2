// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domain.c - the table of domains and their life (owner of the table).
 */
#include "guest/domain.h"
#include <vimo/guest_map.h>
#include "cpu/cache.h"
#include "guest/sched.h"
#include "hw/gic.h"
#include "hw/timer.h"
#include "mem/heap.h"
#include "mem/stage2_change.h"

#define DOMAIN_PAGES (ALIGN_UP(sizeof(struct domain), PAGE_SIZE) / PAGE_SIZE)

struct domain_hooks domain_hooks;
struct domain *dom0;

static spinlock_t table_lock;
static struct domain *table[VIMO_DOMAIN_MAX];
static bool id_taken[VIMO_DOMAIN_MAX]; /* longer than in the table: while it is made and freed */
static uint64_t next_serial;

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

static bool take_id(struct domain *domain, unsigned int first_id)
{
	bool found = false;

	spin_lock(&table_lock);
	for (unsigned int i = first_id; !found && i < VIMO_DOMAIN_MAX; i++) {
		if (id_taken[i])
			continue;
		id_taken[i] = found = true;
		domain->id = (uint16_t)i;
		domain->serial = next_serial++;
	}
	spin_unlock(&table_lock);
	return found;
}

/* From here on others can look it up. */
static void publish(struct domain *domain)
{
	spin_lock(&table_lock);
	table[domain->id] = domain;
	spin_unlock(&table_lock);
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
	/* Last: the id is the VMID, whose TLB entries have gone by now. */
	spin_lock(&table_lock);
	id_taken[domain->id] = false;
	spin_unlock(&table_lock);
	heap_free(domain, DOMAIN_PAGES);
}

/* Not in the table yet: nobody else sees the half-made domain. The caller gets its first reference. */
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
	if (!take_id(domain, first_id)) {
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
	if (status)
		free_parts(domain);
	else
		*out = domain;
	return status;
}

static enum vimo_status add_platform(struct domain *domain)
{
	enum vimo_status status =
		vgic_add_regions(domain, IPA(VIMO_GUEST_GICD_BASE), IPA(VIMO_GUEST_GICR_BASE), VIMO_GUEST_GICR_STRIDE);

	if (!status && gic_info.version == 2)
		status = stage2_map(&domain->stage2, IPA(VIMO_GUEST_GICC_BASE), gic_info.gicv, VIMO_GUEST_GICC_BYTES,
				    STAGE2_R | STAGE2_W | STAGE2_DEVICE);
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
		free_parts(domain);
		return status;
	}
	publish(domain);
	*out = domain;
	return VIMO_OK;
}

enum vimo_status domain_create_dom0(unsigned int vcpus, struct domain **out)
{
	enum vimo_status status = make(vcpus, 0, VIMO_DOM0, gic_info.irq_count - 32, out);

	if (status)
		return status;
	(*out)->state = VIMO_DOMAIN_RUNNING;
	publish(*out);
	return VIMO_OK;
}

static void stop_vcpus_locked(struct domain *domain)
{
	for (unsigned int i = 0; i < domain->vcpu_count; i++)
		sched_stop(domain->vcpus[i]);
}

static void resume_vcpus_locked(struct domain *domain)
{
	for (unsigned int i = 0; i < domain->vcpu_count; i++)
		sched_resume(domain->vcpus[i]);
}

static void start_vcpu_locked(struct domain *domain)
{
	sched_start(domain->vcpus[0]);
}

bool domain_is_running(const struct domain *domain)
{
	for (unsigned int i = 0; i < domain->vcpu_count; i++)
		if (sched_is_running(domain->vcpus[i]))
			return true;
	return false;
}

/* Leave one of the states in from (bits); act is done with the change, so that two changes never mix. */
static enum vimo_status change_state(struct domain *domain, unsigned int from, enum vimo_domain_state to,
				     void (*act_locked)(struct domain *domain))
{
	enum vimo_status status = VIMO_STATE;

	spin_lock(&domain->lock);
	if (domain != dom0 && from & BIT(domain->state)) {
		domain->state = to;
		if (act_locked)
			act_locked(domain);
		status = VIMO_OK;
	}
	spin_unlock(&domain->lock);
	return status;
}

/* Its CPUs were kicked and are at most one exit away. Ends too when another caller lets it run again. */
static void wait_until_stopped(const struct domain *domain)
{
	while (__atomic_load_n(&domain->state, __ATOMIC_RELAXED) != VIMO_DOMAIN_RUNNING && domain_is_running(domain))
		;
}

enum vimo_status domain_start(struct domain *domain)
{
	/* The pages were another's: no CPU may still hold its instructions (Arm ARM D7.5.9). */
	icache_flush();
	return change_state(domain, BIT(VIMO_DOMAIN_BUILDING), VIMO_DOMAIN_RUNNING, start_vcpu_locked);
}

enum vimo_status domain_pause(struct domain *domain)
{
	enum vimo_status status = change_state(domain, BIT(VIMO_DOMAIN_RUNNING), VIMO_DOMAIN_PAUSED, stop_vcpus_locked);

	if (status)
		return status;
	wait_until_stopped(domain);
	domain_hooks.state_changed(domain);
	return VIMO_OK;
}

enum vimo_status domain_unpause(struct domain *domain)
{
	enum vimo_status status =
		change_state(domain, BIT(VIMO_DOMAIN_PAUSED), VIMO_DOMAIN_RUNNING, resume_vcpus_locked);

	if (!status)
		domain_hooks.state_changed(domain);
	return status;
}

void domain_shutdown(struct domain *domain, enum vimo_stop_reason reason, uint64_t detail)
{
	bool changed;

	/* dom0 cannot be stopped without the machine: its fault is its own end. */
	if (domain == dom0)
		return;
	spin_lock(&domain->lock);
	changed = domain->state < VIMO_DOMAIN_SHUTDOWN;
	if (changed) {
		domain->reason = reason;
		domain->reason_detail = detail;
		domain->state = VIMO_DOMAIN_SHUTDOWN;
		stop_vcpus_locked(domain);
	}
	spin_unlock(&domain->lock);
	if (changed)
		domain_hooks.state_changed(domain);
}

enum vimo_status domain_kill(struct domain *domain)
{
	if (domain == dom0)
		return VIMO_DENIED;
	if (domain->state == VIMO_DOMAIN_DYING)
		return VIMO_STATE;
	domain_shutdown(domain, VIMO_STOP_KILLED, 0);
	wait_until_stopped(domain);
	return VIMO_OK;
}

enum vimo_status domain_destroy(struct domain *domain)
{
	enum vimo_status status;

	if (domain == dom0)
		return VIMO_DENIED;
	domain_shutdown(domain, VIMO_STOP_KILLED, 0);
	if (!change_state(domain, BIT(VIMO_DOMAIN_SHUTDOWN), VIMO_DOMAIN_DYING, NULL))
		domain_hooks.state_changed(domain);
	if (domain_is_running(domain))
		return VIMO_AGAIN;
	if (domain->granted)
		return VIMO_BUSY;
	status = domain_release_step(domain);
	if (status)
		return status;
	if (!unpublish(domain))
		return VIMO_AGAIN;
	free_parts(domain);
	return VIMO_OK;
}
