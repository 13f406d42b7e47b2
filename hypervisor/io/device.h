/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * device.h - devices whose registers the guest reads from memory.
 */
#ifndef IO_DEVICE_H
#define IO_DEVICE_H

#include "io/domain_io.h"

enum vimo_status device_add(struct domain *domain, uint64_t ipa, uint64_t layout, uint64_t intid, uint64_t events,
			    pa_t *page);
enum vimo_status device_notify(struct domain *domain, uint64_t ipa, uint64_t bits);
void device_free_all(struct domain *domain);

#endif
