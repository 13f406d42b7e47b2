/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest.h - a guest, all guests, and the events of a guest's life.
 *
 * The files of guest/ in their order; each uses only those before it:
 *
 *   cause       kinds of causes why a guest ended
 *   waiter      functions to be called when something has ended
 *   guest       this file: the structures, the list, observers, posting of events
 *   record      domain.json, what the next vimod reads of a guest
 *   work        jobs for threads
 *   saving      changes of files that outlive dom0, one after the other
 *   definition  guests that stay, whether they run or not
 *   history     starts and ends of each guest, which outlive dom0
 *   deferred    callers that wait until no thread works for the guest
 *   disk_files  images of raw disks, opened and claimed for a vimo-dm
 *   check       what can be checked before a device is opened
 *   capacity    processors and memory for one more guest
 *   resources   a guest's devices, opened for vimo-dm and described to it
 *   spawn       images opened in a thread, then a vimo-dm started with all devices
 *   respawn     the next vimo-dm when one has exited
 *   problems    stalls and lost switch links, reported by vimo-dm
 *   stop        a guest that stops by itself
 *   build       a domain with a kernel in it, until the guest runs
 *   end         vimo-dm, the domain and the files go
 *   life        every transition: a table of (state, event)
 *   control     pause, unpause, power button
 *   hotplug, hotplug_disk, hotplug_vif
 *               disks and networks of a guest that is up
 *   resize      disks of a guest that is up grow
 *   adopt       guests that the previous vimod left
 *   snapshot    snapshots of a guest that does not run
 *   create      all checks before a guest is built
 *   host        guests start and end with dom0
 *   patrol      sizes of files that guests' processes write
 *
 * life.c names the functions of the files before it. Those report to it by guest_post(), which calls
 * guests->on_event.
 */
#ifndef TOOLSTACK_GUEST_GUEST_H
#define TOOLSTACK_GUEST_GUEST_H

#include "boot/image.h"
#include "config/config.h"
#include "dm/process.h"
#include "guest/cause.h"
#include "guest/waiter.h"
#include "helper/set.h"
#include "helper/switches.h"
#include "host/vif.h"
#include "log.h"

#include <vimo/ioctl.h>

/*
 *   NEW -> BUILDING -> RUNNING <-> PAUSED -> STOPPED (preserved) or ENDING -> gone or BUILDING again
 *
 * Every way out, also of a create that failed, leads through ENDING.
 */
enum guest_state { GUEST_NEW, GUEST_BUILDING, GUEST_RUNNING, GUEST_PAUSED, GUEST_STOPPED, GUEST_ENDING, GUEST_STATES };

enum guest_event_kind {
	/* Building. */
	EVENT_BUILD,  /* of a new guest, or again for a restart */
	EVENT_BUILT,  /* a thread has loaded the guest and opened @files */
	EVENT_WAIT,   /* something is in use: @why. The guest can wait for it */
	EVENT_FAILED, /* the guest cannot be started: @why */
	EVENT_STARTED,
	EVENT_HELD, /* it is built, and a client asked for it to be paused before its first instruction */
	/* The vimo-dm process. */
	EVENT_DM_READY,
	EVENT_DM_FAILED, /* it reported @why, and was not ready */
	EVENT_DM_EXITED,
	/* Threads that work for a guest that is up. */
	EVENT_OPENED,      /* @files are open for the next vimo-dm */
	EVENT_OPEN_FAILED, /* @why */
	EVENT_CHANGED,     /* a disk was attached or detached, or was not */
	/* Clients. */
	EVENT_PAUSE,
	EVENT_UNPAUSE,
	EVENT_DESTROY, /* @restart: build it again afterwards */
	/* The guest itself. */
	EVENT_STALL,    /* vimo-dm paused it */
	EVENT_PRESERVE, /* it stopped, and is to be kept as it is */
	EVENT_STOP,     /* it stopped, and is to end */
	/* Ending. */
	EVENT_DESTROYED, /* the domain and all that served it are gone */
	/* A guest of the previous vimod. */
	EVENT_ADOPT_RUNNING,
	EVENT_ADOPT_PAUSED,
	EVENT_ADOPT_STOPPED,
	EVENT_ADOPT_LEFTOVER, /* there is nothing but its record and maybe a domain that cannot go on */
	GUEST_EVENTS
};

