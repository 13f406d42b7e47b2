/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hotplug_vif.h - networks of a guest that is up.
 */
#ifndef TOOLSTACK_GUEST_HOTPLUG_VIF_H
#define TOOLSTACK_GUEST_HOTPLUG_VIF_H

#include "guest/hotplug.h"

/** hotplug_add_vif() - attach a network. @spec: as a string of the key vif. The guest must not be busy. */
void hotplug_add_vif(struct guest *guest, const char *spec, hotplug_fn done, void *arg);
/** hotplug_remove_vif() - @which: its MAC, or its number, counted from 0. @force, and the guest, as for a disk. */
void hotplug_remove_vif(struct guest *guest, const char *which, bool force, hotplug_fn done, void *arg);

#endif
