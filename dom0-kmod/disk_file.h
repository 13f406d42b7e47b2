/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disk_file.h - transfers between a raw image and guest memory.
 */
#ifndef DISK_FILE_H
#define DISK_FILE_H

#include "domain.h"

/* With a reference of its own on the domain and image's, or ERR_PTR and without. */
struct file *vimo_disk_file(struct domain *domain, struct file *image, u64 base);

#endif
