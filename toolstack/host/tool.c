// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tool.c - a confined process, its output and its messages.
 */
#include "host/tool.h"
#include "base/cgroup.h"
#include "base/process.h"
#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define PATIENCE_MS 20000
#define TOOL_BYTES (256ull << 20) /* QEMU's largest tables of an image take a fifth of it */

const char *tool_qemu_img(void)
{
	const char *program = getenv("VIMO_QEMU_IMG");

	return program && *program ? program : "/usr/bin/qemu-img";
}

/* Read until the end. Return: the bytes, or -1. */
static ssize_t read_all(int fd, char *to, size_t size, int patience_ms)
{
	size_t used = 0;

	for (;;) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		ssize_t got;

		if (used == size || poll(&wait, 1, patience_ms) <= 0)
			return -1;
		got = read(fd, to + used, size - used);
		if (got <= 0)
			return got ? -1 : (ssize_t)used;
		used += (size_t)got;
	}
}

/* The program parses what a guest wrote: it begins in a group of its own. Return: the process, or -1. */
static pid_t start(struct confine *confine, const char *const argv[], struct error *err)
{
	CLEANUP_FD int gate = -1;
	int ends[2];
	pid_t pid;

	if (process_gate(ends))
		return error_errno(err, "gate of %s", argv[0]);
	confine->gate_fd = ends[0];
	gate = ends[1];
	pid = confine_spawn(confine, argv, err);
	close(ends[0]);
	if (pid > 0) {
		cgroup_enclose(pid, TOOL_BYTES);
		process_open_gate(gate); /* at the gate's end, the child exits without a message */
	}
	return pid;
}

/* Return: whether the process has ended well. @patience_ms: 0: it is killed if it has not ended yet */
static bool end(pid_t pid, int patience_ms)
{
	int status = 0;

	for (; patience_ms > 0 && !waitpid(pid, &status, WNOHANG); patience_ms -= 10)
		poll(NULL, 0, 10);
	if (patience_ms <= 0) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		status = -1;
	}
	cgroup_release(pid);
	return status == 0;
}

/* The reason in the messages, without the program's name and the path, which is one of confine's root. */
static char *find_reason(char *words)
{
	char *line = strrchr(words, '\n');

	if (line && !line[1]) /* the last line is the reason */
		*line = '\0';
	line = strrchr(words, '\n');
	words = line ? line + 1 : words;
	line = strstr(words, "Could not open '") ? strstr(words, "': ") : NULL;
	if (line)
		return line + 3;
	return strncmp(words, "qemu-img: ", 10) ? words : words + 10;
}

static char *fail(struct tool *tool, const char *why)
{
	snprintf(tool->why, sizeof(tool->why), "%.511s", why);
	return NULL;
}

/* Take output and messages. Return: the output, or NULL. */
static char *take(struct tool *tool, pid_t pid, int out, int messages, const char *program)
{
	CLEANUP_FREE char *answer = calloc(1, TOOL_ANSWER + 1);
	char words[1024], *taken = answer;
	ssize_t got;

	if (!answer || read_all(out, answer, TOOL_ANSWER, tool->patience_ms) < 0) {
		end(pid, 0);
		snprintf(tool->why, sizeof(tool->why), "%.400s does not answer", program);
		return NULL;
	}
	got = read_all(messages, words, sizeof(words) - 1, PATIENCE_MS);
	words[got > 0 ? got : 0] = '\0';
	if (!end(pid, PATIENCE_MS))
		return fail(tool, *words ? find_reason(words) : "its reader exited without a message");
	answer = NULL;
	return taken;
}

char *tool_run(struct tool *tool, const char *const argv[])
{
	const char *name = strrchr(argv[0], '/');
	CLEANUP_FD int out = -1, messages = -1;
	int output[2], said[2];
	struct error err;
	pid_t pid;

	name = name ? name + 1 : argv[0];
	tool->patience_ms = tool->patience_ms ? tool->patience_ms : PATIENCE_MS;
	if (pipe2(output, O_CLOEXEC))
		return fail(tool, strerror(errno));
	out = output[0];
	if (pipe2(said, O_CLOEXEC)) {
		close(output[1]);
		return fail(tool, strerror(errno));
	}
	messages = said[0];
	tool->confine.output_fd = output[1];
	tool->confine.messages_fd = said[1];
	pid = start(&tool->confine, argv, &err);
	close(output[1]);
	close(said[1]);
	return pid < 0 ? fail(tool, err.text) : take(tool, pid, out, messages, name);
}
