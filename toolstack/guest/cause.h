/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cause.h - kinds of causes why a guest ended, for programs; guest->cause is the text for people.
 */
#ifndef TOOLSTACK_GUEST_CAUSE_H
#define TOOLSTACK_GUEST_CAUSE_H

enum cause_kind {
	CAUSE_UNKNOWN,       /* vimod ended before it was known */
	CAUSE_POWEROFF,      /* PSCI SYSTEM_OFF */
	CAUSE_REBOOT,        /* PSCI SYSTEM_RESET */
	CAUSE_CRASH,         /* a state that EL2 cannot continue */
	CAUSE_PANIC,         /* reported by the guest's kernel */
	CAUSE_KILLED,        /* EL2's VIMO_OP_KILL */
	CAUSE_DESTROYED,     /* by a client */
	CAUSE_RESTARTED,     /* by a client, at once */
	CAUSE_NOT_STARTED,   /* a file, a back end or vimo-dm */
	CAUSE_OUT_OF_MEMORY, /* of the hypervisor or of dom0: it was not started */
	CAUSE_HOST_SHUTDOWN, /* with dom0, in order */
	CAUSE_HOST_LOST,     /* with dom0, which crashed or lost its power */
	CAUSE_KINDS
};

/** cause_name() - the kind's name in records, histories and the API. */
const char *cause_name(enum cause_kind kind);
/** cause_find() - the kind of that name; CAUSE_UNKNOWN if there is none. @name may be NULL. */
enum cause_kind cause_find(const char *name);
#endif
