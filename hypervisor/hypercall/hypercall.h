/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hypercall.h - the calls of include/vimo/hypercall.h.
 */
#ifndef HYPERCALL_HYPERCALL_H
#define HYPERCALL_HYPERCALL_H

#include <vimo/hypercall.h>
#include "guest/domain.h"

/* Arguments in x[1].., status in x[0], results from x[1]; false: no such function. */
bool hypercall_dispatch(struct vcpu *vcpu, uint32_t function);

typedef enum vimo_status (*hypercall_handler)(struct vcpu *vcpu, uint64_t *x);
/* The caller's own handler with the domain of x[1] looked up and held. */
typedef enum vimo_status (*domain_handler)(struct domain *domain, uint64_t *x);

/* info.c */
enum vimo_status hc_version(struct vcpu *vcpu, uint64_t *x);
enum vimo_status hc_info(struct vcpu *vcpu, uint64_t *x);
/* domain_calls.c */
enum vimo_status hc_domain_create(struct vcpu *vcpu, uint64_t *x);
enum vimo_status hc_domain_next(struct vcpu *vcpu, uint64_t *x);
enum vimo_status hc_domain_destroy(struct domain *domain, uint64_t *x);
enum vimo_status hc_domain_info(struct domain *domain, uint64_t *x);
enum vimo_status hc_domain_control(struct domain *domain, uint64_t *x);
enum vimo_status hc_vcpu_entry(struct domain *domain, uint64_t *x);
/* memory_calls.c */
enum vimo_status hc_mem_populate(struct domain *domain, uint64_t *x);
enum vimo_status hc_mem_translate(struct domain *domain, uint64_t *x);
enum vimo_status hc_mem_grant(struct domain *domain, uint64_t *x);
enum vimo_status hc_mem_revoke(struct domain *domain, uint64_t *x);
/* device_calls.c */
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
