// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * process.c - start, watch and adopt vimo-dm. A pidfd reports the end of a process that is not vimod's child, and never
 * names another process.
 */
#include "dm/process.h"
#include "base/child.h"
#include "cleanup.h"
#include "log.h"
#include "base/store.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#ifndef VIMO_DM_PATH
#define VIMO_DM_PATH "/usr/libexec/vimo/vimo-dm"
#endif
#define READY_TIMEOUT_MS 20000
#define DEVICE_FD 5u /* the devices' first descriptor; 3 and 4 are domain and ready pipe */

static const char *log_dir(void)
{
	const char *dir = getenv("VIMO_LOG_DIR");

	return dir && *dir ? dir : "/var/log/vimo";
}

static void on_exit_event(void *arg)
{
	struct dm_process *dm = arg;

	waitpid(dm->pid, NULL, WNOHANG); /* ECHILD for an adopted process */
	dm->pid = 0;
	watch_end(&dm->exit);
	close(dm->pidfd);
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
	dm->pidfd = syscall(SYS_pidfd_open, dm->pid, 0);
	if (dm->pidfd < 0)
		return -1;
	fcntl(dm->pidfd, F_SETFD, FD_CLOEXEC);
	dm->exit = watch_fd(dm->loop, dm->pidfd, UV_READABLE, on_exit_event, dm);
	return dm->exit ? 0 : -1;
}

/* Context: the child of child_fork(); async-signal-safe calls only. */
static void run_child(const char *const argv[], int domain_fd, int ready_fd, const struct fd_list *fds)
{
	struct fd_list moved = *fds;
	bool good = true;

	/* Above the numbers that they get. */
	domain_fd = fcntl(domain_fd, F_DUPFD_CLOEXEC, (int)(DEVICE_FD + fds->count));
	ready_fd = fcntl(ready_fd, F_DUPFD_CLOEXEC, (int)(DEVICE_FD + fds->count));
	for (uint32_t n = 0; n < fds->count; n++)
		moved.fd[n] = fcntl(fds->fd[n], F_DUPFD_CLOEXEC, (int)(DEVICE_FD + fds->count));
	for (uint32_t n = 0; n < fds->count; n++)
		good = good && dup2(moved.fd[n], (int)(DEVICE_FD + n)) >= 0;
	if (good && dup2(domain_fd, 3) == 3 && dup2(ready_fd, 4) == 4)
		execv(argv[0], (char *const *)argv);
	child_fail(ready_fd, "ERROR cannot run ", argv[0]);
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
	int ends[2];

	snprintf(run_dir, sizeof(run_dir), "%s", store_path(name, ""));
	prepare_directories(run_dir);
	if (pipe2(ends, O_CLOEXEC))
		return error_set(err, ERROR_RESOURCES, "cannot start vimo-dm: %s", strerror(errno));
	dm->line[0] = 0;
	dm->pid = child_fork(0);
	if (!dm->pid)
		run_child(argv, domain_fd, ends[1], fds);
	close(ends[1]);
	if (dm->pid < 0 || watch_process(dm)) {
		int saved = errno;

		if (dm->pid > 0) {
			kill(dm->pid, SIGKILL);
			waitpid(dm->pid, NULL, 0);
		}
		dm->pid = 0;
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
	CLEANUP_FD int fd = open(store_path(name, "dm.pid"), O_RDONLY | O_CLOEXEC);
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	char text[32] = "";

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return false;
	/* The file is locked as long as vimo-dm lives, so the number is not another process' by now. */
	if (!flock(fd, LOCK_EX | LOCK_NB) && (fcntl(fd, F_GETLK, &lock) || lock.l_type == F_UNLCK))
		return false;
	dm->pid = (pid_t)strtol(text, NULL, 10); /* 0 if it is not a number */
	if (dm->pid > 1 && !watch_process(dm))
		return true;
	dm->pid = 0;
	return false;
}

void dm_kill(struct dm_process *dm)
{
	if (dm->ready) {
		watch_end(&dm->ready);
		watch_end(&dm->timer);
		close(dm->ready_fd);
	}
	if (dm->pid)
		syscall(SYS_pidfd_send_signal, dm->pidfd, SIGKILL, NULL, 0);
}
