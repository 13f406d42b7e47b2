/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * map.h - memory that vimo-dm shares, mapped by a domain descriptor.
 */
#ifndef HOST_MAP_H
#define HOST_MAP_H

#include "virtio/guest_memory.h"
#include "error.h"

/** map_page() - a page EL2 shares, by its mmap offset (ioctl.h). Return: NULL on error. */
void *map_page(int domain, uint64_t offset, const char *what, struct error *err);
/** guest_memory_map() - map all of the guest's RAM. Return: 0 or -1. */
int guest_memory_map(struct guest_memory *memory, int domain, struct error *err);

#endif
