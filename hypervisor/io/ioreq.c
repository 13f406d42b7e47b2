// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ioreq.c - accesses that the device model in dom0 answers. The page is
 * shared: what stands in it is never trusted, only copied.
 */
#include "io/io.h"
#include "guest/sched.h"

enum mmio_result ioreq_send(struct vcpu *vcpu, uint64_t ipa, const struct mmio_access *access)
{
	struct domain_io *io = vcpu->domain->io;
	struct vimo_ioreq *slot = &io->ioreq->slot[vcpu->id];

	/* Nobody has ever listened: there is nothing at this address. */
	if (!io->ioreq_event[vcpu->id].number)
		return MMIO_ABORT;
	slot->ipa = ipa;
	slot->data = access->write ? access->data : 0;
	slot->width = access->width;
	slot->is_write = access->write;
	vcpu->io.active = true;
	__atomic_store_n(&slot->state, VIMO_IOREQ_PENDING, __ATOMIC_RELEASE);
	event_raise(io->ioreq_event[vcpu->id]);
	return MMIO_WAIT;
}

enum vimo_status ioreq_done(struct domain *domain, uint64_t id)
{
	struct vimo_ioreq *slot;
	struct vcpu *vcpu;

	if (!domain->io || id >= domain->vcpu_count)
		return VIMO_NOT_FOUND;
	vcpu = domain->vcpus[id];
	slot = &domain->io->ioreq->slot[id];
	if (!vcpu->io.active || __atomic_load_n(&slot->state, __ATOMIC_ACQUIRE) != VIMO_IOREQ_DONE)
		return VIMO_STATE;
	slot->state = VIMO_IOREQ_FREE;
	vcpu_io_complete(vcpu, slot->data);
	return VIMO_OK;
}
