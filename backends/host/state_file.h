/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_file.h - files in /run that outlive vimo-dm. vimod makes them with their size. vimo-dm maps them and closes the
 * descriptors before it serves its guest: a mapping cannot grow a file, so a guest that takes over vimo-dm cannot fill
 * /run.
 *
 * Names of files are for messages.
 */
#ifndef HOST_STATE_FILE_H
#define HOST_STATE_FILE_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>

/**
 * state_file_map() - map the file @fd, which stays the caller's and may be closed then.
 * @least: bytes that it must have
 * @bytes: the most that are mapped; gets how many are
 *
 * Return: NULL on error.
 */
void *state_file_map(const char *name, int fd, size_t least, size_t *bytes, struct error *err);
/** state_file_begin() - empty a mapped file that does not begin with @magic, and let it begin so. Return: 0 or -1. */
int state_file_begin(const char *name, void *file, size_t bytes, uint64_t magic, struct error *err);
/**
 * state_file_reserve() - reserve memory for a part of a mapped file now. Without it, the first store into the part
 * would kill vimo-dm if there were no memory.
 *
 * Return: 0, or -1 if there is no memory.
 */
int state_file_reserve(const char *name, void *part, size_t bytes, struct error *err);

#endif
