// SPDX-License-Identifier: GPL-2.0-only
/*
 * create.c - make a domain, or adopt the one that EL2 has.
 */
#include "create.h"
#include "destroy.h"
#include "eventfd.h"
#include "hypercall.h"
#include "ioreq.h"
#include "memory.h"
#include "status.h"

static struct domain *domain_alloc(u32 vcpus)
{
	struct domain *domain = vimo_domain_alloc(vcpus);

	if (!domain)
		return NULL;
	INIT_WORK(&domain->hangup, vimo_calls_hangup);
	INIT_DELAYED_WORK(&domain->reaper, vimo_domain_reaper);
	return domain;
}

static int domain_bind(struct domain *domain, enum vimo_event_source source, u32 index, unsigned int event)
{
	return vimo_errno(vimo_hypercall(VIMO_HC_EVENT_BIND, domain->id, source, index, domain->first_event + event,
					 domain->cpu, NULL));
}

/* All vCPUs share one event: a waiter looks at their few slots in turn. */
static int domain_bind_events(struct domain *domain)
{
	int first = vimo_event_reserve(DOMAIN_EVENTS);
	u32 vcpu;
	int err;

	if (first < 0)
		return first;
	domain->first_event = first;
	domain->cpu = vimo_event_cpu_get();
	vimo_event_publish(first + DOMAIN_EVENT_IOREQ, &domain->ioreq.event);
	vimo_event_publish(first + DOMAIN_EVENT_STATE, &domain->state_event);
	vimo_event_publish(first + DOMAIN_EVENT_CONSOLE, &domain->console.event);

	err = domain_bind(domain, VIMO_EVENT_STATE, 0, DOMAIN_EVENT_STATE);
	if (!err)
		err = domain_bind(domain, VIMO_EVENT_CONSOLE, 0, DOMAIN_EVENT_CONSOLE);
	for (vcpu = 0; vcpu < domain->vcpus && !err; vcpu++)
		err = domain_bind(domain, VIMO_EVENT_IOREQ, vcpu, DOMAIN_EVENT_IOREQ);
	if (err)
		vimo_domain_release_events(domain);
	return err;
}

/* Pages and events, for a new and for an adopted domain. */
static int domain_connect(struct domain *domain)
{
	int err = vimo_ioreq_init(domain);
	struct hypercall_result page;

	if (err)
		return err;
	err = vimo_errno(vimo_hypercall(VIMO_HC_DOMAIN_PAGE, domain->id, VIMO_PAGE_CONSOLE, 0, 0, 0, &page));
	if (err)
		return err;
	domain->console_pa = page.x1;
	return domain_bind_events(domain);
}

/**
 * vimo_domain_create() - make a domain in EL2 and list it.
 * @vcpus:  how many; EL2 knows the limit
 * @weight: for the scheduler, 0 for its default
 *
 * All or nothing.
 *
 * Return: the domain with a reference for the caller, or ERR_PTR.
 */
struct domain *vimo_domain_create(u32 vcpus, u32 weight)
{
	struct domain *domain;
	int err;

	if (!vcpus || vcpus > VIMO_VCPU_MAX)
		return ERR_PTR(-EINVAL);
	domain = domain_alloc(vcpus);
	if (!domain)
		return ERR_PTR(-ENOMEM);

	err = vimo_domain_list_new(domain, weight);
	if (err) {
		vimo_domain_put(domain);
		return ERR_PTR(err);
	}
	down_write(&domain->sem); /* OPEN can find it already */
	err = domain_connect(domain);
	up_write(&domain->sem);
	if (err) {
		vimo_domain_destroy(domain);
		vimo_domain_put(domain);
		return ERR_PTR(err);
	}
	return domain;
}

static int domain_adopt(u32 id)
{
	struct hypercall_result size;
	struct domain *domain;
	int err;

	err = vimo_errno(hc_domain_info(id, VIMO_DOMAIN_INFO_SIZE, &size));
	if (err)
		return err;
	if (!size.x1 || size.x1 > VIMO_VCPU_MAX)
		return -EIO;
	domain = domain_alloc(size.x1);
	if (!domain)
		return -ENOMEM;

	vimo_domain_list_adopted(domain, id);

	down_write(&domain->sem);
	err = vimo_memory_adopt(domain);
	if (!err)
		err = domain_connect(domain);
	if (!err)
		vimo_ioreq_recover(domain);
	up_write(&domain->sem);
	vimo_domain_put(domain);
	return err;
}

/**
 * vimo_domains_adopt() - list the domains that EL2 has when the module loads.
 *
 * EL2 has domains then only if an earlier module was forced out. Their devices
 * come back as device models add them again.
 */
void vimo_domains_adopt(void)
{
	struct hypercall_result next = { .x1 = 0 };

	while (vimo_hypercall(VIMO_HC_DOMAIN_NEXT, next.x1, 0, 0, 0, 0, &next) == VIMO_OK) {
		int err;

		if (!next.x1 || next.x1 >= VIMO_DOMAIN_MAX)
			return;
		err = domain_adopt(next.x1);
		if (err)
			pr_warn("vimo: domain %llu existed before the module and cannot be adopted: error %d; destroy it\n",
				next.x1, err);
		else
			pr_info("vimo: domain %llu existed before the module: adopted\n", next.x1);
	}
}

/*
 * Every listed domain holds the module, so the table is empty, unless loading
 * failed after some domains were adopted.
 */
void vimo_domains_forget(void)
{
	u32 id = 0;

	while (vimo_domain_next(&id)) {
		struct domain *domain = vimo_domain_get(id);

		vimo_domain_release_events(domain);
		vimo_ioreq_exit(domain);
		vimo_domain_put(domain); /* ours */
		vimo_domain_put(domain); /* the table's */
	}
}
