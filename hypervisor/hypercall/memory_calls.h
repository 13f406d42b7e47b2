/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory_calls.h - a domain's memory.
 */
#ifndef HYPERCALL_MEMORY_CALLS_H
#define HYPERCALL_MEMORY_CALLS_H

#include "hypercall/hypercall.h"

enum vimo_status hc_mem_populate(struct domain *domain, uint64_t *x);
enum vimo_status hc_mem_translate(struct domain *domain, uint64_t *x);
enum vimo_status hc_mem_grant(struct domain *domain, uint64_t *x);
enum vimo_status hc_mem_revoke(struct domain *domain, uint64_t *x);

#endif
