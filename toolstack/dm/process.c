// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * process.c - start, watch and adopt vimo-dm.
 */
#include "dm/process.h"
#include "base/cgroup.h"
#include "base/child.h"
#include "base/store.h"
#include "cleanup.h"
#include "dm_files.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef VIMO_DM_PATH
#define VIMO_DM_PATH "/usr/libexec/vimo/vimo-dm"
#endif
#define READY_TIMEOUT_MS 20000
#define FIXED_FDS (DM_FD_FIRST - DM_FD_DOMAIN)
#define PID_FILE "dm.pid"

static void on_exit_event(void *arg)
{
	struct dm_process *dm = arg;

	watch_end(&dm->exit);
	process_forget(&dm->process);
	dm->on_exit(dm->arg);
}

static void finish_ready(struct dm_process *dm, const char *problem)
{
	watch_end(&dm->ready);
	watch_end(&dm->timer);
	close(dm->ready_fd);
	dm->ready_fd = -1;
	dm->on_ready(dm->arg, problem);
}

static void on_ready_line(void *arg)
{
	struct dm_process *dm = arg;
	size_t used = strlen(dm->line);
	ssize_t got = read(dm->ready_fd, dm->line + used, sizeof(dm->line) - 1 - used);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	dm->line[used + (got > 0 ? got : 0)] = 0;
	if (got > 0 && !strchr(dm->line, '\n') && used + got < sizeof(dm->line) - 1)
		return;
	dm->line[strcspn(dm->line, "\n")] = 0;
	if (!strcmp(dm->line, "READY"))
		finish_ready(dm, NULL);
	else
		finish_ready(dm, !strncmp(dm->line, "ERROR ", 6) ?
					 dm->line + 6 :
					 "it exited before it was ready: see journalctl -u vimod");
}

static void on_ready_timeout(void *arg)
{
	finish_ready(arg, "it was not ready in time");
}

static int watch_process(struct dm_process *dm)
{
	dm->exit = watch_fd(dm->loop, dm->process.pidfd, UV_READABLE, on_exit_event, dm);
	return dm->exit ? 0 : -1;
}

/* Context: the child of child_fork(); async-signal-safe calls only. @fixed: descriptors from DM_FD_DOMAIN on. */
static void run_child(const char *const argv[], int gate, int messages, const int fixed[FIXED_FDS],
		      const struct fd_list *fds)
{
	const int after = (int)(DM_FD_FIRST + fds->count); /* the gate's number, behind those of vimo-dm */
	struct fd_list moved = { 0 };
	bool good = dup2(messages, STDOUT_FILENO) >= 0 && dup2(messages, STDERR_FILENO) >= 0;

	/* Above the numbers that they get. */
	gate = fcntl(gate, F_DUPFD_CLOEXEC, after + 1);
	for (uint32_t n = 0; n < FIXED_FDS + fds->count; n++)
		fd_list_add(&moved,
			    fcntl(n < FIXED_FDS ? fixed[n] : fds->fd[n - FIXED_FDS], F_DUPFD_CLOEXEC, after + 1));
	for (uint32_t n = 0; n < moved.count; n++)
		good = good && dup2(moved.fd[n], (int)(DM_FD_DOMAIN + n)) >= 0;
	if (good && dup3(gate, after, O_CLOEXEC) == after && !close_range((unsigned int)after + 1, ~0u, 0)) {
		process_pass(after);
		execv(argv[0], (char *const *)argv);
	}
	child_fail(DM_FD_READY, "ERROR cannot run ", argv[0]);
}

/* Return: a descriptor of the text, or -1 with errno. */
static int write_description(json_object *description)
{
	size_t length;
	const char *text = json_object_to_json_string_length(description, JSON_C_TO_STRING_PLAIN, &length);
	int fd = memfd_create("description", MFD_CLOEXEC);

	if (fd < 0 || write(fd, text, length) == (ssize_t)length)
		return fd;
	return cleanup_failed(fd);
}

/* Return: 0 with vimo-dm in dm->process, or -1 with errno. @fixed, @fds: as in run_child(). */
static int start_process(struct dm_process *dm, const char *const argv[], const char *name, const int fixed[FIXED_FDS],
			 const struct fd_list *fds)
{
	CLEANUP_FD int child_end = -1, end = -1, messages = dm_messages_open(&dm->messages);
	int gate[2];
	pid_t pid;

	if (messages < 0 || process_gate(gate))
		return -1;
	child_end = gate[0];
	end = gate[1];
	pid = child_fork(geteuid() ? 0 : CLONE_NEWPID);
	if (!pid)
		run_child(argv, child_end, messages, fixed, fds);
	if (pid < 0)
		return -1;
	cgroup_add(name, "dm", pid, dm->own_bytes, dm->guest_bytes);
	return process_begin(&dm->process, pid, store_record(name, PID_FILE), end);
}

int dm_spawn(struct dm_process *dm, const char *name, uid_t user, int domain_fd, json_object *description,
	     const struct fd_list *fds, struct error *err)
{
	CLEANUP_FD int text = write_description(description);
	const char *program = getenv("VIMO_DM");
	char config_fd[16], uid[16];
	const char *argv[] = { program && *program ? program : VIMO_DM_PATH,
			       "--name",
			       name,
			       "--uid",
			       uid,
			       "--config-fd",
			       config_fd,
			       NULL };
	int ends[2], failed, saved;

	snprintf(uid, sizeof(uid), "%u", user);
	snprintf(config_fd, sizeof(config_fd), "%d", DM_FD_DESCRIPTION);
	if (text < 0 || dm_messages_watch(&dm->messages, dm->loop, name) || pipe2(ends, O_CLOEXEC))
		return error_set(err, ERROR_RESOURCES, "cannot start vimo-dm: %s", strerror(errno));
	dm->line[0] = 0;
	failed = start_process(dm, argv, name, (const int[FIXED_FDS]){ domain_fd, ends[1], text }, fds);
	saved = errno;
	close(ends[1]);
	if (!failed && watch_process(dm)) {
		process_stop(&dm->process, false, store_record(name, PID_FILE));
		failed = -1;
	}
	if (failed) {
		close(ends[0]);
		return error_set(err, ERROR_RESOURCES, "cannot start vimo-dm: %s", strerror(saved));
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	dm->ready_fd = ends[0];
	dm->ready = watch_fd(dm->loop, ends[0], UV_READABLE, on_ready_line, dm);
	dm->timer = watch_timer(dm->loop, READY_TIMEOUT_MS, on_ready_timeout, dm);
	return 0;
}

bool dm_adopt(struct dm_process *dm, const char *name)
{
	bool mark;

	if (dm_messages_watch(&dm->messages, dm->loop, name))
		log_warning("%s: messages of its vimo-dm cannot be read: %s", name, strerror(errno));
	if (!process_adopt(&dm->process, store_record(name, PID_FILE), &mark))
		return false;
	if (!watch_process(dm))
		return true;
	process_forget(&dm->process);
	return false;
}

void dm_kill(struct dm_process *dm)
{
	if (dm->ready) {
		watch_end(&dm->ready);
		watch_end(&dm->timer);
		close(dm->ready_fd);
	}
	process_kill(&dm->process);
}
