// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domain_life.c - domains from create to destroy. Lock: domain.
 */
#include "guest/domain_life.h"
#include <vimo/guest_map.h>
#include "cpu/cache.h"
#include "guest/domain_memory.h"
#include "guest/runqueue.h"
#include "guest/sched_wake.h"
#include "guest/vgic_setup.h"
#include "hw/timer.h"
#include "mem/heap.h"
#include "mem/stage2_change.h"

#define DOMAIN_PAGES (ALIGN_UP(sizeof(struct domain), PAGE_SIZE) / PAGE_SIZE)

static enum vimo_status make_vcpu(struct domain *domain, unsigned int id)
{
	struct vcpu *vcpu = vcpu_create(domain, id);

	if (!vcpu)
		return VIMO_NO_MEMORY;
	vgic_vcpu_init(vcpu);
	domain->vcpus[id] = vcpu;
	runqueue_place(vcpu);
	return VIMO_OK;
}

static void free_vcpu(struct domain *domain, unsigned int id)
{
	struct vcpu *vcpu = domain->vcpus[id];

	runqueue_forget(vcpu);
	domain->vcpus[id] = NULL;
	vcpu_free(vcpu);
}

static void free_parts(struct domain *domain)
{
	if (domain->io)
		domain_hooks.destroyed(domain);
	for (unsigned int i = 0; i < domain->vcpu_count; i++)
		if (domain->vcpus[i])
			free_vcpu(domain, i);
	vgic_destroy(domain);
	stage2_destroy(&domain->stage2);
	/* Last: the id is the VMID, whose TLB entries have gone by now. */
	domain_release_id(domain);
	heap_free(domain, DOMAIN_PAGES);
}

/* Not in the table yet: no other CPU sees the half-made domain. The caller gets its first reference. */
static enum vimo_status make(unsigned int vcpus, uint32_t weight, unsigned int first_id, unsigned int spis,
			     struct domain **out)
{
	struct domain *domain;
	enum vimo_status status;

	domain = heap_alloc(DOMAIN_PAGES, 1);
	if (!domain)
		return VIMO_NO_MEMORY;
	domain->state = VIMO_DOMAIN_BUILDING;
	domain->vcpu_count = vcpus;
	domain->references = 1;
	if (!domain_take_id(domain, first_id)) {
		heap_free(domain, DOMAIN_PAGES);
		return VIMO_LIMIT;
	}
	status = stage2_init(&domain->stage2, domain->id);
	if (!status)
		status = vgic_init(domain, spis);
	for (unsigned int i = 0; !status && i < vcpus; i++) {
		status = make_vcpu(domain, i);
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
	static const struct vgic_frames frames = { { VIMO_GUEST_GICD_BASE },
						   { VIMO_GUEST_GICR_BASE },
						   { VIMO_GUEST_GICC_BASE } };
	enum vimo_status status = vgic_add_regions(domain, &frames);

	if (!status && gic_info.version == 2)
		status = stage2_map(&domain->stage2, IPA(VIMO_GUEST_GICC_BASE), gic_info.gicv, PAGE_SIZE,
				    STAGE2_R | STAGE2_W | STAGE2_DEVICE);
	return status ? status : domain_hooks.created(domain);
}

enum vimo_status domain_create(unsigned int vcpus, uint32_t weight, struct domain **out)
{
	struct domain *domain;
	enum vimo_status status;

	if (weight > 65536 || !vcpus || vcpus > DOMAIN_MAX_VCPUS)
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
	domain_publish(domain);
	*out = domain;
	return VIMO_OK;
}

enum vimo_status domain_create_dom0(unsigned int vcpus, struct domain **out)
{
	enum vimo_status status = make(vcpus, 0, VIMO_DOM0, gic_info.irq_count - 32, out);

