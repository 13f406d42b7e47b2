/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * limit.h - a rate limit: a bucket that fills with time. Units taken may empty the bucket below zero; then no unit is
 * available until the debt is made up.
 */
#ifndef VIRTIO_LIMIT_H
#define VIRTIO_LIMIT_H

#include <stdint.h>

struct limit {
	uint64_t rate; /* units a second; 0: no limit */
	int64_t level; /* available units, in billionths */
	uint64_t at;   /* ns, the time of level */
};

/** limit_wait() - time until more units may be taken. Return: ns; 0: now. */
uint64_t limit_wait(struct limit *limit, uint64_t now);
/** limit_take() - @units were used. */
void limit_take(struct limit *limit, uint64_t units);

#endif
