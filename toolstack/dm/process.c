// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * process.c - start, watch and adopt vimo-dm. A pidfd tells the end of a
 * process that is not our child, and a number is never killed by mistake.
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
#define DEVICE_FD 5u /* the first of the devices'; 3 and 4 are domain and ready pipe */

static const char *log_dir(void)
{
	const char *dir = getenv("VIMO_LOG_DIR");

	return dir && *dir ? dir : "/var/log/vimo";
}

static void on_exit_event(void *arg)
{
	struct backend *backend = arg;

	waitpid(backend->pid, NULL, WNOHANG); /* ECHILD for an adopted one */
	backend->pid = 0;
	watch_end(&backend->exit);
	close(backend->pidfd);
	backend->on_exit(backend->arg);
}

static void finish_ready(struct backend *backend, const char *problem)
{
	watch_end(&backend->ready);
	watch_end(&backend->timer);
	close(backend->ready_fd);
	backend->ready_fd = -1;
	backend->on_ready(backend->arg, problem);
}

static void on_ready_line(void *arg)
{
	struct backend *backend = arg;
	size_t used = strlen(backend->line);
	ssize_t got = read(backend->ready_fd, backend->line + used, sizeof(backend->line) - 1 - used);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	backend->line[used + (got > 0 ? got : 0)] = 0;
	if (got > 0 && !strchr(backend->line, '\n') && used + got < sizeof(backend->line) - 1)
		return;
	backend->line[strcspn(backend->line, "\n")] = 0;
	if (!strcmp(backend->line, "READY"))
		finish_ready(backend, NULL);
	else
		finish_ready(backend, !strncmp(backend->line, "ERROR ", 6) ?
					      backend->line + 6 :
					      "it ended before it was ready; see journalctl -u vimod");
}

static void on_ready_timeout(void *arg)
{
	finish_ready(arg, "it was not ready in time");
}

static int watch_process(struct backend *backend)
{
	backend->pidfd = syscall(SYS_pidfd_open, backend->pid, 0);
	if (backend->pidfd < 0)
		return -1;
	fcntl(backend->pidfd, F_SETFD, FD_CLOEXEC);
	backend->exit = watch_fd(backend->loop, backend->pidfd, UV_READABLE, on_exit_event, backend);
	return backend->exit ? 0 : -1;
}

/* Context: the child of child_fork(); async-signal-safe calls only. */
static void run_child(const char *const argv[], int domain_fd, int ready_fd, const struct fd_list *fds)
{
	struct fd_list moved = *fds;
	bool good = true;

	/* Out of the way of the numbers that they get. */
	domain_fd = fcntl(domain_fd, F_DUPFD_CLOEXEC, (int)(DEVICE_FD + fds->count));
	ready_fd = fcntl(ready_fd, F_DUPFD_CLOEXEC, (int)(DEVICE_FD + fds->count));
	for (uint32_t n = 0; n < fds->count; n++)
		moved.fd[n] = fcntl(fds->fd[n], F_DUPFD_CLOEXEC, (int)(DEVICE_FD + fds->count));
	for (uint32_t n = 0; n < fds->count; n++)
		good = good && dup2(moved.fd[n], (int)(DEVICE_FD + n)) >= 0;
	if (good && dup2(domain_fd, 3) == 3 && dup2(ready_fd, 4) == 4)
		execv(argv[0], (char *const *)argv);
	dprintf(ready_fd, "ERROR cannot run %s: errno %d\n", argv[0], errno);
	_exit(127);
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

int backend_spawn(struct backend *backend, const char *name, int domain_fd, const struct fd_list *fds,
		  struct error *err)
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
	backend->line[0] = 0;
	backend->pid = child_fork(0);
	if (!backend->pid)
		run_child(argv, domain_fd, ends[1], fds);
	close(ends[1]);
	if (backend->pid < 0 || watch_process(backend)) {
		int saved = errno;

		if (backend->pid > 0) {
			kill(backend->pid, SIGKILL);
			waitpid(backend->pid, NULL, 0);
		}
		backend->pid = 0;
		close(ends[0]);
		return error_set(err, ERROR_RESOURCES, "cannot start vimo-dm: %s", strerror(saved));
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	backend->ready_fd = ends[0];
	backend->ready = watch_fd(backend->loop, ends[0], UV_READABLE, on_ready_line, backend);
	backend->timer = watch_timer(backend->loop, READY_TIMEOUT_MS, on_ready_timeout, backend);
	return 0;
}

bool backend_adopt(struct backend *backend, const char *name)
{
	CLEANUP_FD int fd = open(store_path(name, "dm.pid"), O_RDONLY | O_CLOEXEC);
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	char text[32] = "";

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return false;
	/* The file is locked as long as its writer lives: its number is no stranger's. */
	if (!flock(fd, LOCK_EX | LOCK_NB) && (fcntl(fd, F_GETLK, &lock) || lock.l_type == F_UNLCK))
		return false;
	backend->pid = (pid_t)strtol(text, NULL, 10); /* 0 for what is no number */
	if (backend->pid > 1 && !watch_process(backend))
		return true;
	backend->pid = 0;
	return false;
}

void backend_kill(struct backend *backend)
{
	if (backend->ready) {
		watch_end(&backend->ready);
		watch_end(&backend->timer);
		close(backend->ready_fd);
	}
	if (backend->pid)
		syscall(SYS_pidfd_send_signal, backend->pidfd, SIGKILL, NULL, 0);
}
