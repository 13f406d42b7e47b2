/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hotplug_vif.h - networks of a guest that is up. The guest must not be busy.
 */
#ifndef TOOLSTACK_GUEST_HOTPLUG_VIF_H
#define TOOLSTACK_GUEST_HOTPLUG_VIF_H

#include "guest/guest.h"

/** hotplug_add_vif() - add one network. Return: it, as the configuration has it now, or NULL. */
const struct vif_config *hotplug_add_vif(struct guest *guest, const char *spec, struct error *err);
/** hotplug_remove_vif() - @which: its MAC, or its number, counted from 0. Return: 0 or -1. */
int hotplug_remove_vif(struct guest *guest, const char *which, bool force, struct error *err);

#endif
