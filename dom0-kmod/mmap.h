/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mmap.h - guest RAM and shared pages in user space.
 */
#ifndef MMAP_H
#define MMAP_H

#include "domain.h"

int vimo_domain_mmap(struct file *file, struct vm_area_struct *vma);
int vimo_memory_mmap(struct file *file, struct vm_area_struct *vma);

#endif
