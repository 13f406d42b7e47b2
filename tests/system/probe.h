/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe.h - what the parts of the probe share.
 */
#ifndef PROBE_H
#define PROBE_H

#include "takeover.h"

#define PROBE_KEY 0x76696d6f /* of set_traps()'s shared memory */

/** Kinds of processes. A kind in the design of an attempt: the attempt is part of the work of such a process. */
enum {
	DM = 1,
	STORAGE = 2,
	FOLDER = 4,
	SLIRP = 8,
	IMAGE = 16,
	ROOT = 32,
	HELPERS = STORAGE | FOLDER | SLIRP | IMAGE,
	OF_GUEST = 64, /* a process of kind root does not have the object */
};

/** The process that was taken over, its guest, and the other guest. */
struct probe {
	unsigned int kind;
	const char *guest, *other;
	pid_t process, others[16]; /* of the other guest */
	unsigned int other_count;
};
extern struct probe probe;

/** An attempt: an error, or not. */
struct effort {
	const char *name;
	unsigned int design;
	long (*attempt)(struct takeover *taken);
};
extern const struct effort efforts[];
extern const unsigned int effort_count;
/** Attempts after which the process does not serve its guest any more. */
extern const struct effort last_efforts[];
extern const unsigned int last_effort_count;

void report(const char *name, unsigned int design, long result);
/** set_traps() - make sockets and shared memory in dom0, which the efforts look for. */
void set_traps(void);
void remove_traps(void);
/** try_descriptors() - use each descriptor of the process for more than it is meant for. */
void try_descriptors(struct takeover *taken);
/** try_rings() - open a file by each io_uring of the process. Return: an error, the last. */
long try_rings(struct takeover *taken);

#endif
