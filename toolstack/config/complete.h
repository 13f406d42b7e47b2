/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * complete.h - values that guest.cfg leaves open of devices.
 */
#ifndef TOOLSTACK_CONFIG_COMPLETE_H
#define TOOLSTACK_CONFIG_COMPLETE_H

#include "config/guest_config.h"
#include "error.h"

/**
 * config_complete() - fill in what guest.cfg leaves open of devices: vdev, serial number, MAC, slot.
 *
 * The same configuration gets the same values, and given values stay.
 *
 * Return: 0, or -1: two devices have the same value, or keys do not go together.
 */
int config_complete(struct guest_config *config, struct error *err);

/**
 * Takes an error across keys: @err->key is the key of the configuration.
 * @index: of the device in the key's list, from 0; -1: none
 */
typedef void (*complete_report_fn)(void *arg, int index, const struct error *err);

/** config_complete_all() - config_complete() with all errors. Texts do not name the device. Return: 0 or -1. */
int config_complete_all(struct guest_config *config, complete_report_fn report, void *arg);

/** config_slots_used() - one more than the last virtio-mmio slot that has a device. */
uint32_t config_slots_used(const struct guest_config *config);

/** config_slots() - how many virtio-mmio slots the guest gets: those in use and the spare ones. */
uint32_t config_slots(const struct guest_config *config);

#endif
