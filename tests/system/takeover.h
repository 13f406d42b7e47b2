/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * takeover.h - make system calls in a process that runs, as code of a guest would that controls it. The calls are made
 * by a thread of the process itself: user, capabilities, namespaces, descriptors, limits and filter are those of the
 * process at work.
 *
 * The thread executes two instructions at the entry point of its program, which was used once. arm64 only.
 */
#ifndef TAKEOVER_H
#define TAKEOVER_H

#include "filter.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <asm/ptrace.h>

#define TAKEOVER_PATIENCE_S 5 /* a call that waits longer is interrupted */
#define TAKEOVER_BYTES (64u << 10)
#define TAKEOVER_KILLED (-4096L) /* the call ended the process, or its filter would end it */

struct takeover {
	pid_t process, thread;
	uint64_t code, data; /* addresses in the process */
	uint32_t used;       /* bytes at data */
	int mem;             /* /proc/PID/mem */
	pid_t child;         /* of the last call, if the call made a process or thread; it is stopped */
	bool ended;
	const struct filters *filters; /* of the thread */
	uint32_t old_code[2];
	struct user_pt_regs old;
};

static inline void takeover_fail(const char *what)
{
	printf("probe: %s: %s\n", what, strerror(errno));
	exit(2);
}

static inline void takeover_registers(pid_t thread, int request, struct user_pt_regs *regs)
{
	struct iovec vector = { regs, sizeof(*regs) };

	if (ptrace(request, thread, (void *)NT_PRSTATUS, &vector))
		takeover_fail("registers");
}

static inline void takeover_on_alarm(int number)
{
	(void)number; /* waitpid() returns with EINTR */
}

/* A process' first thread is the last that ends, after all that are traced have been waited for. */
static inline bool takeover_reap(pid_t thread, int *status)
{
	pid_t pid;

	while ((pid = waitpid(-1, status, __WALL | WNOHANG)) > 0)
		if (pid == thread)
			return true;
	return false;
}

/* Return: the wait status of the next stop or end. */
static inline int takeover_wait(pid_t thread)
{
	const struct itimerval patience = { .it_value = { TAKEOVER_PATIENCE_S, 0 } }, none = { 0 };
	const struct sigaction action = { .sa_handler = takeover_on_alarm };
	int status;

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &patience, NULL);
	while (waitpid(thread, &status, __WALL) < 0) {
		if (errno != EINTR)
			takeover_fail("wait");
		ptrace(PTRACE_INTERRUPT, thread, NULL, NULL);
		if (takeover_reap(thread, &status))
			break;
		setitimer(ITIMER_REAL, &patience, NULL);
	}
	setitimer(ITIMER_REAL, &none, NULL);
	return status;
}

/* Run the thread until the call has returned. Return: its result. */
static inline long takeover_run(struct takeover *taken)
{
	for (;;) {
		struct user_pt_regs regs;
		int status, event;

		if (ptrace(PTRACE_CONT, taken->thread, NULL, NULL))
			takeover_fail("continue");
		status = takeover_wait(taken->thread);
		if (!WIFSTOPPED(status)) {
			taken->ended = true;
			return TAKEOVER_KILLED;
		}
		event = status >> 16;
		if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) {
			unsigned long child;

			ptrace(PTRACE_GETEVENTMSG, taken->thread, NULL, &child);
			taken->child = (pid_t)child;
			takeover_wait(taken->child);
			continue;
		}
		takeover_registers(taken->thread, PTRACE_GETREGSET, &regs);
		if (event == PTRACE_EVENT_STOP && regs.pc == taken->code)
			return -EINTR; /* the call waited too long */
		if (regs.pc == taken->code + 4 && WSTOPSIG(status) == SIGTRAP)
			return (long)regs.regs[0];
	}
}

/* Make the call, even if the filter kills. */
static inline long takeover_really_call(struct takeover *taken, long number, const uint64_t arguments[6])
{
	struct user_pt_regs regs = taken->old;

	if (taken->ended)
		return TAKEOVER_KILLED;
	taken->child = 0;
	memcpy(regs.regs, arguments, 6 * sizeof(arguments[0]));
	regs.regs[8] = (uint64_t)number;
	regs.pc = taken->code;
	takeover_registers(taken->thread, PTRACE_SETREGSET, &regs);
	return takeover_run(taken);
}

static inline long takeover_call(struct takeover *taken, long number, const uint64_t arguments[6])
{
	if (filters_kill(taken->filters, number, arguments))
		return TAKEOVER_KILLED;
	return takeover_really_call(taken, number, arguments);
}

#define takeover_sys(taken, number, ...) takeover_call(taken, number, (const uint64_t[6]){ __VA_ARGS__ })

