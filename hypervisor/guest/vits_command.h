/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vits_command.h - a command of dom0 to its ITS.
 */
#ifndef GUEST_VITS_COMMAND_H
#define GUEST_VITS_COMMAND_H

#include "guest/vits_state.h"
#include "hw/its_command.h"

/*
 * Check and carry out one command; a wrong command has no effect but a line in the log, as an ITS may ignore it (IHI
 * 0069 H, 5.3). True when it looked at all LPIs: the caller lets the vCPU take interrupts. Lock: its.
 */
bool vits_command(struct vits *vits, const struct its_command *command);

#endif
