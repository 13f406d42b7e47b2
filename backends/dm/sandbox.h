/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sandbox.h - give up rights before the guest is served.
 */
#ifndef DM_SANDBOX_H
#define DM_SANDBOX_H

#include "error.h"

/**
 * sandbox_enter() - user vimo-dm (when root and it exists), no capabilities, no
 * new privileges, resource limits, and only the system calls we make.
 * Before any other thread runs. Return: 0 or -1.
 */
int sandbox_enter(struct error *err);

#endif
