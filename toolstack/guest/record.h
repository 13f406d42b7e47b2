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

/** What a record holds. */
struct record {
	enum guest_state state;
	uint64_t boot_id, started_ms;
	uint32_t domain, slots;
	bool restart, reboot;
	char cause[256], asked[192];
	enum cause_kind cause_kind;
	struct guest_config config;
};

/**
 * record_parse() - check all of a record and take its values.
 * @name: the directory that it lies in, which must be its guest's name
 *
 * Return: 0, or -1 with the reason.
 */
int record_parse(const char *name, json_object *json, struct record *record, struct error *err);
/**
 * record_read() - a guest as its record describes it, in the list, still GUEST_NEW; guest->recorded is its state.
 *
 * The guest has a domain (but no descriptor of it) only if that is of this life of dom0. A record that is refused
 * stays where it is, with an error in the log: its guest goes on alone, and its name is taken. The directory of a guest
 * that was ended halfway has no record and is removed.
 * Return: the guest, or NULL.
 */
struct guest *record_read(struct guests *guests, const char *name);

#endif
