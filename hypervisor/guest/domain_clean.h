/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * domain_clean.h - a domain's memory out of the caches.
 */
#ifndef GUEST_DOMAIN_CLEAN_H
#define GUEST_DOMAIN_CLEAN_H

#include "guest/domain.h"

/*
 * Clean and invalidate to the PoC a bounded part of the memory that the domain's stage 2 maps, from *ipa on, and move
 * *ipa. Return: true when all of it is done, *ipa is 0 then.
 */
bool domain_clean_step(struct domain *domain, uint64_t *ipa);

#endif