struct disk_files;

struct guest_event {
	enum guest_event_kind kind;
	struct disk_files *files; /* the poster closes what is left in them */
	const struct error *why;
	bool restart;
};

struct guest {
	struct guest *next;
	struct guests *guests;
	struct guest_config config;
	enum guest_state state;    /* life.c's */
	enum guest_state recorded; /* in its record, until it is adopted */
	uint32_t domain;
	int fd;         /* the domain's descriptor; -1: none */
	uint32_t slots; /* in its device tree */
	struct vif_taps taps[CONFIG_SLOTS];
	struct helper *helpers[CONFIG_SLOTS];       /* by slot; NULL: none */
	struct switch_link *switches[CONFIG_SLOTS]; /* to be connected again; NULL: none */
	bool busy;                                  /* a thread works for it (work.h) */
	bool held;                                  /* paused before its first instruction */
	bool restart;                               /* build it again once its domain is gone */
	bool reboot;                                /* its next power-off is a reboot that a client asked for */
	unsigned int quick_restarts;
	unsigned int waits;    /* tries to build it while something was in use */
	unsigned int respawns; /* of vimo-dm, since one was ready */
	uint64_t started_ms;   /* by CLOCK_MONOTONIC; 0: not yet */
	char cause[256];       /* of its end */
	enum cause_kind cause_kind;
	char asked[192];     /* the client that asked for its end; empty: none */
	uint32_t order;      /* of its shutdown with dom0; higher ones first */
	uint64_t pressed_ms; /* when dom0's shutdown pressed its power button last; 0: not yet */
	struct dm_process dm;
	struct watch *stop, *timer;
	int status_fd;     /* vimo-dm's status; -1: not watched */
	char problem[256]; /* of its disks, or what a restart waits for; empty: none */
	struct image image;
	struct error failure; /* for its creator */
	uint32_t gic_version;
	uint64_t page_sizes;    /* that the CPUs offer, ORed; 0: unknown */
	struct waiter *creator; /* one at most */
	struct waiter *enders;
	struct waiter *deferred; /* until no thread works for it */
	struct log_limit log_limit;
};

/** All guests. */
struct guests {
	uv_loop_t *loop;
	int device; /* /dev/vimo; -1: not there (yet) */
	uint64_t boot_id;
	uint32_t down_s; /* dom0 goes down, and a guest has so many seconds; 0: dom0 stays */
	struct guest *first;
	void (*on_event)(struct guest *guest, const struct guest_event *event);
	void (*observer)(void *arg, struct guest *guest); /* NULL: none */
	void *observer_arg;
};

/** guests_observe() - call @observer whenever a client would see a guest change, and after it is gone from the list. */
void guests_observe(struct guests *guests, void (*observer)(void *arg, struct guest *guest), void *arg);
/** guest_new() - a guest in the list, GUEST_NEW. */
struct guest *guest_new(struct guests *guests, const struct guest_config *config);
/** guest_unlist() - remove it from the list; the caller frees it. */
void guest_unlist(struct guest *guest);
/** guest_find() - the guest of that name, or NULL. */
struct guest *guest_find(struct guests *guests, const char *name);
const char *guest_state_name(enum guest_state state);
/** guest_is_up() - it runs or is paused. */
bool guest_is_up(const struct guest *guest);
/** guest_cause() - set the cause of its end. */
void guest_cause(struct guest *guest, enum cause_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/** guest_cause_add() - add to the text of its cause. */
void guest_cause_add(struct guest *guest, const char *text);
/** guest_asked() - @client asks for the guest's end, or its restart. */
void guest_asked(struct guest *guest, const char *client);
/** guest_announce() - call the observer. */
void guest_announce(struct guest *guest);
/** guest_post() - report an event. The guest may be freed then. */
void guest_post(struct guest *guest, const struct guest_event *event);

/** guest_log() - log a line that the guest or its processes may cause again and again. Context: event loop. */
#define guest_log(guest, level, ...) log_limited(&(guest)->log_limit, level, (guest)->config.name, __VA_ARGS__)

#endif
