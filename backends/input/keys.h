/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keys.h - the keys of a guest's input device (codes: linux/input-event-codes.h).
 */
#ifndef INPUT_KEYS_H
#define INPUT_KEYS_H

#include "error.h"

#include <stdbool.h>
#include <stdint.h>

struct key_event {
	uint16_t code;
	bool down;
};
#define KEYS_EVENTS_MAX 6u

/** keys_bitmap() - the bits of all keys, as in VIRTIO_INPUT_CFG_EV_BITS (VirtIO 1.2, 5.8.5.1). Return: their bytes. */
uint8_t keys_bitmap(uint8_t *bytes);
/**
 * keys_of() - the keys of an event: "sleep", "wakeup", or "sysrq", which takes a letter or digit as @key.
 * Either may be NULL. Return: the number of events, or -1.
 */
int keys_of(const char *event, const char *key, struct key_event *events, struct error *err);

#endif
