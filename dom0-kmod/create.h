/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * create.h - make a domain, or adopt the one that EL2 has.
 */
#ifndef CREATE_H
#define CREATE_H

#include "domain.h"

/* With a reference for the caller, or ERR_PTR. */
struct domain *vimo_domain_create(u32 vcpus, u32 weight);
/* The module loads: list the domains that EL2 has. */
void vimo_domains_adopt(void);
/* Loading failed after some domains were adopted: those stay as they are in EL2. */
void vimo_domains_forget(void);

#endif
