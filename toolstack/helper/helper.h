/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * helper.h - one helper of a guest: a process that serves one device, at the other end of a socket from vimo-dm.
 *
 * A helper outlives vimod. The next vimod finds it by records/NAME/FILE-SLOT.pid (base/process.h). Its struct
 * helper_kind makes it a storage daemon, a virtiofsd or a vimo-slirp.
 */
#ifndef TOOLSTACK_HELPER_HELPER_H
#define TOOLSTACK_HELPER_HELPER_H

#include "base/confine.h"
#include "base/process.h"
#include "base/watch.h"
#include "config/config.h"
#include "helper/reconnect.h"
#include "log.h"

struct helper;

/** The device that a helper serves: its configuration. */
union helper_config {
	struct disk_config disk;
	struct fs_config folder;
	struct vif_config vif;
};

enum helper_clients {
	CLIENTS_IN_TURN, /* the process accepts a connection when the one before has ended */
	CLIENT_ONCE,     /* the process ends with its first connection: each vimo-dm gets a new process */
	CLIENT_KEPT,     /* the process has one connection; vimod keeps a copy of its end for the next vimo-dm */
};

struct helper_kind {
	const char *key, *file, *program; /* its key in guest.cfg; what its files begin with; its name */
	enum helper_clients clients;
	bool reports_ready; /* the process writes to KEPT_READY when it serves, else it serves from its start on */
	bool gentle;        /* SIGTERM before SIGKILL: it has something to write */
	uint64_t sound_ms;  /* a process that served as long does not count as a failure */
	unsigned int lines; /* that are logged of one process; 0: all */
	uint64_t bytes;     /* of dom0's memory that the process may take (cgroup_add()) */
	/* Open files that may block, in a thread, before each restart. Return: for run(), or NULL. Both may be NULL. */
	void *(*prepare)(const union helper_config *config, uid_t user, struct error *err);
	void (*discard)(void *prepared);
	/* The process' end of its socket; sets helper->connection if clients do not connect later. Return: -1 with
	 * errno. */
	int (*open)(struct helper *helper);
	/* Start the process; @confine has its descriptors. helper->prepared may be NULL. Return: its number, or -1. */
	pid_t (*run)(struct helper *helper, struct confine *confine, struct error *err);
	/* The reason of a failed start, from the first line of messages; @advice gets a remedy. NULL: the line itself.
	 */
	const char *(*explain)(const char *words, enum error_code *code, const char **advice);
	/* Update the files that the process reads; called every few seconds. NULL: nothing. */
	void (*refresh)(struct helper *helper);
	/* Remove files that the guest left, before the first start and after the end; NULL: nothing. */
	void (*clean)(struct helper *helper);
};

/* The descriptors that a process gets, in the order of struct confine's kept ones. */
enum { KEPT_SOCKET, KEPT_READY };

struct helper {
	const struct helper_kind *kind;
	char guest[64];
	uid_t user;                   /* the guest's */
	char name[FS_TAG_BYTES + 16]; /* "disk vda" */
	uint32_t slot;
	uint64_t guest_bytes; /* the guest's memory, if the process maps it */
	union helper_config config;
	const char *target; /* in config: the path or URI that it serves; "": none */
	void *state;        /* the kind's own; freed with the helper */
	struct process process;
	int ready_fd, messages_fd; /* -1: none */
	int connection;            /* vimo-dm's end, as the kind's clients have it; -1: none */
	bool serves;               /* the process is ready */
	bool connected;            /* vimo-dm has a connection to it, or is about to be started with one */
	void *prepared;            /* for the next helper_begin(); NULL: none */
	char words[1024];          /* its messages before it was ready */
	unsigned int lines;        /* of messages since */
	/* supervisor.c's own */
	uv_loop_t *loop; /* NULL: not watched */
	struct watch *exit, *ready, *messages, *timer, *refresh;
	struct reconnect reconnect;
	struct preparation *preparation; /* under way in a thread; NULL: none */
	unsigned int failures;           /* in a row */
	uint64_t begun_ms;
	struct log_limit log_limit;
};

/** helper_new() - a helper that does not run. @user: the guest's; @name: of the device: "disk vda" */
struct helper *helper_new(const struct helper_kind *kind, const char *guest, uid_t user, const char *name,
			  uint32_t slot, const union helper_config *config);
/** helper_free() - free a helper that was stopped, or never started. */
void helper_free(struct helper *helper);
/** helper_path() - records/NAME/FILE-SLOT.@suffix. Any thread. */
void helper_path(const struct helper *helper, const char *suffix, char path[PATH_MAX]);
/** helper_listen() - the kind's open(): listen at FILE-SLOT.sock. Return: the listener, or -1 with errno. */
int helper_listen(struct helper *helper);
/** helper_dial() - connect to FILE-SLOT.sock without blocking. Return: a blocking descriptor, or -1 with errno. */
int helper_dial(const struct helper *helper);

/** helper_begin() - start the process; ready_fd tells when it serves. Without prepared it blocks as prepare() does. */
int helper_begin(struct helper *helper, struct error *err);
/**
 * helper_start() - start the process and wait until it serves. Blocks; any thread.
 *
 * Return: 0, or -1 with the process' own words in @err, and nothing runs.
 */
int helper_start(struct helper *helper, struct error *err);
/** helper_adopt() - take over the process that the previous vimod started. Return: false when the process has ended. */
bool helper_adopt(struct helper *helper);
/** helper_connected() - vimo-dm has the connection. The next vimod will know it. */
void helper_connected(struct helper *helper);
/** helper_stop() - end the process, once its data is written. Blocks; any thread. The helper is not watched any more.
 */
void helper_stop(struct helper *helper);
/** helper_forget() - the process has ended. */
void helper_forget(struct helper *helper);

/** helper_fail() - an error about the device. Return: -1. */
int helper_fail(const struct helper *helper, enum error_code code, const char *why, struct error *err);
/** helper_error() - why the process did not become ready, by its own words. Return: -1. */
int helper_error(struct helper *helper, struct error *err);
/** helper_read_ready() - ready_fd is readable. Return: 1 it serves, 0 not yet, -1 it will not. */
int helper_read_ready(struct helper *helper);
/** helper_read_messages() - into words before the process serves, into the log after. Return: false at the end. */
bool helper_read_messages(struct helper *helper);

/** helper_log() - log a line that the process may cause again and again. Context: event loop. */
#define helper_log(helper, level, ...) log_limited(&(helper)->log_limit, level, (helper)->guest, __VA_ARGS__)

#endif
