// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * create.c - all that is checked before a guest is made. A thread looks at its files: a file server that does not
 * answer holds up no other guest.
 */
#include "guest/create.h"
#include "alloc.h"
#include "base/store.h"
#include "container.h"
#include "guest/adopt.h"
#include "guest/capacity.h"
#include "guest/check.h"
#include "guest/definition.h"
#include "guest/snapshot.h"
#include "guest/work.h"

struct creation {
	struct work work;
	struct guests *guests;
	struct guest_config *config; /* the caller's */
	bool dry_run, paused;
	struct waiter *waiter;
	uint64_t page_sizes; /* that the CPUs offer, ORed; 0: unknown */
	struct error err;    /* of the files; code ERROR_NONE: none */
};

static int check_name(struct guests *guests, const char *name, struct error *err)
{
	if (guest_find(guests, name))
		error_set(err, ERROR_STATE,
			  "the name \"%s\" is in use: set name to another, or run 'vimoctl destroy %s'", name, name);
	else if (store_exists(name))
		error_set(
			err, ERROR_STATE,
			"the name \"%s\" is in use by a guest that vimod could not adopt: set name to another, or run "
			"'journalctl -u vimod' to see why",
			name);
	else if (!snapshot_check_idle(name, err))
		return 0;
	return error_about(err, "name");
}

int create_check_new(const char *name, struct error *err)
{
	if (!definition_exists(name))
		return 0;
	error_set(err, ERROR_STATE,
		  "guest \"%s\" is defined: run 'vimoctl start %s' to start it, 'vimoctl define' to replace its "
		  "definition, or set name to another",
		  name, name);
	return error_about(err, "name");
}

static int check_capacity(struct guests *guests, const struct guest_config *config, struct vimo_ioc_info *info,
			  struct error *err)
{
	return guests_open(guests, err) || capacity_check(guests->device, config, info, err) ? -1 : 0;
}

static void look_at_files(struct work *work)
{
	struct creation *creation = container_of(work, struct creation, work);
	struct guest_config *config = creation->config;
	struct image image;

	if (check_files(config, &creation->err) ||
	    image_open(&image, config->kernel, config->ramdisk, config->memory_bytes, &creation->err))
		return;
	if (!image_check_pages(&image, creation->page_sizes, &creation->err) && creation->dry_run)
		image_verify(&image, &creation->err);
	image_close(&image);
}

/* Another guest may have got the name or the memory meanwhile. */
static void on_looked(struct work *work)
{
	struct creation *creation = container_of(work, struct creation, work);
	struct vimo_ioc_info info;
	struct guest *guest;

	if (creation->err.code || check_name(creation->guests, creation->config->name, &creation->err) ||
	    check_capacity(creation->guests, creation->config, &info, &creation->err)) {
		waiter_call_all(&creation->waiter, NULL, &creation->err);
	} else if (creation->dry_run) {
		waiter_call_all(&creation->waiter, NULL, NULL);
	} else {
		guest = guest_new(creation->guests, creation->config);
		guest->creator = creation->waiter;
		guest->held = creation->paused;
		guest_post(guest, &(struct guest_event){ .kind = EVENT_BUILD });
	}
	free(creation);
}

void create_guest(struct guests *guests, struct guest_config *config, enum create_how how, waiter_fn fn, void *arg)
{
	struct creation *creation;
	struct vimo_ioc_info info;
	struct error err;

	if (guests->down_s) {
		error_set(&err, ERROR_STATE, "dom0 shuts its guests down: wait until that has ended");
		fn(arg, NULL, &err);
		return;
	}
	/* Guests of the previous vimod are known once /dev/vimo is open. */
	if (guests_open(guests, &err) || check_name(guests, config->name, &err) || check_devices(config, &err) ||
	    check_capacity(guests, config, &info, &err)) {
		fn(arg, NULL, &err);
		return;
	}
	creation = alloc_zeroed(sizeof(*creation));
	creation->guests = guests;
	creation->config = config;
	creation->dry_run = how == CREATE_DRY_RUN;
	creation->paused = how == CREATE_PAUSED;
	creation->page_sizes = info.page_sizes;
	waiter_add(&creation->waiter, fn, arg);
	work_start(&creation->work, guests->loop, NULL, look_at_files, on_looked);
}
