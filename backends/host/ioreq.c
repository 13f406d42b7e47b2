// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ioreq.c - take a request, answer it, and wait for the next one in the same call.
 */
#include "host/ioreq.h"

#include "host/map.h"
#include "log.h"

#include <vimo/ioctl.h>

#include <errno.h>
#include <string.h>

bool ioreq_add(struct ioreq *ioreq, const struct ioreq_range *range)
{
	if (ioreq->ranges == IOREQ_RANGES)
		return false;
	ioreq->range[ioreq->ranges++] = *range;
	return true;
}

uint64_t ioreq_answer(struct ioreq *ioreq, const struct vimo_ioreq *request)
{
	for (unsigned int i = 0; i < ioreq->ranges; i++) {
		const struct ioreq_range *range = &ioreq->range[i];

		if (request->ipa >= range->ipa && request->ipa - range->ipa < VIMO_PAGE_SIZE)
			return range->access(range->context, request->ipa - range->ipa, request->width,
					     request->is_write, request->data);
	}
	ioreq->unknown++;
	return 0;
}

static void answer_slot(struct ioreq *ioreq, uint32_t vcpu)
{
	struct vimo_ioreq *slot = &ioreq->page->slot[vcpu];
	struct vimo_ioreq request;
	uint64_t data;

	if (__atomic_load_n(&slot->state, __ATOMIC_ACQUIRE) != VIMO_IOREQ_PENDING)
		return;
	request = *slot;
	data = ioreq_answer(ioreq, &request);
	if (!request.is_write)
		slot->data = data;
	__atomic_store_n(&slot->state, VIMO_IOREQ_DONE, __ATOMIC_RELEASE);
}

static void *serve(void *argument)
{
	struct ioreq *ioreq = argument;
	struct vimo_ioc_ioreq call = { .done = VIMO_IOREQ_NONE };

	for (;;) {
		if (ioctl(ioreq->domain, VIMO_IOC_IOREQ, &call)) {
			if (errno == EINTR)
				continue;
			if (errno != ESTALE && errno != ENOENT)
				log_error("I/O requests: %s: the guest's accesses wait", strerror(errno));
			return NULL;
		}
		if (call.vcpu >= VIMO_VCPU_MAX)
			return NULL;
		answer_slot(ioreq, call.vcpu);
		call.done = call.vcpu;
	}
}

int ioreq_start(struct ioreq *ioreq, int domain, struct error *err)
{
	int status;

	ioreq->domain = domain;
	ioreq->page = map_page(domain, VIMO_MMAP_IOREQ, "request page", err);
	if (!ioreq->page)
		return -1;
	status = pthread_create(&ioreq->thread, NULL, serve, ioreq);
	return status ? error_set(err, ERROR_FAILED, "cannot start the request thread: %s", strerror(status)) : 0;
}
