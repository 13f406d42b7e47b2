/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter.h - what the system call filters of a stopped thread make of a call, without making it. A filter that kills
 * would end the process at the first attempt.
 */
#ifndef FILTER_H
#define FILTER_H

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>

#define FILTERS 8u
#define FILTER_SECCOMP_GET_FILTER \
	0x420c /* PTRACE_SECCOMP_GET_FILTER of linux/ptrace.h, which clashes with sys/ptrace.h */

struct filters {
	unsigned int count;
	struct {
		long length;
		struct sock_filter code[BPF_MAXINSNS];
	} program[FILTERS];
};

/* Read the filters of a thread that the caller traces and that is stopped (ptrace(2), PTRACE_SECCOMP_GET_FILTER). */
static inline void filters_read(struct filters *filters, pid_t thread)
{
	for (filters->count = 0; filters->count < FILTERS; filters->count++) {
		long length = ptrace(FILTER_SECCOMP_GET_FILTER, thread, (void *)(uintptr_t)filters->count,
				     filters->program[filters->count].code);

		if (length < 0 && (errno == ENOENT || errno == EINVAL))
			return; /* all are read */
		if (length < 0)
			break;
		filters->program[filters->count].length = length;
	}
	printf("probe: the filters cannot be read: %s\n", strerror(errno));
	exit(2);
}

static inline bool filter_jumps(uint16_t code, uint32_t value, uint32_t k)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ: return value == k;
	case BPF_JGT: return value > k;
	case BPF_JGE: return value >= k;
	default: return value & k; /* BPF_JSET */
	}
}

/* The subset of classic BPF that libseccomp writes (seccomp(2), Documentation/networking/filter.rst of Linux). */
static inline uint32_t filter_result(const struct sock_filter *code, long length, const struct seccomp_data *data)
{
	uint32_t value = 0;

	for (long at = 0; at < length; at++) {
		const struct sock_filter *op = &code[at];

		if (op->code == (BPF_LD | BPF_W | BPF_ABS) && op->k <= sizeof(*data) - sizeof(value))
			memcpy(&value, (const char *)data + op->k, sizeof(value));
		else if (op->code == (BPF_ALU | BPF_AND | BPF_K))
			value &= op->k;
		else if (op->code == (BPF_JMP | BPF_JA))
			at += op->k;
		else if (BPF_CLASS(op->code) == BPF_JMP && BPF_SRC(op->code) == BPF_K)
			at += filter_jumps(op->code, value, op->k) ? op->jt : op->jf;
		else if (op->code == (BPF_RET | BPF_K))
			return op->k;
		else
			break;
	}
	printf("probe: a filter has an unknown instruction\n");
	exit(2);
}

/* Return: the call ends the process, or the thread. */
static inline bool filters_kill(const struct filters *filters, long number, const uint64_t arguments[6])
{
	struct seccomp_data data = { .nr = (int)number, .arch = AUDIT_ARCH_AARCH64 };

	memcpy(data.args, arguments, sizeof(data.args));
	for (unsigned int n = 0; n < filters->count; n++) {
		uint32_t result = filter_result(filters->program[n].code, filters->program[n].length, &data) &
				  SECCOMP_RET_ACTION_FULL;

		if (result == SECCOMP_RET_KILL_PROCESS || result == SECCOMP_RET_KILL_THREAD ||
		    result == SECCOMP_RET_TRAP)
			return true;
	}
	return false;
}

#endif
