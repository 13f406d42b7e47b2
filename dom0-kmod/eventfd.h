/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * eventfd.h - bind events to eventfds, and eventfds to interrupts.
 */
#ifndef EVENTFD_H
#define EVENTFD_H

#include "domain.h"

int vimo_kick_bind(struct domain *domain, const struct vimo_ioc_kick *args);
int vimo_call_bind(struct domain *domain, const struct vimo_ioc_call *args);
int vimo_console_bind(struct domain *domain, int fd);
/* Caller holds domain->sem for writing. */
void vimo_calls_remove_locked(struct domain *domain);
/* domain->hangup */
void vimo_calls_hangup(struct work_struct *work);

#endif
