// SPDX-License-Identifier: GPL-2.0-only
/*
 * domain.c - a domain as an object, and the table of them: list, find, take out.
 *
 * Owner of the table and of the module's workqueue. Locks: domain.h.
 */
#include "domain.h"
#include "hypercall.h"
#include "status.h"

#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/slab.h>

static DEFINE_MUTEX(domains_lock);
static struct domain *domains[VIMO_DOMAIN_MAX];
static unsigned int domain_count;

struct workqueue_struct *vimo_workqueue;

int vimo_domains_init(void)
{
	vimo_workqueue = alloc_workqueue("vimo", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	return vimo_workqueue ? 0 : -ENOMEM;
}

void vimo_domains_exit(void)
{
	destroy_workqueue(vimo_workqueue);
	rcu_barrier(); /* domain_free */
}

static void domain_free(struct rcu_head *rcu)
{
	struct domain *domain = container_of(rcu, struct domain, rcu);

	kvfree(domain->extents);
	kfree(domain);
}

static void domain_last_put(struct kref *kref)
{
	struct domain *domain = container_of(kref, struct domain, kref);

	call_rcu(&domain->rcu, domain_free); /* an event handler may still read it */
}

void vimo_domain_put(struct domain *domain)
{
	kref_put(&domain->kref, domain_last_put);
}

struct domain *vimo_domain_get(u32 id)
{
	struct domain *domain = NULL;

	mutex_lock(&domains_lock);
	if (id < VIMO_DOMAIN_MAX)
		domain = domains[array_index_nospec(id, VIMO_DOMAIN_MAX)];
	if (domain)
		kref_get(&domain->kref);
	mutex_unlock(&domains_lock);
	return domain;
}

bool vimo_domain_next(u32 *id)
{
	bool found = false;
	u32 next;

	if (*id >= VIMO_DOMAIN_MAX)
		return false;
	mutex_lock(&domains_lock);
	for (next = *id + 1; next < VIMO_DOMAIN_MAX && !found; next++) {
		if (domains[next]) {
			*id = next;
			found = true;
		}
	}
	mutex_unlock(&domains_lock);
	return found;
}

unsigned int vimo_domain_count(void)
{
	return READ_ONCE(domain_count);
}

static int domain_enter_check(struct domain *domain)
{
	if (likely(domain->phase == DOMAIN_ALIVE))
		return 0;
	return domain->phase == DOMAIN_GONE ? -ENOENT : -ESTALE;
}

int vimo_domain_enter(struct domain *domain)
{
	int err;

	down_read(&domain->sem);
	err = domain_enter_check(domain);
	if (err)
		up_read(&domain->sem);
	return err;
}

int vimo_domain_enter_write(struct domain *domain)
{
	int err;

	down_write(&domain->sem);
	err = domain_enter_check(domain);
	if (err)
		up_write(&domain->sem);
	return err;
}

static void domain_state_fire(struct event *event)
{
	struct domain *domain = container_of(event, struct domain, state_event);

	atomic_inc(&domain->state_changes);
	wake_up_interruptible_all(&domain->ioreq.wait);
}

/**
 * vimo_domain_stopped() - whether the guest has ended.
 * @domain: held by its sem
 *
 * Asks EL2 only when the state has changed since the last look. Caller holds
 * domain->sem.
 */
bool vimo_domain_stopped(struct domain *domain)
{
	int changes = atomic_read_acquire(&domain->state_changes);
	struct hypercall_result state;

	if (likely(changes == smp_load_acquire(&domain->state_seen)))
		return READ_ONCE(domain->stopped);
	if (hc_domain_info(domain->id, VIMO_DOMAIN_INFO_STATE, &state) == VIMO_OK &&
	    (state.x1 == VIMO_DOMAIN_SHUTDOWN || state.x1 == VIMO_DOMAIN_DYING))
		WRITE_ONCE(domain->stopped, true);
	smp_store_release(&domain->state_seen, changes); /* after stopped */
	return READ_ONCE(domain->stopped);
}

void vimo_domain_release_events(struct domain *domain)
{
	if (!domain->first_event)
		return;
	vimo_event_release(domain->first_event, DOMAIN_EVENTS);
	vimo_event_cpu_put(domain->cpu);
	domain->first_event = 0;
}

struct domain *vimo_domain_alloc(u32 vcpus)
{
	struct domain *domain = kzalloc(sizeof(*domain), GFP_KERNEL_ACCOUNT);

	if (!domain)
		return NULL;
	kref_init(&domain->kref);
	domain->vcpus = vcpus;
	mutex_init(&domain->destroying);
	init_rwsem(&domain->sem);
	address_space_init_once(&domain->mapping);
	domain->mapping.a_ops = &empty_aops;
	INIT_LIST_HEAD(&domain->devices);
	INIT_LIST_HEAD(&domain->calls);
	spin_lock_init(&domain->ioreq.lock);
	init_waitqueue_head(&domain->ioreq.wait);
	vimo_signal_init(&domain->console);
	domain->state_event.fire = domain_state_fire;
	atomic_set(&domain->state_changes, 1); /* look once */
	return domain;
}

/* From here on the domain is listed, destroyed only by DESTROY, and pins the module. */
static void domain_publish_locked(struct domain *domain)
{
	lockdep_assert_held(&domains_lock);
	kref_get(&domain->kref);
	__module_get(THIS_MODULE);
	domains[domain->id] = domain;
	WRITE_ONCE(domain_count, domain_count + 1);
}

/**
 * vimo_domain_list_new() - have EL2 make a domain, and list it.
 * @domain: with its number of vCPUs; no other thread sees it
 * @weight: for the scheduler, 0 for its default
 *
 * Return: 0, or the error of EL2; then the domain is as it was.
 */
int vimo_domain_list_new(struct domain *domain, u32 weight)
{
	struct hypercall_result created;
	int err;

	mutex_lock(&domains_lock); /* an old domain may still be listed under the id */
	err = vimo_errno(vimo_hypercall(VIMO_HC_DOMAIN_CREATE, domain->vcpus, weight, 0, 0, 0, &created));
	if (!err && (!created.x1 || created.x1 >= VIMO_DOMAIN_MAX || domains[created.x1])) {
		pr_err("vimo: the hypervisor made domain %llu, which is in use or not an id\n", created.x1);
		err = -EIO;
	}
	if (!err) {
		domain->id = created.x1;
		domain_publish_locked(domain);
	}
	mutex_unlock(&domains_lock);
	return err;
}

void vimo_domain_list_adopted(struct domain *domain, u32 id)
{
	domain->id = id;
	domain->adopted = true;
	mutex_lock(&domains_lock);
	domain_publish_locked(domain);
	mutex_unlock(&domains_lock);
}

/**
 * vimo_domain_step_destroy() - one bounded step of EL2's DESTROY; forget the
 * domain when it was the last.
 * @domain: killed, its memory revoked
 *
 * Return: 0 when the domain is GONE, -EAGAIN or another error of EL2.
 */
int vimo_domain_step_destroy(struct domain *domain)
{
	int err;

	mutex_lock(&domains_lock); /* the id can come back with CREATE at once */
	down_write(&domain->sem);
	err = vimo_errno(vimo_hypercall(VIMO_HC_DOMAIN_DESTROY, domain->id, 0, 0, 0, 0, NULL));
	if (!err || err == -ENOENT) {
		err = 0;
		domain->phase = DOMAIN_GONE;
		domains[domain->id] = NULL;
		WRITE_ONCE(domain_count, domain_count - 1);
	}
	up_write(&domain->sem);
	mutex_unlock(&domains_lock);
	if (!err) {
		vimo_domain_put(domain);
		module_put(THIS_MODULE);
	}
	return err;
}
