/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-3-Clause */
/*
 * domain.h - a domain's states, stop reasons, operations and information.
 */
#ifndef VIMO_DOMAIN_H
#define VIMO_DOMAIN_H

enum vimo_domain_state {
	VIMO_DOMAIN_BUILDING = 0, /* created, never started */
	VIMO_DOMAIN_RUNNING = 1,
	VIMO_DOMAIN_PAUSED = 2,
	VIMO_DOMAIN_SHUTDOWN = 3, /* stopped, see enum vimo_stop_reason */
	VIMO_DOMAIN_DYING = 4,    /* being destroyed */
};

enum vimo_stop_reason {
	VIMO_STOP_NONE = 0,
	VIMO_STOP_POWEROFF = 1, /* PSCI SYSTEM_OFF */
	VIMO_STOP_REBOOT = 2,   /* PSCI SYSTEM_RESET */
	VIMO_STOP_CRASH = 3,    /* all vCPUs off, or a state that EL2 cannot continue */
	VIMO_STOP_KILLED = 4,   /* VIMO_OP_KILL */
	VIMO_STOP_PANIC = 5,    /* VIMO_OP_PANIC */
};

enum vimo_domain_op {
	VIMO_OP_START = 0,
	VIMO_OP_PAUSE = 1,
	VIMO_OP_UNPAUSE = 2,
	VIMO_OP_KILL = 3,  /* stop at once; VIMO_HC_DOMAIN_DESTROY frees the domain */
	VIMO_OP_PANIC = 4, /* the same, when the guest has reported a panic of its kernel */
};

/* Selectors of VIMO_HC_DOMAIN_INFO, and the results in x1, x2, x3. */
enum vimo_domain_info {
	VIMO_DOMAIN_INFO_STATE = 0,  /* enum vimo_domain_state, enum vimo_stop_reason, detail (PC or ESR of a crash) */
	VIMO_DOMAIN_INFO_SIZE = 1,   /* vCPUs, pages, pages granted to dom0 */
	VIMO_DOMAIN_INFO_TIME = 2,   /* CPU time of all vCPUs in ns, vCPUs online, 0 */
	VIMO_DOMAIN_INFO_COUNTS = 3, /* exits, injected exceptions (unknown accesses), vCPU switches */
	VIMO_DOMAIN_INFO_EXITS = 4,  /* exits by WFI and WFE, exits by physical interrupts, 0 */
	VIMO_DOMAIN_INFO_COUNT
};

#endif
