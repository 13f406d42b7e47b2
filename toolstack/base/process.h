/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * process.h - identity of the processes that outlive vimod: vimo-dm and the helpers.
 *
 * vimod writes a .pid file for each, in the guest's root-only directory of records: "PID STARTTIME", field 22 of
 * /proc/PID/stat. The new process waits at a gate until the file is written. systemd keeps the pidfd for the next
 * vimod. Without it, the next vimod opens a pidfd, then compares the start time, so a number that the kernel gave to
 * another process is not taken for the guest's. Signals go through the pidfd.
 */
#ifndef TOOLSTACK_BASE_PROCESS_H
#define TOOLSTACK_BASE_PROCESS_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PROCESS_KEY 96

struct process {
	pid_t pid;             /* 0: none */
	int pidfd;             /* -1: none */
	char key[PROCESS_KEY]; /* "NAME/FILE.pid", of the pidfd that systemd keeps */
};

/** process_gate() - a gate for one child: @gate[0] is the child's end, @gate[1] vimod's. Return: 0, or -1 with errno.
 */
int process_gate(int gate[2]);
/**
 * process_pass() - wait until vimod has written the file. @end: the child's. Async-signal-safe.
 *
 * The child has closed every other descriptor of gates. If vimod has ended, the gate has no other end: the child exits.
 */
void process_pass(int end);
/** process_open_gate() - let the child pass. @end: vimod's. Return: 0, also when the child has failed; or -1 with
 * errno. */
int process_open_gate(int end);
/**
 * process_begin() - take over the child @pid: write its file @path, then open the gate, of which @end is vimod's end.
 *
 * Return: 0; -1 with errno, and the child has been killed.
 */
int process_begin(struct process *process, pid_t pid, const char *path, int end);
/**
 * process_adopt() - take over the process of @path, which the previous vimod started.
 * @mark: gets whether process_mark() was called
 *
 * Return: false when the process has ended, or when the file does not name a process.
 */
bool process_adopt(struct process *process, const char *path, bool *mark);
/** process_mark() - leave a mark in the file for the next vimod, once. Return: 0, or -1 with errno. */
int process_mark(const char *path);
/** process_forget() - the process has ended or will end; *process is empty. */
void process_forget(struct process *process);
/** process_kill() - kill it without waiting for its end. */
void process_kill(const struct process *process);
/** process_stop() - end it, with SIGTERM first if @gentle, and remove its file. Blocks until the process has ended. */
void process_stop(struct process *process, bool gentle, const char *path);

/** process_parse() - the contents of a .pid file. Return: whether @text is such. @mark, @start: as above. */
bool process_parse(const char *text, pid_t *pid, uint64_t *start, bool *mark);
/** process_start_time() - when @pid began, in clock ticks since dom0's start. Return: 0 when it does not exist. */
uint64_t process_start_time(pid_t pid);

#endif
