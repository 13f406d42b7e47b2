/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ioreq.h - answer the guest's trapped accesses, in the request thread.
 */
#ifndef HOST_IOREQ_H
#define HOST_IOREQ_H

#include "error.h"

#include <pthread.h>
#include <stdbool.h>
#include <vimo/ioreq.h>

#define IOREQ_RANGES 40u

struct ioreq_range {
	uint64_t ipa; /* of one page */
	/* Return: the value read. Runs in the request thread. */
	uint64_t (*access)(void *context, uint64_t offset, unsigned int width, bool is_write, uint64_t value);
	void *context;
};

struct ioreq {
	int domain;
	struct vimo_ioreq_page *page;
	struct ioreq_range range[IOREQ_RANGES]; /* complete before ioreq_start() */
	unsigned int ranges;
	uint64_t unknown; /* accesses outside all ranges */
	pthread_t thread;
};

/** ioreq_add() - @range->access answers for its page. Return: false if the table is full. */
bool ioreq_add(struct ioreq *ioreq, const struct ioreq_range *range);
/** ioreq_answer() - do one access. Unknown registers read 0 and ignore writes. */
uint64_t ioreq_answer(struct ioreq *ioreq, const struct vimo_ioreq *request);
/** ioreq_start() - map the page and serve until the guest has stopped. Return: 0 or -1. */
int ioreq_start(struct ioreq *ioreq, int domain, struct error *err);

#endif
