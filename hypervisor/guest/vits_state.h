/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vits_state.h - state of one of dom0's ITSs, for vits*.c. The caller holds the
 * its lock.
 */
#ifndef GUEST_VITS_STATE_H
#define GUEST_VITS_STATE_H

#include "guest/domain.h"
#include "hw/its.h"

#define VITS_DEVICES 128u
#define VITS_UNMAPPED 0xffu

struct vits_device {
	uint32_t id;
	uint8_t event_bits; /* 0: a free slot */
	void *table;        /* the physical ITS's translations */
	uint16_t *lpis;     /* of each event; 0: not mapped */
};

struct vits {
	struct domain *domain;
	struct its *its;
	uint8_t number;
	bool enabled;
	uint64_t cbaser;
	uint32_t reader, writer;             /* offsets in dom0's queue */
	uint8_t collection[ITS_COLLECTIONS]; /* vCPU, or VITS_UNMAPPED */
	struct vits_device device[VITS_DEVICES];
};

#endif
