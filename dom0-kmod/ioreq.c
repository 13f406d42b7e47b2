// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioreq.c - hand a guest's trapped accesses to the device model.
 *
 * A slot belongs to the process that took it (its file table, as with POSIX
 * locks) until it is finished. A process that exits gives its slots back, and
 * the next device model gets the same requests.
 *
 * The slots lie in a page that the device model can write: the module reads the
 * state word once and nothing else; EL2 checks the answer.
 */
#include "ioreq.h"
#include "hypercall.h"
#include "status.h"

#include <linux/io.h>
#include <linux/nospec.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>

static void ioreq_fire(struct event *event)
{
	struct ioreq *ioreq = container_of(event, struct ioreq, event);

	wake_up_interruptible_poll(&ioreq->wait, EPOLLIN | EPOLLRDNORM);
}

int vimo_ioreq_init(struct domain *domain)
{
	struct ioreq *ioreq = &domain->ioreq;
	struct hypercall_result page;
	int err;

	ioreq->event.fire = ioreq_fire;
	err = vimo_errno(vimo_hypercall(VIMO_HC_DOMAIN_PAGE, domain->id, VIMO_PAGE_IOREQ, 0, 0, 0, &page));
	if (err)
		return err;
	domain->ioreq_pa = page.x1;
	ioreq->page = memremap(page.x1, sizeof(*ioreq->page), MEMREMAP_WB);
	return ioreq->page ? 0 : -ENOMEM;
}

static enum vimo_ioreq_state ioreq_state(struct ioreq *ioreq, u32 vcpu)
{
	return smp_load_acquire(&ioreq->page->slot[vcpu].state);
}

/* Answers that the last owner wrote but did not announce. */
void vimo_ioreq_recover(struct domain *domain)
{
	u32 vcpu;

	for (vcpu = 0; vcpu < domain->vcpus; vcpu++) {
		if (ioreq_state(&domain->ioreq, vcpu) == VIMO_IOREQ_DONE)
			hc_ioreq_done(domain->id, vcpu);
	}
}

void vimo_ioreq_exit(struct domain *domain)
{
	struct ioreq *ioreq = &domain->ioreq;
	struct vimo_ioreq_page *page;

	spin_lock(&ioreq->lock);
	page = ioreq->page;
	ioreq->page = NULL;
	spin_unlock(&ioreq->lock);
	if (page)
		memunmap(page);
}

/* The next waiting slot from ioreq->next on, or VIMO_IOREQ_NONE. */
static u32 ioreq_find_locked(struct domain *domain)
{
	struct ioreq *ioreq = &domain->ioreq;
	u32 i, vcpu = ioreq->next;

	lockdep_assert_held(&ioreq->lock);
	for (i = 0; i < domain->vcpus && ioreq->page; i++) {
		if (!ioreq->owner[vcpu] && ioreq_state(ioreq, vcpu) == VIMO_IOREQ_PENDING)
			return vcpu;
		if (++vcpu == domain->vcpus)
			vcpu = 0;
	}
	return VIMO_IOREQ_NONE;
}

bool vimo_ioreq_waits(struct domain *domain)
{
	bool waits;

	spin_lock(&domain->ioreq.lock);
	waits = ioreq_find_locked(domain) != VIMO_IOREQ_NONE;
	spin_unlock(&domain->ioreq.lock);
	return waits;
}

static bool ioreq_take(struct domain *domain, u32 *vcpu)
{
	struct ioreq *ioreq = &domain->ioreq;
	bool more = false;

	spin_lock(&ioreq->lock);
	*vcpu = ioreq_find_locked(domain);
	if (*vcpu != VIMO_IOREQ_NONE) {
		ioreq->owner[*vcpu] = current->files;
		ioreq->next = *vcpu + 1 == domain->vcpus ? 0 : *vcpu + 1;
		more = domain->vcpus > 1 && ioreq_find_locked(domain) != VIMO_IOREQ_NONE;
	}
	spin_unlock(&ioreq->lock);
	if (more) /* one event may stand for both */
		wake_up_interruptible_poll(&ioreq->wait, EPOLLIN | EPOLLRDNORM);
	return *vcpu != VIMO_IOREQ_NONE;
}

