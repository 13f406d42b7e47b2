/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sandbox.h - give up rights before the guest is served.
 */
#ifndef DM_SANDBOX_H
#define DM_SANDBOX_H

#include "error.h"

#include <sys/types.h>

/**
 * sandbox_enter() - become the guest's @user (if root) in namespaces of its own with an empty root, without
 * capabilities and new privileges, with resource limits, and with only the system calls that vimo-dm makes. Before any
 * other thread runs. Return: 0 or -1.
 */
int sandbox_enter(uid_t user, struct error *err);

#endif
