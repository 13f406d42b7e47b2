// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domain_calls.c - life of domains. x[1] is the domain, looked up already.
 */
#include "hypercall/hypercall.h"
#include "guest/domain_life.h"
#include "hw/timer.h"

enum vimo_status hc_domain_create(UNUSED struct vcpu *vcpu, uint64_t *x)
{
	struct domain *domain;
	enum vimo_status status;

	if (x[1] > DOMAIN_MAX_VCPUS || x[2] > UINT32_MAX)
		return VIMO_INVALID;
	status = domain_create((unsigned int)x[1], (uint32_t)x[2], &domain);
	if (status)
		return status;
	x[1] = domain->id;
	domain_put(domain);
	return VIMO_OK;
}

enum vimo_status hc_domain_next(UNUSED struct vcpu *vcpu, uint64_t *x)
{
	struct domain *domain = domain_next(x[1]);

	if (!domain)
		return VIMO_NOT_FOUND;
	x[1] = domain->id;
	domain_put(domain);
	return VIMO_OK;
}

enum vimo_status hc_domain_destroy(struct domain *domain, UNUSED uint64_t *x)
{
	return domain_destroy(domain);
}

/* domain_shutdown() changes the three together. */
static void info_state(struct domain *domain, uint64_t *x)
{
	spin_lock(&domain->lock);
	x[1] = domain->state;
	x[2] = domain->reason;
	x[3] = domain->reason_detail;
	spin_unlock(&domain->lock);
}

/* Sums over the vCPUs. */
static void info_vcpus(const struct domain *domain, uint64_t kind, uint64_t *x)
{
	x[1] = x[2] = x[3] = 0;
	for (unsigned int i = 0; i < domain->vcpu_count; i++) {
		const struct vcpu *vcpu = domain->vcpus[i];
		const uint64_t values[][3] = {
			[VIMO_DOMAIN_INFO_TIME] = { vcpu->cpu_time, vcpu->state != VCPU_OFF, 0 },
			[VIMO_DOMAIN_INFO_COUNTS] = { vcpu->exits, vcpu->injected, vcpu->switches },
			[VIMO_DOMAIN_INFO_EXITS] = { vcpu->waits, vcpu->interrupts, 0 },
		};

		for (unsigned int n = 0; n < 3; n++)
			x[n + 1] += values[kind][n];
	}
	if (kind == VIMO_DOMAIN_INFO_TIME)
		x[1] = counter_to_ns(x[1]);
}

enum vimo_status hc_domain_info(struct domain *domain, uint64_t *x)
{
	switch (x[2]) {
	case VIMO_DOMAIN_INFO_STATE: info_state(domain, x); return VIMO_OK;
	case VIMO_DOMAIN_INFO_SIZE:
		x[1] = domain->vcpu_count;
		x[2] = domain->pages;
		x[3] = domain->granted;
		return VIMO_OK;
	case VIMO_DOMAIN_INFO_TIME:
	case VIMO_DOMAIN_INFO_COUNTS:
	case VIMO_DOMAIN_INFO_EXITS: info_vcpus(domain, x[2], x); return VIMO_OK;
	default: return VIMO_INVALID;
	}
}

static enum vimo_status (*const operations[])(struct domain *domain) = {
	[VIMO_OP_START] = domain_start, [VIMO_OP_PAUSE] = domain_pause, [VIMO_OP_UNPAUSE] = domain_unpause,
	[VIMO_OP_KILL] = domain_kill,   [VIMO_OP_PANIC] = domain_panic,
};

enum vimo_status hc_domain_control(struct domain *domain, uint64_t *x)
{
	return x[2] < ARRAY_SIZE(operations) ? operations[x[2]](domain) : VIMO_INVALID;
}

enum vimo_status hc_vcpu_entry(struct domain *domain, uint64_t *x)
{
	enum vimo_status status = VIMO_STATE;

	if (x[2] >= domain->vcpu_count)
		return VIMO_NOT_FOUND;
	if (x[3] & 3)
		return VIMO_INVALID;
	spin_lock(&domain->lock);
	if (domain->state == VIMO_DOMAIN_BUILDING) {
		vcpu_reset(domain->vcpus[x[2]], x[3], x[4]);
		status = VIMO_OK;
	}
	spin_unlock(&domain->lock);
	return status;
}
