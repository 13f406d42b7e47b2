/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * map.h - memory that vimo-dm shares: mapped by a domain descriptor, or of a file.
 */
#ifndef HOST_MAP_H
#define HOST_MAP_H

#include "virtio/guest_memory.h"
#include "error.h"

/** map_page() - a page EL2 shares, by its mmap offset (ioctl.h). Return: NULL on error. */
void *map_page(int domain, uint64_t offset, const char *what, struct error *err);
/** guest_memory_map() - map all of the guest's RAM. Return: 0 or -1. */
int guest_memory_map(struct guest_memory *memory, int domain, struct error *err);
/**
 * map_reserve() - reserve memory for a part of a mapped file now. Without it, the first store into the part would kill
 * vimo-dm if there were no memory.
 *
 * Return: 0, or -1 if there is no memory.
 */
int map_reserve(void *part, size_t bytes, struct error *err);

#endif
