/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * domain_calls.h - life of domains.
 */
#ifndef HYPERCALL_DOMAIN_CALLS_H
#define HYPERCALL_DOMAIN_CALLS_H

#include "hypercall/hypercall.h"

enum vimo_status hc_domain_create(struct vcpu *vcpu, uint64_t *x);
enum vimo_status hc_domain_next(struct vcpu *vcpu, uint64_t *x);
enum vimo_status hc_domain_destroy(struct domain *domain, uint64_t *x);
enum vimo_status hc_domain_info(struct domain *domain, uint64_t *x);
enum vimo_status hc_domain_control(struct domain *domain, uint64_t *x);
enum vimo_status hc_vcpu_entry(struct domain *domain, uint64_t *x);

#endif
