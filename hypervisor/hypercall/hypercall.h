/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hypercall.h - the handler of a call: arguments in x[1].., results from x[1].
 */
#ifndef HYPERCALL_HYPERCALL_H
#define HYPERCALL_HYPERCALL_H

#include <vimo/hypercall.h>
#include "guest/domain.h"

typedef enum vimo_status (*hypercall_handler)(struct vcpu *vcpu, uint64_t *x);
/* The same with the domain of x[1], looked up and held. */
typedef enum vimo_status (*domain_handler)(struct domain *domain, uint64_t *x);

#endif
