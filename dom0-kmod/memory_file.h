/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory_file.h - a descriptor of guest memory alone.
 */
#ifndef MEMORY_FILE_H
#define MEMORY_FILE_H

#include "domain.h"

struct file *vimo_memory_file(struct domain *domain); /* with a reference of its own, or ERR_PTR */

#endif
