/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioreq.h - hand a guest's trapped accesses to the device model.
 */
#ifndef IOREQ_H
#define IOREQ_H

#include "domain.h"

int vimo_ioreq_init(struct domain *domain);
void vimo_ioreq_recover(struct domain *domain);
void vimo_ioreq_exit(struct domain *domain);
int vimo_ioreq_serve(struct domain *domain, struct vimo_ioc_ioreq *args);
bool vimo_ioreq_waits(struct domain *domain);
void vimo_ioreq_abandon(struct domain *domain, fl_owner_t owner);

#endif
