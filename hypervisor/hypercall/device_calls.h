/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * device_calls.h - devices, interrupts and events.
 */
#ifndef HYPERCALL_DEVICE_CALLS_H
#define HYPERCALL_DEVICE_CALLS_H

#include "hypercall/hypercall.h"

enum vimo_status hc_domain_page(struct domain *domain, uint64_t *x);
enum vimo_status hc_device_add(struct domain *domain, uint64_t *x);
enum vimo_status hc_device_notify(struct domain *domain, uint64_t *x);
enum vimo_status hc_irq_set(struct domain *domain, uint64_t *x);
enum vimo_status hc_ioreq_done(struct domain *domain, uint64_t *x);
enum vimo_status hc_event_bind(struct domain *domain, uint64_t *x);
enum vimo_status hc_event_connect(struct domain *domain, uint64_t *x);
enum vimo_status hc_console_kick(struct domain *domain, uint64_t *x);
enum vimo_status hc_event_send(struct vcpu *vcpu, uint64_t *x);

#endif
