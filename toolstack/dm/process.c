// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * process.c - start, watch and adopt vimo-dm.
 */
#include "dm/process.h"
#include "base/child.h"
#include "cleanup.h"
#include "log.h"
#include "base/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#ifndef VIMO_DM_PATH
#define VIMO_DM_PATH "/usr/libexec/vimo/vimo-dm"
#endif
#define READY_TIMEOUT_MS 20000
#define DEVICE_FD 5u /* the devices' first descriptor; 3 and 4 are domain and ready pipe */
#define PID_FILE "dm.pid"

static const char *log_dir(void)
{
	const char *dir = getenv("VIMO_LOG_DIR");

	return dir && *dir ? dir : "/var/log/vimo";
}

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

/* Context: the child of child_fork(); async-signal-safe calls only. */
static void run_child(const char *const argv[], int domain_fd, int ready_fd, int gate, const struct fd_list *fds)
{
	const int after = (int)(DEVICE_FD + fds->count); /* the gate's number, behind those of vimo-dm */
	struct fd_list moved = *fds;
	bool good = true;

	/* Above the numbers that they get. */
	domain_fd = fcntl(domain_fd, F_DUPFD_CLOEXEC, after + 1);
	ready_fd = fcntl(ready_fd, F_DUPFD_CLOEXEC, after + 1);
	gate = fcntl(gate, F_DUPFD_CLOEXEC, after + 1);
	for (uint32_t n = 0; n < fds->count; n++)
		moved.fd[n] = fcntl(fds->fd[n], F_DUPFD_CLOEXEC, after + 1);
	for (uint32_t n = 0; n < fds->count; n++)
		good = good && dup2(moved.fd[n], (int)(DEVICE_FD + n)) >= 0;
	if (good && dup2(domain_fd, 3) == 3 && dup2(ready_fd, 4) == 4 && dup3(gate, after, O_CLOEXEC) == after &&
	    !close_range((unsigned int)after + 1, ~0u, 0)) {
		process_pass(after);
		execv(argv[0], (char *const *)argv);
	}
	child_fail(4, "ERROR cannot run ", argv[0]);
}

static void prepare_directories(const char *run_dir)
{
	struct passwd *user = getpwnam("vimo-dm");

	mkdir(log_dir(), 0755);
	if (geteuid() || !user)
		return;
	if (chown(run_dir, user->pw_uid, -1) || chown(log_dir(), user->pw_uid, -1))
		log_warning("cannot give %s to user vimo-dm: %s", run_dir, strerror(errno));
}

/* Return: 0 with vimo-dm in dm->process, or -1 with errno. */
static int start_process(struct dm_process *dm, const char *const argv[], const char *pid_file, int domain_fd,
			 int ready_fd, const struct fd_list *fds)
{
	CLEANUP_FD int child_end = -1, end = -1;
	int gate[2];
	pid_t pid;

	if (process_gate(gate))
		return -1;
	child_end = gate[0];
	end = gate[1];
	pid = child_fork(0);
	if (!pid)
		run_child(argv, domain_fd, ready_fd, child_end, fds);
	return pid < 0 ? -1 : process_begin(&dm->process, pid, pid_file, end);
}

int dm_spawn(struct dm_process *dm, const char *name, int domain_fd, const struct fd_list *fds, struct error *err)
{
	const char *program = getenv("VIMO_DM");
	char run_dir[PATH_MAX];
	const char *argv[] = { program && *program ? program : VIMO_DM_PATH,
			       "--name",
			       name,
			       "--domain-fd",
			       "3",
			       "--ready-fd",
			       "4",
			       "--run-dir",
			       run_dir,
			       "--log-dir",
			       log_dir(),
			       NULL };
	int ends[2], failed, saved;

	snprintf(run_dir, sizeof(run_dir), "%s", store_path(name, ""));
	prepare_directories(run_dir);
	if (pipe2(ends, O_CLOEXEC))
		return error_set(err, ERROR_RESOURCES, "cannot start vimo-dm: %s", strerror(errno));
	dm->line[0] = 0;
	failed = start_process(dm, argv, store_record(name, PID_FILE), domain_fd, ends[1], fds);
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
