/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-3-Clause */
/*
 * event.h - events, by which EL2 notifies dom0.
 *
 * dom0 owns the numbers: it binds a source to an event number (1..4095; 0 is
 * "none") and to the dom0 vCPU that serves it. When the source fires, EL2
 * sets the bit in that vCPU's page, then the word's bit in summary, and
 * raises VIMO_EVENT_INTID there if summary's bit was clear. dom0 exchanges
 * summary with 0 first, then each word whose bit was set in summary.
 */
#ifndef VIMO_EVENT_H
#define VIMO_EVENT_H

#include "abi.h"

#define VIMO_EVENT_COUNT 4096u
#define VIMO_EVENT_INTID 31u /* a PPI, edge triggered; named in /hypervisor too */
#define VIMO_EVENT_PORTS 32u /* a domU's own ports, VIMO_HC_EVENT_SEND */

struct vimo_event_page {
	uint64_t summary; /* bit n: pending[n] may be non-zero */
	uint64_t reserved[63];
	uint64_t pending[VIMO_EVENT_COUNT / 64];
	uint64_t reserved2[384];
};

enum vimo_event_source {
	VIMO_EVENT_IOREQ = 0,   /* index: vCPU; a request became PENDING */
	VIMO_EVENT_STATE = 1,   /* index 0; the domain's state changed */
	VIMO_EVENT_CONSOLE = 2, /* index 0; the PL011 ring has output or room for input */
	VIMO_EVENT_PORT = 3,    /* index: port; the domU called EVENT_SEND */
	VIMO_EVENT_SOURCES
};

static_assert(sizeof(struct vimo_event_page) == 4096, "see docs/abi.md");

#endif
