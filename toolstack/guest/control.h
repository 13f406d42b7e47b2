/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * control.h - what clients do to a guest that is up.
 */
#ifndef TOOLSTACK_GUEST_CONTROL_H
#define TOOLSTACK_GUEST_CONTROL_H

#include "guest/guest.h"

/** control_pause() - stop the vCPUs. Return: 0, or -1: ERROR_STATE unless the guest runs. */
int control_pause(struct guest *guest, struct error *err);
/** control_unpause() - let the vCPUs go on; after a stall, vimo-dm repeats what failed. Return: as control_pause(). */
int control_unpause(struct guest *guest, struct error *err);
/**
 * control_trigger() - press the power button, or keys of the guest's keyboard. @event, @key: as the API's Trigger has
 * them; @key: or NULL. Return: 0 or -1.
 */
int control_trigger(struct guest *guest, const char *event, const char *key, struct error *err);
/** control_power_button() - ask the guest to shut down. @reboot: restart it then. Return: 0 or -1. */
int control_power_button(struct guest *guest, bool reboot, struct error *err);

#endif
