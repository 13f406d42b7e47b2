/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * storage_run.h - qemu-storage-daemon as a program to be run.
 */
#ifndef TOOLSTACK_STORAGE_RUN_H
#define TOOLSTACK_STORAGE_RUN_H

#include "layers.h"

/* Its descriptors, in the order of struct confine's kept ones. */
enum { KEPT_LISTENER, KEPT_READY, KEPT_PID };

const char *storage_program(void);
/**
 * storage_run() - start it.
 * @confine: has its descriptors; gets the images of @layers
 *
 * Its monitor's greeting in KEPT_READY says that it serves. Return: its process, or -1.
 */
pid_t storage_run(const struct disk_config *disk, const struct layers *layers, struct confine *confine,
		  struct error *err);

#endif
