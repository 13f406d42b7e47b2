/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter.h - the system calls that a process may make.
 */
#ifndef HOST_FILTER_H
#define HOST_FILTER_H

#include "error.h"

#include <seccomp.h>
#include <stddef.h>

/** The calls that are allowed. */
struct filter {
	const int *calls; /* with any arguments */
	size_t call_count;
	const unsigned long *ioctls; /* ioctl() with these */
	size_t ioctl_count;
	int (*add)(scmp_filter_ctx context); /* adds more rules. Return: 0 or a negative errno */
};

/**
 * filter_load() - allow only these calls from now on, no new privileges, and no tracer. Any other call fails with
 * EPERM, so that its caller can log that or go on without it. Return: 0 or -1.
 */
int filter_load(const struct filter *filter, struct error *err);

#endif
