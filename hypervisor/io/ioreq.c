// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ioreq.c - accesses that the device model in dom0 answers. The page is shared:
 * EL2 takes the data of the answer from it and trusts nothing else. Lock: the
 * domain's io lock, so that a request is finished once.
 */
#include "io/ioreq.h"
#include "guest/sched_wake.h"
#include "io/event.h"

enum mmio_result ioreq_send(struct vcpu *vcpu, uint64_t ipa, const struct mmio_access *access)
{
	struct domain_io *io = vcpu->domain->io;
	struct vimo_ioreq *slot = &io->ioreq->slot[vcpu->id];

	/* No device model has ever bound the event: the address is empty. */
	if (!io->ioreq_event[vcpu->id].number)
		return MMIO_ABORT;
	spin_lock(&io->lock);
	slot->ipa = ipa;
	slot->data = access->write ? access->data : 0;
	slot->width = access->width;
	slot->is_write = access->write;
	vcpu->io.active = true;
	__atomic_store_n(&slot->state, VIMO_IOREQ_PENDING, __ATOMIC_RELEASE);
	spin_unlock(&io->lock);
	event_raise(io->ioreq_event[vcpu->id]);
	return MMIO_WAIT;
}

/* The access has its answer: write the register, wake the vCPU. Its PC is past the instruction already. */
static void complete(struct vcpu *vcpu, uint64_t data)
{
	if (!vcpu->io.access.write)
		vcpu_loaded(vcpu, data);
	vcpu->io.active = false;
	/* Registers first, then the wake-up that lets another CPU run it. */
	sched_wake(vcpu, WAIT_IO);
}

enum vimo_status ioreq_done(struct domain *domain, uint64_t id)
{
	enum vimo_status status = VIMO_STATE;
	struct vimo_ioreq *slot;
	struct vcpu *vcpu;

	if (!domain->io || id >= domain->vcpu_count)
		return VIMO_NOT_FOUND;
	vcpu = domain->vcpus[id];
	slot = &domain->io->ioreq->slot[id];
	spin_lock(&domain->io->lock);
	if (vcpu->io.active && __atomic_load_n(&slot->state, __ATOMIC_ACQUIRE) == VIMO_IOREQ_DONE) {
		uint64_t data = __atomic_load_n(&slot->data, __ATOMIC_RELAXED);

		__atomic_store_n(&slot->state, VIMO_IOREQ_FREE, __ATOMIC_RELAXED);
		complete(vcpu, data);
		status = VIMO_OK;
	}
	spin_unlock(&domain->io->lock);
	return status;
}
