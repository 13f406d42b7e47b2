/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cgroup.h - control groups (cgroup2): what a guest's processes may take of dom0.
 *
 * The environment variable VIMO_CGROUP names a group that vimod may manage: vimo-guests.service's under systemd. Below
 * it lies a group for each guest, guest-NAME, and a group for each process in it: a process that takes too much memory
 * is ended by the kernel, and no other with it. Groups outlive vimod.
 */
#ifndef TOOLSTACK_BASE_CGROUP_H
#define TOOLSTACK_BASE_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * cgroup_begin() - look for VIMO_CGROUP's group, and remove empty groups of the previous vimod. Before threads start.
 *
 * Without a group that has the controllers memory and pids, a warning is logged, and the other functions do nothing.
 */
void cgroup_begin(void);
/**
 * cgroup_make() - make the guest's group, or correct it.
 * @weight: the guest's cpu_weight, 256 by default: its processes' share of dom0's CPU and disk time
 *
 * All its processes together get half of dom0's memory at most.
 */
void cgroup_make(const char *guest, uint32_t weight);
/**
 * cgroup_add() - move a process that waits at its gate into a group of its own. Any thread.
 * @process:     the group's name in the guest's group
 * @bytes:       dom0's memory that the process itself may take, with the page cache that it fills
 * @guest_bytes: the guest's memory, which the process maps: only page tables count; 0: it does not map it
 *
 * A failure is logged: the process stays in vimod's group.
 */
void cgroup_add(const char *guest, const char *process, pid_t pid, uint64_t bytes, uint64_t guest_bytes);
/**
 * cgroup_enclose() - move a process that waits at its gate, and that no guest has yet, into a group of its own. Any
 * thread.
 * @bytes: as for cgroup_add()
 *
 * A failure is logged, as cgroup_add()'s is.
 */
void cgroup_enclose(pid_t pid, uint64_t bytes);
/** cgroup_release() - remove the group of cgroup_enclose(); the process has ended. Any thread. */
void cgroup_release(pid_t pid);
/** What a guest's processes have taken of dom0. */
struct cgroup_usage {
	bool known; /* there is a group */
	uint64_t cpu_ns, memory_bytes;
	uint64_t read_bytes, written_bytes, reads, writes; /* of disks: what the page cache had is not in it */
};
/** cgroup_usage() - read the guest's counters; what the kernel does not count is 0. */
void cgroup_usage(const char *guest, struct cgroup_usage *usage);
/** cgroup_remove() - remove the groups of a guest whose processes have ended; groups with processes stay. */
void cgroup_remove(const char *guest);

#endif
