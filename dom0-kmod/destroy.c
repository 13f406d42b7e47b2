// SPDX-License-Identifier: GPL-2.0-only
/*
 * destroy.c - the end of a domain: at once if its memory is not in use, else as
 * soon as the last user lets it go.
 */
#include "destroy.h"
#include "device.h"
#include "eventfd.h"
#include "hypercall.h"
#include "ioreq.h"
#include "memory.h"
#include "shared_page.h"
#include "signal.h"
#include "status.h"

#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#define REAPER_FIRST msecs_to_jiffies(20)
#define REAPER_LAST msecs_to_jiffies(1000)

/*
 * After this no vCPU runs, and nothing new is mapped, bound or waited for. Bindings of user space and mappings of
 * shared pages are dropped, so that the domain depends on mappings of RAM and DMA only.
 */
static void domain_begin_destroy(struct domain *domain)
{
	int status;

	down_write(&domain->sem);
	if (domain->phase != DOMAIN_ALIVE) {
		up_write(&domain->sem);
		return;
	}
	status = hc_domain_control(domain->id, VIMO_OP_KILL);
	if (status != VIMO_OK && status != VIMO_STATE)
		pr_warn("vimo: domain %u cannot be killed: error %d\n", domain->id, vimo_errno(status));
	domain->phase = DOMAIN_DYING;
	WRITE_ONCE(domain->stopped, true);
	vimo_calls_remove_locked(domain);
	vimo_devices_release_locked(domain);
	vimo_signal_bind(&domain->console, NULL);
	vimo_domain_release_events(domain);
	up_write(&domain->sem);
	vimo_shared_pages_unmap(domain);
	wake_up_interruptible_all(&domain->ioreq.wait);
}

/* Give the memory back to EL2, piece by piece. A second attempt goes on where the first stopped. */
static int domain_finish_destroy(struct domain *domain)
{
	int err = vimo_memory_revoke(domain);

	if (err)
		return err;
	vimo_ioreq_exit(domain);
	do {
		cond_resched();
		if (fatal_signal_pending(current))
			return -EBUSY;
		err = vimo_domain_step_destroy(domain);
	} while (err == -EAGAIN);
	if (!err)
		vimo_devices_free(domain);
	return err;
}

static int domain_destroy_locked(struct domain *domain)
{
	int err;

	lockdep_assert_held(&domain->destroying);
	domain_begin_destroy(domain);
	if (domain->phase == DOMAIN_GONE)
		return -ENOENT;
	if (atomic_read(&domain->mappings) || vimo_memory_referenced(domain) || vimo_shared_pages_referenced(domain))
		return -EBUSY;
	err = domain_finish_destroy(domain);
	return err == -ENOENT ? -EIO : err; /* ENOENT means GONE, and only that */
}

/* Under the lock: once a domain is GONE its reaper is never queued again. */
static void domain_queue_reaper_locked(struct domain *domain, unsigned long delay)
{
	lockdep_assert_held(&domain->destroying);
	domain->reaper_delay = delay;
	kref_get(&domain->kref);
	if (!queue_delayed_work(vimo_workqueue, &domain->reaper, delay))
		vimo_domain_put(domain); /* it is queued already */
}

/**
 * vimo_domain_destroy() - stop a domain and free all it has.
 * @domain: in any phase
 *
 * Return: 0; -ENOENT when another caller was faster; -EBUSY while memory is
 * mapped or under DMA, or another error of EL2: then the reaper goes on.
 */
int vimo_domain_destroy(struct domain *domain)
{
	int err;

	mutex_lock(&domain->destroying);
	err = domain_destroy_locked(domain);
	if (err && err != -ENOENT)
		domain_queue_reaper_locked(domain, REAPER_FIRST);
	else if (cancel_delayed_work(&domain->reaper))
		vimo_domain_put(domain);
	mutex_unlock(&domain->destroying);
	return err;
}

void vimo_domain_reaper(struct work_struct *work)
{
	struct domain *domain = container_of(to_delayed_work(work), struct domain, reaper);
	int err;

	mutex_lock(&domain->destroying);
	err = domain_destroy_locked(domain);
	if (err && err != -ENOENT) {
		if (err != -EBUSY && domain->reaper_delay >= REAPER_LAST)
			pr_warn_ratelimited("vimo: domain %u cannot be destroyed: error %d\n", domain->id, err);
		domain_queue_reaper_locked(domain, min(domain->reaper_delay * 2, REAPER_LAST));
	}
	mutex_unlock(&domain->destroying);
	vimo_domain_put(domain);
}
