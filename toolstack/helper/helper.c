// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * helper.c - start and end a helper's process.
 */
#include "helper/helper.h"
#include "alloc.h"
#include "base/cgroup.h"
#include "base/store.h"
#include "cleanup.h"
#include "log.h"
#include "unix_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define READY_MS 20000
#define BACKLOG 8

/* No static buffer: any thread. */
void helper_path(const struct helper *helper, const char *suffix, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/records/%s/%s-%u.%s", store_root(), helper->guest, helper->kind->file,
		 helper->slot, suffix);
}

int helper_fail(const struct helper *helper, enum error_code code, const char *why, struct error *err)
{
	return error_key(err, code, helper->kind->key, "%s: %.400s%s%.500s", helper->name, helper->target,
			 *helper->target ? ": " : "", why);
}

struct helper *helper_new(const struct helper_kind *kind, const char *guest, uid_t user, const char *name,
			  uint32_t slot, const union helper_config *config)
{
	struct helper *helper = alloc_zeroed(sizeof(*helper));

	helper->kind = kind;
	helper->user = user;
	helper->slot = slot;
	helper->config = *config;
	helper->target = "";
	snprintf(helper->guest, sizeof(helper->guest), "%s", guest);
	snprintf(helper->name, sizeof(helper->name), "%s", name);
	helper->process.pidfd = helper->ready_fd = helper->messages_fd = helper->connection = -1;
	return helper;
}

void helper_free(struct helper *helper)
{
	free(helper->state);
	free(helper);
}

