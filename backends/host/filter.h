/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter.h - the system calls that are left to a process.
 */
#ifndef HOST_FILTER_H
#define HOST_FILTER_H

#include "error.h"

#include <seccomp.h>
#include <stddef.h>

/** What it may call. */
struct filter {
	const int *calls; /* with any arguments */
	size_t call_count;
	const unsigned long *ioctls; /* ioctl() with these */
	size_t ioctl_count;
	int (*add)(scmp_filter_ctx context); /* rules beside those. Return: 0 or a negative errno */
};

/**
 * filter_load() - from now on nothing else, no new privileges, and nobody traces us. Refused, not killed: a refused
 * call fails with EPERM, which who made it can log or do without. Return: 0 or -1.
 */
int filter_load(const struct filter *filter, struct error *err);

#endif
