/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-3-Clause */
/*
 * device.h - shared pages of devices: virtio-mmio shadow page, PL011 ring.
 *
 * EL2 does not know VirtIO. A device is one page of guest address space, backed
 * by a page of memory that the guest can only read, and five numbers: offsets of
 * the doorbell, of the write-1-to-clear register and of the status word, the
 * interrupt, and the first event. All other writes become I/O requests.
 */
#ifndef VIMO_DEVICE_H
#define VIMO_DEVICE_H

#include "abi.h"

#define VIMO_DEVICE_MAX 32u
#define VIMO_DEVICE_QUEUES 64u

/* Argument "layout" of DEVICE_ADD: byte offsets into the page, multiples of 4. */
#define VIMO_DEVICE_LAYOUT(doorbell, clear, status) \
	((uint64_t)(doorbell) | (uint64_t)(clear) << 16 | (uint64_t)(status) << 32)
/* Argument "events": first event, number of queues, dom0 vCPU; 32-bit write of
 * value v < queues to the doorbell sets event first + v. DEVICE_ADD of an existing
 * device replaces the word, all three numbers at once. */
#define VIMO_DEVICE_EVENTS(first, queues, vcpu) ((uint64_t)(first) | (uint64_t)(queues) << 16 | (uint64_t)(vcpu) << 32)

/*
 * With the bits of DEVICE_NOTIFY, never in the status word: a sleeping vCPU gets the interrupt when its CPU is free
 * or its turn comes, and does not preempt another vCPU. For events that the guest does not wait for while it has
 * other work: a packet has left, a request of many is done.
 */
#define VIMO_NOTIFY_LATER 0x80000000u

enum vimo_page {
	VIMO_PAGE_IOREQ = 0,   /* struct vimo_ioreq_page */
	VIMO_PAGE_CONSOLE = 1, /* struct vimo_console_page */
	VIMO_PAGE_KINDS
};

#define VIMO_CONSOLE_OUT 3072u
#define VIMO_CONSOLE_IN 512u

/*
 * Rings of the emulated PL011: EL2 produces out and consumes in, dom0 the
 * reverse. An index stays below its ring's size; head == tail means empty, so
 * one byte of each ring stays unused. Writers publish with release, readers
 * acquire. Neither side trusts an index that the other side wrote.
 */
struct vimo_console_page {
	uint32_t out_head; /* next byte that EL2 writes, < VIMO_CONSOLE_OUT */
	uint32_t out_tail; /* next byte that dom0 reads */
	uint32_t in_head;  /* next byte that dom0 writes, < VIMO_CONSOLE_IN */
	uint32_t in_tail;  /* next byte that EL2 reads */
	uint32_t out_lost; /* bytes dropped since the ring was full */
	uint32_t reserved[123];
	uint8_t out[VIMO_CONSOLE_OUT];
	uint8_t in[VIMO_CONSOLE_IN];
};
static_assert(sizeof(struct vimo_console_page) == 4096, "see docs/abi.md");

/* EL2's log: a ring of text. head counts all bytes that were ever written. */
#define VIMO_LOG_BYTES 65536u
#define VIMO_LOG_TEXT (VIMO_LOG_BYTES - 64u)

struct vimo_log {
	uint64_t head;
	uint64_t reserved[7];
	uint8_t text[VIMO_LOG_TEXT];
};
static_assert(sizeof(struct vimo_log) == VIMO_LOG_BYTES, "see docs/abi.md");

#endif
