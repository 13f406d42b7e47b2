/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shared_page.h - pages that EL2 shares with dom0, in user space.
 */
#ifndef SHARED_PAGE_H
#define SHARED_PAGE_H

#include "domain.h"

#include <linux/mm.h>

/* Whether a shared page lies under this offset of the domain's descriptor. Caller holds domain->sem. */
bool vimo_shared_page_exists_locked(struct domain *domain, u64 offset);
/* In mmap(), for an area of one page. */
void vimo_shared_page_map(struct vm_area_struct *vma);
/* Phase DYING: no process reaches a shared page afterwards. */
void vimo_shared_pages_unmap(struct domain *domain);
bool vimo_shared_pages_referenced(struct domain *domain);

#endif