static inline uint64_t takeover_entry(pid_t process)
{
	char path[64];
	uint64_t pair[2];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/auxv", process);
	file = fopen(path, "re");
	while (file && fread(pair, sizeof(pair), 1, file) == 1)
		if (pair[0] == AT_ENTRY) {
			fclose(file);
			return pair[1];
		}
	takeover_fail(path);
	return 0;
}

static inline void takeover_write(struct takeover *taken, uint64_t to, const void *from, size_t bytes)
{
	if (pwrite(taken->mem, from, bytes, (off_t)to) != (ssize_t)bytes)
		takeover_fail("memory of the process");
}

static inline void takeover_read(struct takeover *taken, void *to, uint64_t from, size_t bytes)
{
	if (pread(taken->mem, to, bytes, (off_t)from) != (ssize_t)bytes)
		takeover_fail("memory of the process");
}

/* Copy an argument into the process. Return: its address there, until takeover_reset(). */
static inline uint64_t takeover_put(struct takeover *taken, const void *from, size_t bytes)
{
	uint64_t to = taken->data + taken->used;

	if (bytes > TAKEOVER_BYTES - taken->used)
		takeover_fail("arguments");
	takeover_write(taken, to, from, bytes);
	taken->used += (uint32_t)((bytes + 15) & ~15ul);
	return to;
}

static inline uint64_t takeover_text(struct takeover *taken, const char *text)
{
	return takeover_put(taken, text, strlen(text) + 1);
}

static inline void takeover_reset(struct takeover *taken)
{
	taken->used = 0;
}

static inline void takeover_open(struct takeover *taken, pid_t process)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", process);
	taken->mem = open(path, O_RDWR | O_CLOEXEC);
	if (taken->mem < 0)
		takeover_fail(path);
}

/* A signal has stopped the process. */
static inline bool takeover_is_stopped(pid_t thread)
{
	char path[64], line[128];
	bool stopped = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", thread);
	file = fopen(path, "re");
	while (file && !stopped && fgets(line, sizeof(line), file))
		stopped = !strncmp(line, "State:\tT", 8);
	if (file)
		fclose(file);
	return stopped;
}

/* Return: false: the thread is traced already, or it has ended. */
static inline bool takeover_begin(struct takeover *taken, pid_t process, pid_t thread)
{
	static const uint32_t code[2] = { 0xd4000001, 0xd4200000 }; /* svc #0, brk #0 */
	const long options = PTRACE_O_EXITKILL | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;

	static struct filters filters; /* a process' threads have the same ones */
	const bool stopped = takeover_is_stopped(thread);

	*taken = (struct takeover){ .process = process, .thread = thread, .filters = &filters };
	if (ptrace(PTRACE_SEIZE, thread, NULL, (void *)options))
		return false;
	if (!stopped) /* else it would stop twice */
		ptrace(PTRACE_INTERRUPT, thread, NULL, NULL);
	if (!WIFSTOPPED(takeover_wait(thread)))
		takeover_fail("the process ended");
	filters_read(&filters, thread);
	takeover_registers(thread, PTRACE_GETREGSET, &taken->old);
	takeover_open(taken, process);
	taken->code = takeover_entry(process);
	takeover_read(taken, taken->old_code, taken->code, sizeof(code));
	takeover_write(taken, taken->code, code, sizeof(code));
	taken->data = (uint64_t)takeover_sys(taken, SYS_mmap, 0, TAKEOVER_BYTES, PROT_READ | PROT_WRITE,
					     MAP_PRIVATE | MAP_ANONYMOUS, UINT64_MAX, 0);
	if (taken->data > -4096ul)
		takeover_fail("memory in the process");
	return true;
}

/* A copy of the process with the same rights, if the process may make one. */
static inline bool takeover_fork(struct takeover *parent, struct takeover *child)
{
	if (takeover_sys(parent, SYS_clone, 0, 0, 0, 0, 0) < 0)
		return false;
	*child = *parent;
	child->process = child->thread = parent->child;
	child->child = 0;
	takeover_open(child, child->process);
	return true;
}

/* The process goes on where it was. */
static inline void takeover_end(struct takeover *taken)
{
	if (!taken->ended) {
		takeover_sys(taken, SYS_munmap, taken->data, TAKEOVER_BYTES);
		takeover_write(taken, taken->code, taken->old_code, sizeof(taken->old_code));
		takeover_registers(taken->thread, PTRACE_SETREGSET, &taken->old);
		ptrace(PTRACE_DETACH, taken->thread, NULL, NULL);
	}
	close(taken->mem);
}

/* End a copy. */
static inline void takeover_kill(struct takeover *child)
{
	if (!child->ended) {
		kill(child->process, SIGKILL);
		takeover_wait(child->process);
	}
	close(child->mem);
}

#endif
