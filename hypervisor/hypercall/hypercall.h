/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hypercall.h - the handlers of all calls: arguments in x[1].., results from x[1]. dispatch.c has their table.
 */
#ifndef HYPERCALL_HYPERCALL_H
#define HYPERCALL_HYPERCALL_H

#include <vimo/hypercall.h>
#include "guest/domain.h"

typedef enum vimo_status (*hypercall_handler)(struct vcpu *vcpu, uint64_t *x);
/* The same with the domain of x[1], looked up and held. */
typedef enum vimo_status (*domain_handler)(struct domain *domain, uint64_t *x);

/* Life of domains. */
enum vimo_status hc_domain_create(struct vcpu *vcpu, uint64_t *x);
enum vimo_status hc_domain_next(struct vcpu *vcpu, uint64_t *x);
enum vimo_status hc_domain_destroy(struct domain *domain, uint64_t *x);
enum vimo_status hc_domain_info(struct domain *domain, uint64_t *x);
enum vimo_status hc_domain_control(struct domain *domain, uint64_t *x);
enum vimo_status hc_vcpu_entry(struct domain *domain, uint64_t *x);

/* A domain's memory. */
enum vimo_status hc_mem_populate(struct domain *domain, uint64_t *x);
enum vimo_status hc_mem_translate(struct domain *domain, uint64_t *x);
enum vimo_status hc_mem_grant(struct domain *domain, uint64_t *x);
enum vimo_status hc_mem_revoke(struct domain *domain, uint64_t *x);

/* Devices, interrupts and events. */
enum vimo_status hc_domain_page(struct domain *domain, uint64_t *x);
enum vimo_status hc_device_add(struct domain *domain, uint64_t *x);
enum vimo_status hc_device_notify(struct domain *domain, uint64_t *x);
enum vimo_status hc_irq_set(struct domain *domain, uint64_t *x);
enum vimo_status hc_ioreq_done(struct domain *domain, uint64_t *x);
enum vimo_status hc_event_bind(struct domain *domain, uint64_t *x);
enum vimo_status hc_event_connect(struct domain *domain, uint64_t *x);
enum vimo_status hc_console_kick(struct domain *domain, uint64_t *x);
enum vimo_status hc_event_send(struct vcpu *vcpu, uint64_t *x);

/* Version, size and limits of this hypervisor. */
enum vimo_status hc_version(struct vcpu *vcpu, uint64_t *x);
enum vimo_status hc_info(struct vcpu *vcpu, uint64_t *x);

#endif
