/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * destroy.h - the end of a domain.
 */
#ifndef DESTROY_H
#define DESTROY_H

#include "domain.h"

/* At once, or by the reaper later. */
int vimo_domain_destroy(struct domain *domain);
/* domain->reaper */
void vimo_domain_reaper(struct work_struct *work);

#endif
