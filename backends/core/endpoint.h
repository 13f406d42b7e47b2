/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * endpoint.h - a VirtIO device's place in the domain: address, registers' page,
 * doorbell and interrupts as eventfds in the event loop.
 */
#ifndef CORE_ENDPOINT_H
#define CORE_ENDPOINT_H

#include "core/ioreq.h"
#include "core/transport.h"
#include "error.h"

#include <uv.h>

struct endpoint {
	struct virtio_device device;
	uint64_t ipa;
	int kick, used, config; /* eventfds */
	uv_poll_t poll;
	bool (*work)(void *context); /* after a doorbell; true: call again, after the other events */
	void *context;
};

/** What endpoints of one guest share. */
struct endpoint_host {
	int domain;
	uv_loop_t *loop;
	const struct guest_memory *memory;
	struct ioreq *ioreq;
};

/**
 * endpoint_add() - put the device of @model into virtio-mmio @slot, or take it over there.
 * The caller has set work and context. Return: 0 or -1.
 */
int endpoint_add(struct endpoint *endpoint, const struct endpoint_host *host, unsigned int slot,
		 const struct virtio_model *model, struct transport_state *state, struct error *err);
/** endpoint_run() - do its work now. Context: event loop. */
void endpoint_run(void *endpoint);
/** endpoint_close() - no more events. */
void endpoint_close(struct endpoint *endpoint);

#endif
