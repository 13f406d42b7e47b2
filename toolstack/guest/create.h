/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * create.h - a new guest.
 */
#ifndef TOOLSTACK_GUEST_CREATE_H
#define TOOLSTACK_GUEST_CREATE_H

#include "guest/guest.h"

enum create_how {
	CREATE_AND_START,
	CREATE_PAUSED,  /* before its first instruction */
	CREATE_DRY_RUN, /* only check; the kernel's contents, too */
};

/**
 * create_guest() - check everything, build the guest and start it.
 * @config: checked by config_check(); stays until @fn has been called
 * @fn: called once it runs or is paused (after a dry run without a guest), or with the error
 */
void create_guest(struct guests *guests, struct guest_config *config, enum create_how how, waiter_fn fn, void *arg);

/** create_check_new() - refuse the name of a guest that is defined: such a guest is started. Return: 0 or -1. */
int create_check_new(const char *name, struct error *err);

#endif
