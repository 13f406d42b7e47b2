/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * complete.h - what a configuration leaves open of devices.
 */
#ifndef TOOLSTACK_CONFIG_COMPLETE_H
#define TOOLSTACK_CONFIG_COMPLETE_H

#include "config/guest_config.h"
#include "error.h"

/**
 * config_complete() - give disks and vifs what was left open: vdev, serial number, MAC, slot.
 *
 * Stable: the same for the same configuration, and what is there stays. Return: 0, or -1 when two want the same.
 */
int config_complete(struct guest_config *config, struct error *err);

/** config_slots() - how many virtio-mmio slots the guest gets: those in use and the spare ones. */
uint32_t config_slots(const struct guest_config *config);

#endif
