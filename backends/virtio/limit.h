/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * limit.h - so much a second and no more: a bucket that fills with time. What is
 * taken may empty it below zero; then there is nothing until that is made up.
 */
#ifndef VIRTIO_LIMIT_H
#define VIRTIO_LIMIT_H

#include <stdint.h>

struct limit {
	uint64_t rate; /* units a second; 0: no limit */
	int64_t level; /* units at hand, in billionths */
	uint64_t at;   /* ns, when level was right */
};

/** limit_wait() - how long until more may be taken. Return: ns; 0: now. */
uint64_t limit_wait(struct limit *limit, uint64_t now);
/** limit_take() - @units were used. */
void limit_take(struct limit *limit, uint64_t units);

#endif
