/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * create.h - a new guest.
 */
#ifndef TOOLSTACK_GUEST_CREATE_H
#define TOOLSTACK_GUEST_CREATE_H

#include "guest/guest.h"

/**
 * create_guest() - check everything, build the guest and start it.
 * @config: checked by config_check(); stays until @fn has been called
 * @dry_run: only check; the kernel's contents, too
 * @fn: called once it runs (after a dry run without a guest), or with the error
 */
void create_guest(struct guests *guests, struct guest_config *config, bool dry_run, waiter_fn fn, void *arg);

/** create_check_new() - refuse the name of a guest that is defined: such a guest is started. Return: 0 or -1. */
int create_check_new(const char *name, struct error *err);

#endif
