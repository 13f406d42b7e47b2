/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-3-Clause */
/*
 * ioreq.h - I/O requests: guest accesses that vimo-dm answers.
 *
 * One page per domain, one slot per vCPU. EL2 writes a request and sets
 * PENDING (release), dom0 takes it (acquire), writes the answer into data,
 * sets DONE (release) and calls VIMO_HC_IOREQ_DONE. Each side copies a slot
 * once and checks the copy: the other side can write at any time.
 */
#ifndef VIMO_IOREQ_H
#define VIMO_IOREQ_H

#include "abi.h"

enum vimo_ioreq_state {
	VIMO_IOREQ_FREE = 0,
	VIMO_IOREQ_PENDING = 1,
	VIMO_IOREQ_DONE = 2,
};

/** One trapped access, for vimo-dm. 64 bytes, never grows. */
struct vimo_ioreq {
	uint64_t ipa;   /* guest physical address */
	uint64_t data;  /* write: value; read: the answer */
	uint32_t state; /* enum vimo_ioreq_state, release/acquire */
	uint8_t width;  /* 1, 2, 4 or 8 bytes */
	uint8_t is_write;
	uint8_t reserved[42]; /* zero */
};

struct vimo_ioreq_page {
	struct vimo_ioreq slot[VIMO_VCPU_MAX];
};

static_assert(sizeof(struct vimo_ioreq) == 64, "see docs/abi.md");
static_assert(sizeof(struct vimo_ioreq_page) == 4096, "see docs/abi.md");

#endif