/* The slot first, then EL2: the guest's next request can come before the hypercall returns. */
static int ioreq_finish(struct domain *domain, u32 vcpu)
{
	struct ioreq *ioreq = &domain->ioreq;
	bool owned = false;
	int err;

	if (vcpu >= domain->vcpus)
		return -EINVAL;
	vcpu = array_index_nospec(vcpu, domain->vcpus);
	err = vimo_domain_enter(domain);
	if (err)
		return err;
	spin_lock(&ioreq->lock);
	if (ioreq->owner[vcpu] == current->files) {
		ioreq->owner[vcpu] = NULL;
		owned = true;
	}
	spin_unlock(&ioreq->lock);
	err = owned ? vimo_errno(hc_ioreq_done(domain->id, vcpu)) : -EINVAL;
	up_read(&domain->sem);
	return err;
}

static bool ioreq_state_news(struct domain *domain)
{
	return atomic_read(&domain->state_changes) != smp_load_acquire(&domain->state_seen) ||
	       READ_ONCE(domain->stopped);
}

static bool ioreq_ended(struct domain *domain)
{
	bool ended = true; /* as is a domain that is going */

	if (!ioreq_state_news(domain))
		return false;
	if (!vimo_domain_enter(domain)) {
		ended = vimo_domain_stopped(domain);
		up_read(&domain->sem);
	}
	return ended;
}

static int ioreq_wait(struct domain *domain, u32 *vcpu)
{
	bool took = false;
	int err;

	do {
		err = wait_event_interruptible_exclusive(domain->ioreq.wait,
							 (took = ioreq_take(domain, vcpu)) || ioreq_state_news(domain));
		if (err || took)
			return err;
	} while (!ioreq_ended(domain));
	return -ESTALE;
}

/**
 * vimo_ioreq_serve() - finish one request, wait for the next.
 * @domain: whose requests
 * @args: from user space, unchecked; see ioctl.h
 *
 * args->done becomes VIMO_IOREQ_NONE once that part is done, so that a call
 * interrupted by a signal can be made again as it stands.
 *
 * Return: 0 with args->vcpu; -EAGAIN (NOWAIT without a request), -ERESTARTSYS,
 * -ESTALE when the guest has stopped and no request is left, or for args->done:
 * -EINVAL when the caller did not take that slot or did not set it DONE.
 */
int vimo_ioreq_serve(struct domain *domain, struct vimo_ioc_ioreq *args)
{
	int err;

	if (args->flags & ~VIMO_IOREQ_NOWAIT || args->reserved)
		return -EINVAL;
	if (args->done != VIMO_IOREQ_NONE) {
		err = ioreq_finish(domain, args->done);
		if (err)
			return err;
		args->done = VIMO_IOREQ_NONE;
	}
	if (!(args->flags & VIMO_IOREQ_NOWAIT))
		return ioreq_wait(domain, &args->vcpu);
	if (ioreq_take(domain, &args->vcpu))
		return 0;
	return ioreq_ended(domain) ? -ESTALE : -EAGAIN;
}

/**
 * vimo_ioreq_abandon() - give back the slots of a process that closed its
 * descriptor, or exited.
 * @domain: whose requests
 * @owner: file table of the process
 */
void vimo_ioreq_abandon(struct domain *domain, fl_owner_t owner)
{
	struct ioreq *ioreq = &domain->ioreq;
	bool gave = false;
	u32 vcpu;

	if (vimo_domain_enter(domain))
		return;
	for (vcpu = 0; vcpu < domain->vcpus; vcpu++) {
		bool answered = false;

		spin_lock(&ioreq->lock);
		if (ioreq->owner[vcpu] && ioreq->owner[vcpu] == owner) {
			ioreq->owner[vcpu] = NULL;
			gave = true;
			answered = ioreq->page && ioreq_state(ioreq, vcpu) == VIMO_IOREQ_DONE;
		}
		spin_unlock(&ioreq->lock);
		if (answered)
			hc_ioreq_done(domain->id, vcpu);
	}
	up_read(&domain->sem);
	if (gave)
		wake_up_interruptible_poll(&ioreq->wait, EPOLLIN | EPOLLRDNORM);
}
