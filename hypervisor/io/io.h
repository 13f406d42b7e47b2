/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * io.h - what a domain shares with dom0 and what EL2 emulates for it.
 */
#ifndef IO_IO_H
#define IO_IO_H

#include <vimo/device.h>
#include <vimo/event.h>
#include <vimo/ioreq.h>
#include "guest/domain.h"

/* Where an event goes; number 0: nowhere. Changes as one word. */
struct event_binding {
	uint16_t number;
	uint16_t vcpu; /* of dom0 */
} __attribute__((aligned(4)));

struct io_device {
	uint64_t ipa; /* 0: slot free */
	uint8_t *page;
	uint16_t doorbell, clear, status;
	uint32_t intid;
	uint64_t events; /* VIMO_DEVICE_EVENTS; may change under a guest that rings, as one word */
};

/* To another domain's interrupt; what goes to dom0 is a port_event. */
struct io_port {
	uint64_t serial; /* of that domain, whose id may be given out again; 0: not connected */
	uint16_t domain;
	uint32_t intid;
};

struct pl011 {
	/* EL2's ends of the rings. Kept here: dom0 can write the page. */
	uint32_t out_head, in_tail;
	uint16_t ibrd, imsc, ris, cr;
	uint8_t fbrd, lcr_h, ifls, dmacr, ilpr;
	bool line;    /* level last given to the vGIC */
	bool blocked; /* the guest met a full ring */
};

struct domain_io {
	spinlock_t lock; /* devices, ports, bindings, PL011; inside it: vgic */
	struct vimo_ioreq_page *ioreq;
	struct vimo_console_page *console;
	struct event_binding ioreq_event[DOMAIN_MAX_VCPUS], state_event, console_event;
	struct event_binding port_event[VIMO_EVENT_PORTS];
	struct io_port port[VIMO_EVENT_PORTS];
	unsigned int device_count;
	struct io_device device[VIMO_DEVICE_MAX];
	struct pl011 uart;
};

/* Boot: before dom0 is made, and after. The second panics when there is no memory. */
void io_init(void);
void io_share_with_dom0(void);
/* A heap page that dom0 may use too, at IPA = PA; and its undo. */
void *io_shared_page(unsigned int prot);
void io_shared_page_free(void *page);

/* events: io/event.c */
pa_t event_pages(void);
bool event_binding_valid(uint64_t number, uint64_t vcpu);
void event_raise(struct event_binding binding);
void event_raise_soon(struct event_binding binding); /* the vCPU that runs here goes on for a moment */
enum vimo_status event_bind(struct domain *domain, uint64_t source, uint64_t index, struct event_binding binding);
enum vimo_status event_connect(struct domain *domain, uint64_t port, uint64_t target_domain, uint64_t target);
enum vimo_status event_send(struct domain *domain, uint64_t port);
void event_init(void);

/* I/O requests: io/ioreq.c. IOREQ_DONE: VIMO_STATE when nothing was asked or the slot is not DONE. */
enum mmio_result ioreq_send(struct vcpu *vcpu, uint64_t ipa, const struct mmio_access *access);
enum vimo_status ioreq_done(struct domain *domain, uint64_t vcpu);

/* devices: io/device.c */
enum vimo_status device_add(struct domain *domain, uint64_t ipa, uint64_t layout, uint64_t intid, uint64_t events,
			    pa_t *page);
enum vimo_status device_notify(struct domain *domain, uint64_t ipa, uint64_t bits);
void device_free_all(struct domain *domain);

/* PL011: io/pl011.c */
enum vimo_status pl011_create(struct domain *domain);
void pl011_kick(struct domain *domain); /* dom0 wrote input or made room */

#endif
