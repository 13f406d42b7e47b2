/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest.h - vimod's guests and what may be done to them.
 */
#ifndef TOOLSTACK_GUEST_GUEST_H
#define TOOLSTACK_GUEST_GUEST_H

#include "dm/process.h"
#include "dm/request.h"
#include "config/config.h"
#include "api/varlink.h"
#include "guest/resources.h"
#include "boot/image.h"
#include "helper/switches.h"

enum guest_state { GUEST_BUILDING, GUEST_RUNNING, GUEST_PAUSED, GUEST_STOPPED, GUEST_ENDING };

struct guest {
	struct guest *next;
	struct daemon *daemon;
	struct guest_config config;
	enum guest_state state;
	uint32_t domain;
	int fd;         /* the domain's descriptor; -1: none */
	uint32_t slots; /* that its device tree shows */
	struct vif_taps taps[CONFIG_SLOTS];
	struct helper *helpers[CONFIG_SLOTS];       /* by slot; NULL: none */
	struct switch_link *switches[CONFIG_SLOTS]; /* that are to be made again; NULL: none */
	bool busy;                                  /* a worker uses it */
	bool restart;                               /* start again once its domain is gone */
	bool reboot;                                /* its next power-off is a reboot that we asked for */
	unsigned int quick_restarts;
	unsigned int waits;    /* times that it could not start again, as something was in use */
	unsigned int respawns; /* of its device model, since one was ready */
	uint64_t started_ms;
	char cause[256];
	struct dm_process dm;
	struct watch *stop, *timer, *stall;
	int stall_fd;      /* inotify; -1: none */
	char problem[256]; /* of its disks, or what it waits for; empty: none */
	struct image image;
	struct error failure; /* of a create, or of a worker */
	uint32_t gic_version;
	struct call *creator, *enders;
	struct deferred *deferred; /* calls that wait for the end of busy, the first first */
};

struct daemon {
	uv_loop_t *loop;
	int device; /* -1: not there (yet) */
	uint64_t boot_id;
	struct guest *guests;
	struct call *monitors;
};

/** daemon_open() - open /dev/vimo if it is not open, and adopt what runs. */
int daemon_open(struct daemon *daemon, struct error *err);
/** daemon_prune_monitors() - forget those whose client went away. */
void daemon_prune_monitors(struct daemon *daemon);
struct guest *guest_find(struct daemon *daemon, const char *name);
json_object *guest_to_json(struct guest *guest);
/** guest_is_up() - it runs or is paused. */
bool guest_is_up(const struct guest *guest);
typedef void (*deferred_fn)(struct call *call, json_object *parameters);
/**
 * guest_defer() - a call that changes a guest's devices waits while a thread is at them.
 * @fn: is called again then
 *
 * Return: false when it need not wait.
 */
bool guest_defer(struct guest *guest, struct call *call, json_object *parameters, deferred_fn fn);
/** guest_go_on() - no thread is at its devices any more, or it ends: now the calls that waited. */
void guest_go_on(struct guest *guest);
/** guest_create() - check all, build and start; answers @call in the end. @dry_run: only check */
void guest_create(struct daemon *daemon, const struct guest_config *config, bool dry_run, struct call *call);
/** guest_destroy() - end it at once; answers @call when it is gone. */
void guest_destroy(struct guest *guest, bool restart, struct call *call);
int guest_pause(struct guest *guest, bool pause, struct error *err);

#endif