	if (status)
		return status;
	(*out)->state = VIMO_DOMAIN_RUNNING;
	domain_publish(*out);
	return VIMO_OK;
}

static void each_vcpu(struct domain *domain, void (*act)(struct vcpu *vcpu))
{
	for (unsigned int i = 0; i < domain->vcpu_count; i++)
		act(domain->vcpus[i]);
}

static void start_first(struct vcpu *vcpu)
{
	if (vcpu->id == 0)
		sched_start(vcpu);
}

bool domain_is_running(const struct domain *domain)
{
	for (unsigned int i = 0; i < domain->vcpu_count; i++)
		if (vcpu_is_running(domain->vcpus[i]))
			return true;
	return false;
}

/* Leave one of the states in from (bits); act is done to each vCPU with the change, so that two changes never mix. */
static enum vimo_status change_state(struct domain *domain, unsigned int from, enum vimo_domain_state to,
				     void (*act)(struct vcpu *vcpu))
{
	enum vimo_status status = VIMO_STATE;

	spin_lock(&domain->lock);
	if (domain != dom0 && from & BIT(domain->state)) {
		domain->state = to;
		if (act)
			each_vcpu(domain, act);
		status = VIMO_OK;
	}
	spin_unlock(&domain->lock);
	return status;
}

/*
 * Its CPUs were kicked and are at most one exit away. The wait ends, too, when another caller lets the domain run
 * again.
 */
static void wait_until_stopped(const struct domain *domain)
{
	while (__atomic_load_n(&domain->state, __ATOMIC_RELAXED) != VIMO_DOMAIN_RUNNING && domain_is_running(domain))
		;
}

enum vimo_status domain_start(struct domain *domain)
{
	/* The pages were another's: no CPU may still hold its instructions (Arm ARM D7.5.9). */
	icache_flush();
	return change_state(domain, BIT(VIMO_DOMAIN_BUILDING), VIMO_DOMAIN_RUNNING, start_first);
}

enum vimo_status domain_pause(struct domain *domain)
{
	enum vimo_status status = change_state(domain, BIT(VIMO_DOMAIN_RUNNING), VIMO_DOMAIN_PAUSED, sched_stop);

	if (status)
		return status;
	wait_until_stopped(domain);
	domain_hooks.state_changed(domain);
	return VIMO_OK;
}

enum vimo_status domain_unpause(struct domain *domain)
{
	enum vimo_status status = change_state(domain, BIT(VIMO_DOMAIN_PAUSED), VIMO_DOMAIN_RUNNING, sched_resume);

	if (!status)
		domain_hooks.state_changed(domain);
	return status;
}

void domain_shutdown(struct domain *domain, enum vimo_stop_reason reason, uint64_t detail)
{
	bool changed;

	/* dom0 cannot be stopped without the machine. */
	if (domain == dom0)
		return;
	spin_lock(&domain->lock);
	changed = domain->state < VIMO_DOMAIN_SHUTDOWN;
	if (changed) {
		domain->reason = reason;
		domain->reason_detail = detail;
		domain->state = VIMO_DOMAIN_SHUTDOWN;
		each_vcpu(domain, sched_stop);
	}
	spin_unlock(&domain->lock);
	if (changed)
		domain_hooks.state_changed(domain);
}

static enum vimo_status stop(struct domain *domain, enum vimo_stop_reason reason)
{
	if (domain == dom0)
		return VIMO_DENIED;
	if (domain->state == VIMO_DOMAIN_DYING)
		return VIMO_STATE;
	domain_shutdown(domain, reason, 0);
	wait_until_stopped(domain);
	return VIMO_OK;
}

enum vimo_status domain_kill(struct domain *domain)
{
	return stop(domain, VIMO_STOP_KILLED);
}

enum vimo_status domain_panic(struct domain *domain)
{
	return stop(domain, VIMO_STOP_PANIC);
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
	if (!domain_unpublish(domain))
		return VIMO_AGAIN;
	free_parts(domain);
	return VIMO_OK;
}