int helper_listen(struct helper *helper)
{
	char path[PATH_MAX];
	int fd;

	helper_path(helper, "sock", path);
	fd = unix_socket_bind(path, SOCK_STREAM);
	if (fd >= 0 && !chmod(path, 0600) && !listen(fd, BACKLOG))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

int helper_dial(const struct helper *helper)
{
	char path[PATH_MAX];
	int fd;

	helper_path(helper, "sock", path);
	fd = unix_socket_connect(path, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (fd >= 0)
		fcntl(fd, F_SETFL, 0);
	return fd;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Pipes for messages and for readiness. Return: 0, or -1 with errno. */
static int open_pipes(struct helper *helper, int *messages, int *ready)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	helper->messages_fd = ends[0];
	*messages = ends[1];
	fcntl(helper->messages_fd, F_SETFL, O_NONBLOCK);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -1;
	helper->ready_fd = ends[0];
	*ready = ends[1];
	return fcntl(helper->ready_fd, F_SETFL, O_NONBLOCK);
}

/* The group has the name of the helper's files. */
static void add_to_group(const struct helper *helper, pid_t pid)
{
	char name[32];

	snprintf(name, sizeof(name), "%s-%u", helper->kind->file, helper->slot);
	cgroup_add(helper->guest, name, pid, helper->kind->bytes, helper->guest_bytes);
}

static int begin(struct helper *helper, struct error *err)
{
	CLEANUP_FD int socket = -1, ready = -1, messages = -1, gate = -1, gate_end = -1;
	struct confine confine = { .user = helper->user, .kept_count = 2, .output_fd = -1 };
	char path[PATH_MAX];
	int ends[2];
	pid_t pid;

	if (process_gate(ends))
		return helper_fail(helper, ERROR_RESOURCES, strerror(errno), err);
	gate_end = ends[0];
	gate = ends[1];
	socket = helper->kind->open(helper);
	if (socket < 0 || open_pipes(helper, &messages, &ready))
		return helper_fail(helper, ERROR_FAILED, strerror(errno), err);
	confine.kept[KEPT_SOCKET] = socket;
	confine.kept[KEPT_READY] = ready;
	confine.gate_fd = gate_end;
	confine.messages_fd = messages;
	pid = helper->kind->run(helper, &confine, err);
	if (pid < 0)
		return -1;
	add_to_group(helper, pid);
	helper_path(helper, "pid", path);
	if (process_begin(&helper->process, pid, path, gate))
		return helper_fail(helper, ERROR_RESOURCES, strerror(errno), err);
	helper->serves = !helper->kind->reports_ready;
	if (helper->serves)
		close_fd(&helper->ready_fd);
	return 0;
}

int helper_begin(struct helper *helper, struct error *err)
{
	int result;

	close_fd(&helper->connection);
	helper->words[0] = '\0';
	helper->lines = 0;
	helper->serves = helper->connected = false;
	result = begin(helper, err);
	if (result)
		helper_forget(helper);
	if (helper->prepared)
		helper->kind->discard(helper->prepared);
	helper->prepared = NULL;
	return result;
}

int helper_read_ready(struct helper *helper)
{
	char greeting[512];
	ssize_t got = read(helper->ready_fd, greeting, sizeof(greeting));

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	helper->serves = got > 0;
	return got > 0 ? 1 : -1;
}

/* Messages from @fd as text, "" when none is available now. Return: false at the end. */
static bool read_text(int fd, char *text, size_t bytes)
{
	ssize_t got = read(fd, text, bytes - 1);

	text[got > 0 ? got : 0] = '\0';
	return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

/* The next line of such a text, without the journal's "<3>"; NULL at the end. *rest moves on. */
static char *next_line(char **rest)
{
	char *line;

	do
		line = strsep(rest, "\n");
	while (line && !*line);
	if (line && line[0] == '<' && line[1] && line[2] == '>') /* log_line()'s, for the journal */
		line += 3;
	return line;
}

bool helper_read_messages(struct helper *helper)
{
	size_t used = strlen(helper->words);
	char text[512], *rest = text, *line;

	if (!read_text(helper->messages_fd, text, sizeof(text)))
		return false;
	if (!helper->serves)
		snprintf(helper->words + used, sizeof(helper->words) - used, "%s", text);
	else
		while ((line = next_line(&rest)))
			if (!helper->kind->lines || helper->lines++ < helper->kind->lines)
				helper_log(helper, LOG_LEVEL_WARNING, "%s: %s", helper->name, line);
	return true;
}

void helper_forget(struct helper *helper)
{
	process_forget(&helper->process);
	helper->serves = helper->connected = false;
	close_fd(&helper->ready_fd);
	close_fd(&helper->messages_fd);
	close_fd(&helper->connection);
}

/* "vimo-slirp: reason" or "/usr/libexec/vimo/vimo-slirp: reason", the dynamic linker's: the reason. */
static char *skip_program(char *words, const char *program)
{
	char *end = strstr(words, ": "), *name;

	if (!end)
		return words;
	*end = '\0';
	name = strrchr(words, '/');
	if (!strcmp(name ? name + 1 : words, program))
		return end + 2;
	*end = ':';
	return words;
}

int helper_error(struct helper *helper, struct error *err)
{
	const char *program = helper->kind->program, *why, *advice = NULL;
	enum error_code code = ERROR_FAILED;
	char *rest = helper->words, *words;
	char text[512];

	while (poll(&(struct pollfd){ .fd = helper->messages_fd, .events = POLLIN }, 1, 0) > 0 &&
	       helper_read_messages(helper))
		;
	words = next_line(&rest);
	if (!words) {
		snprintf(text, sizeof(text), "%s was not ready in time, or exited without a message", program);
		return helper_fail(helper, ERROR_FAILED, text, err);
	}
	why = words = skip_program(words, program);
	if (helper->kind->explain)
		why = helper->kind->explain(words, &code, &advice);
	snprintf(text, sizeof(text), "%.400s%s%.100s", why, advice ? ": " : "", advice ? advice : "");
	return helper_fail(helper, code, text, err);
}

int helper_start(struct helper *helper, struct error *err)
{
	uint64_t end = uv_hrtime() / 1000000 + READY_MS, now;
	int ready;

	if (helper_begin(helper, err))
		return -1;
	ready = helper->serves;
	while (!ready && (now = uv_hrtime() / 1000000) < end) {
		struct pollfd wait[] = { { .fd = helper->ready_fd, .events = POLLIN },
					 { .fd = helper->messages_fd, .events = POLLIN } };

		poll(wait, 2, (int)(end - now));
		if (wait[1].revents && !helper_read_messages(helper))
			close_fd(&helper->messages_fd);
		if (wait[0].revents)
			ready = helper_read_ready(helper);
	}
	close_fd(&helper->ready_fd); /* the rest of a monitor's words is not read */
	if (ready > 0)
		return 0;
	helper_error(helper, err);
	helper_stop(helper);
	return -1;
}

bool helper_adopt(struct helper *helper)
{
	char path[PATH_MAX];

	helper_path(helper, "pid", path);
	if (!process_adopt(&helper->process, path, &helper->connected))
		return false;
	helper->serves = true;
	return true;
}

void helper_connected(struct helper *helper)
{
	bool marked = helper->connected;
	char path[PATH_MAX];

	helper->connected = true;
	if (helper->kind->clients == CLIENT_ONCE)
		close_fd(&helper->connection);
	helper_path(helper, "pid", path);
	if (!marked && process_mark(path))
		log_warning("cannot write %s: %s", path, strerror(errno));
}

void helper_stop(struct helper *helper)
{
	char path[PATH_MAX];

	helper_path(helper, "pid", path);
	process_stop(&helper->process, helper->kind->gentle, path);
	helper_forget(helper);
	helper_path(helper, "sock", path);
	unlink(path);
}
