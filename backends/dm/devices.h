/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * devices.h - the devices of one guest, from the start of vimo-dm or added later.
 *
 * Context: the event loop's thread.
 */
#ifndef DM_DEVICES_H
#define DM_DEVICES_H

#include "dm/dm.h"

/** dm_open_io_threads() - make the rings of the I/O threads, which do not run yet. Return: 0 or -1. */
int dm_open_io_threads(struct dm *dm, struct error *err);
/** dm_open_slots() - initialise all slots, empty. */
void dm_open_slots(struct dm *dm);
/** dm_fill_slots() - show the guest that the slots without a device are empty. Return: 0 or -1. */
int dm_fill_slots(struct dm *dm, struct error *err);
/** dm_open_platform() - add the clock, the power button and the serial port. Return: 0 or -1. */
int dm_open_platform(struct dm *dm, struct error *err);
/** dm_add_device() - add the device that @spec describes. Return: 0, or -1 and nothing changed. */
int dm_add_device(struct dm *dm, const struct device_spec *spec, struct error *err);
/** dm_remove_device() - remove the device in the slot that @json names, if it has no driver or "force" is set. */
int dm_remove_device(struct dm *dm, json_object *json, struct error *err);
/** dm_reconnect() - the process that serves a device was started again: the descriptor leads to it. */
int dm_reconnect(struct dm *dm, const struct device_spec *spec, struct error *err);
/** dm_trigger() - press keys of the guest's keyboard. @request: vimod's. Return: 0 or -1. */
int dm_trigger(struct dm *dm, json_object *request, struct error *err);
/** dm_grow() - the image of the disk in the slot that @json names has grown. Return: 0 or -1. */
int dm_grow(struct dm *dm, json_object *json, struct error *err);
/** dm_resize() - set the size of the guest's terminal. Return: 0, or -1 if no device has a terminal. */
int dm_resize(struct dm *dm, uint16_t cols, uint16_t rows, struct error *err);
/** dm_start_devices() - start the threads. Return: 0 or -1. */
int dm_start_devices(struct dm *dm, struct error *err);
/** dm_close_devices() - move the last output; then no device does anything more. */
void dm_close_devices(struct dm *dm);

#endif
