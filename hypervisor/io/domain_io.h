/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * domain_io.h - the state that a domain shares with dom0, and of the devices
 * that EL2 emulates for it.
 */
#ifndef IO_DOMAIN_IO_H
#define IO_DOMAIN_IO_H

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

/* To another domain's interrupt; a port to dom0 is a port_event. */
struct io_port {
	uint64_t serial; /* of that domain, whose id may be given out again; 0: not connected */
	uint16_t domain;
	uint32_t intid;
};

struct pl011 {
	/* EL2's ends of the rings. They are kept here because dom0 can write the page. */
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

#endif
