/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-3-Clause */
/*
 * status.h - results of a hypercall in x0: 0 or a negative number.
 */
#ifndef VIMO_STATUS_H
#define VIMO_STATUS_H

enum vimo_status {
	VIMO_OK = 0,
	/* -1 is SMCCC's NOT_SUPPORTED: an unknown function number. */
	VIMO_UNSUPPORTED = -1,
	VIMO_INVALID = -2,   /* an argument is malformed or out of range */
	VIMO_DENIED = -3,    /* the caller must not do this */
	VIMO_NOT_FOUND = -4, /* the domain, vCPU, device or page does not exist */
	VIMO_EXISTS = -5,    /* already mapped, bound or created */
	VIMO_NO_MEMORY = -6, /* the pool or EL2's own heap is used up */
	VIMO_STATE = -7,     /* not possible in the domain's present state */
	VIMO_BUSY = -8,      /* still referenced; try later */
	VIMO_AGAIN = -9,     /* a bounded part is done: call again to continue */
	VIMO_LIMIT = -10,    /* a fixed table (domains, devices) is full */
};

#endif
