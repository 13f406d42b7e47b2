/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * process.h - the vimo-dm process of one guest: started by this vimod, or adopted from the previous one.
 */
#ifndef TOOLSTACK_DM_PROCESS_H
#define TOOLSTACK_DM_PROCESS_H

#include "base/fd_list.h"
#include "base/process.h"
#include "base/watch.h"
#include "dm/messages.h"
#include "error.h"

#include <json-c/json.h>
#include <stdbool.h>

struct dm_process {
	struct process process;
	int ready_fd;
	struct dm_messages messages;
	struct watch *exit, *ready, *timer;
	uint64_t own_bytes, guest_bytes; /* its control group's (cgroup_add()) */
	uv_loop_t *loop;
	void (*on_ready)(void *arg, const char *problem); /* NULL: vimo-dm is ready */
	void (*on_exit)(void *arg);
	void *arg;
	char line[512];
};

/**
 * dm_spawn() - start vimo-dm; on_ready once, on_exit when it has ended.
 * @description: of files and devices (dm_files.h), whose descriptors are @fds: vimo-dm gets copies
 */
int dm_spawn(struct dm_process *dm, const char *name, uid_t user, int domain_fd, json_object *description,
	     const struct fd_list *fds, struct error *err);
/** dm_adopt() - take over the vimo-dm of the previous vimod, by dm.pid. Return: false when it has ended. */
bool dm_adopt(struct dm_process *dm, const char *name);
/** dm_kill() - kill vimo-dm; on_exit follows, on_ready does not. */
void dm_kill(struct dm_process *dm);

#endif
