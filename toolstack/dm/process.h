/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * process.h - the vimo-dm process of one guest, started by us or adopted.
 */
#ifndef TOOLSTACK_DM_PROCESS_H
#define TOOLSTACK_DM_PROCESS_H

#include "base/fd_list.h"
#include "base/watch.h"
#include "config/config.h"
#include "error.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <sys/types.h>

/* The most descriptors of one device: two for each pair of a network's queues. */
#define DM_DEVICE_FDS (CONFIG_QUEUES * 2)

struct backend {
	pid_t pid; /* 0: none */
	int pidfd, ready_fd;
	struct watch *exit, *ready, *timer;
	uv_loop_t *loop;
	void (*on_ready)(void *arg, const char *problem); /* NULL: it is ready */
	void (*on_exit)(void *arg);
	void *arg;
	char line[512];
};

/** backend_spawn() - start vimo-dm with copies of @fds; on_ready once, on_exit when it has ended. */
int backend_spawn(struct backend *backend, const char *name, int domain_fd, const struct fd_list *fds,
		  struct error *err);
/** backend_adopt() - take the process over that holds dm.pid. Return: false when none lives. */
bool backend_adopt(struct backend *backend, const char *name);
void backend_kill(struct backend *backend);
/** backend_resize() - the size of the terminal on the VirtIO console. */
int backend_resize(const char *name, int64_t cols, int64_t rows, struct error *err);
/** backend_power_button() - ask the guest to shut down. */
int backend_power_button(const char *name, struct error *err);
/** backend_add() - one device more, with its descriptors. ERROR_UNREACHABLE: it may have it, or not. */
int backend_add(const char *name, json_object *device, const struct fd_list *fds, struct error *err);
struct backend_request; /* one that is under way */
typedef void (*backend_fn)(void *arg, int result, const struct error *err);
/**
 * backend_reconnect() - a new connection to what serves a device. Nobody waits for one that does not answer.
 * @done: the result, as of the others; called once, later
 *
 * Return: to be ended by backend_forget() when @done shall not be called, or NULL: it was not asked.
 */
struct backend_request *backend_reconnect(uv_loop_t *loop, const char *name, uint32_t slot, const struct fd_list *fds,
					  backend_fn done, void *arg, struct error *err);
/** backend_forget() - *request may be NULL and becomes NULL. */
void backend_forget(struct backend_request **request);
/** backend_retry() - its disks do again what failed and paused the guest. */
int backend_retry(const char *name, struct error *err);
/** backend_remove() - take the device of a slot away, with @force even from a driver that uses it. The same. */
int backend_remove(const char *name, uint32_t slot, bool force, struct error *err);

#endif
