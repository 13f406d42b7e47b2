/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snapshot.h - snapshots of all disks that a guest writes, while it does not run. They are in the images themselves.
 */
#ifndef TOOLSTACK_GUEST_SNAPSHOT_H
#define TOOLSTACK_GUEST_SNAPSHOT_H

#include "guest/guest.h"
#include "host/change.h"

/** The snapshots of a guest: of each the number of disks that have it. */
struct guest_snapshots {
	struct snapshots list;
	uint32_t disks[SNAPSHOTS];
	uint32_t all; /* disks that the guest writes */
};

/** snapshot_fn - called once. @snapshots: those that there are now; NULL: @err */
typedef void (*snapshot_fn)(void *arg, const struct guest_snapshots *snapshots, const struct error *err);

/** snapshot_list() - read the snapshots of a guest that does not run. @config: copied */
void snapshot_list(struct guests *guests, const struct guest_config *config, snapshot_fn done, void *arg);
/**
 * snapshot_change() - create, revert to, or delete the snapshot @name of a guest that does not run.
 *
 * A thread changes one image after the other; the guest cannot be started meanwhile. When vimod is killed in between,
 * some images have the new snapshot or are back at the old one: snapshot_list() tells, and the call can be repeated.
 */
void snapshot_change(struct guests *guests, const struct guest_config *config, enum snapshot_change what,
		     const char *name, snapshot_fn done, void *arg);
/** snapshot_check_idle() - whether no snapshot of the guest @name is under way. Return: 0, or -1: ERROR_STATE. */
int snapshot_check_idle(const char *name, struct error *err);

#endif
