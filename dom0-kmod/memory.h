/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory.h - a domain's extents.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include "domain.h"

int vimo_memory_populate(struct domain *domain, u64 ipa, u64 bytes);
int vimo_memory_adopt(struct domain *domain);
/* Caller holds domain->sem. */
const struct extent *vimo_memory_find_locked(struct domain *domain, u64 ipa);
bool vimo_memory_covers_locked(struct domain *domain, u64 ipa, u64 bytes);
u64 vimo_memory_bytes_locked(struct domain *domain, u64 ipa); /* bytes of RAM from ipa on, without a hole */
/* Phase DYING, so that no process can map any more. */
bool vimo_memory_referenced(struct domain *domain);
int vimo_memory_revoke(struct domain *domain);

#endif
