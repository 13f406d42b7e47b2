/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * domain_memory.h - a domain's pages of the pool.
 */
#ifndef GUEST_DOMAIN_MEMORY_H
#define GUEST_DOMAIN_MEMORY_H

#include "guest/domain.h"

enum vimo_status domain_populate(struct domain *domain, ipa_t ipa, size_t bytes, size_t *done);
enum vimo_status domain_grant(struct domain *domain, ipa_t ipa, size_t bytes, size_t *done);
enum vimo_status domain_revoke(struct domain *domain, ipa_t ipa, size_t bytes, size_t *done);
/* Part of destroy: give pages back to the pool and scrub; VIMO_AGAIN until none is left. */
enum vimo_status domain_release_step(struct domain *domain);

#endif
