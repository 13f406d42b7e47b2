/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.h - domain.json, what the next vimod reads of a guest.
 */
#ifndef TOOLSTACK_GUEST_RECORD_H
#define TOOLSTACK_GUEST_RECORD_H

#include "guest/guest.h"

/** record_write() - write the guest's record, whole or not at all. Return: 0 or -1. */
int record_write(const struct guest *guest, struct error *err);
/** record_update() - write the record and announce the guest. A failure is logged. */
void record_update(struct guest *guest);
/**
 * record_read() - a guest as a record describes it, in the list, still GUEST_NEW.
 * @state: gets its state in the record
 *
 * The guest has a domain (but no descriptor of it) only if that is of this life of dom0. An unreadable record is
 * removed with the guest's directory.
 * Return: the guest, or NULL.
 */
struct guest *record_read(struct guests *guests, const char *name, enum guest_state *state);

#endif
