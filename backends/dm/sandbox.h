/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sandbox.h - give up rights before the guest is served.
 */
#ifndef DM_SANDBOX_H
#define DM_SANDBOX_H

#include "error.h"

/**
 * sandbox_enter() - become user vimo-dm (if root), without capabilities and new privileges,
 * with resource limits, and with only the system calls that vimo-dm makes.
 * Before any other thread runs. Return: 0 or -1.
 */
int sandbox_enter(struct error *err);

#endif
