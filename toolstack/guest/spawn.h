/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spawn.h - images opened in a thread, then a vimo-dm started with all devices.
 */
#ifndef TOOLSTACK_GUEST_SPAWN_H
#define TOOLSTACK_GUEST_SPAWN_H

#include "guest/disk_files.h"
#include "guest/work.h"

/** A job that ends with open images. */
struct opening {
	struct work work;
	struct disk_files files;
	struct error err; /* code ERROR_NONE: none */
};

/** opening_start() - start a job for @guest; @done ends with opening_post(). */
void opening_start(struct guest *guest, work_fn run, work_fn done);
/** opening_of() - the job that @work is part of. */
struct opening *opening_of(struct work *work);
/** opening_post() - free the job after posting @kind with its files and error. */
void opening_post(struct opening *opening, enum guest_event_kind kind);
/**
 * spawn_dm() - start vimo-dm with all of the guest's devices. on_ready and on_exit become events.
 * @files: opened for this vimo-dm, since the locks of the previous one's are gone; those of the devices are taken
 *
 * Return: 0 or -1.
 */
int spawn_dm(struct guest *guest, struct disk_files *files, struct error *err);

#endif
