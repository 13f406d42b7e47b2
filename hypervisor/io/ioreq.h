/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ioreq.h - accesses that the device model in dom0 answers.
 */
#ifndef IO_IOREQ_H
#define IO_IOREQ_H

#include "io/domain_io.h"

enum mmio_result ioreq_send(struct vcpu *vcpu, uint64_t ipa, const struct mmio_access *access);
/* IOREQ_DONE. VIMO_STATE without a request, or when the slot is not DONE. */
enum vimo_status ioreq_done(struct domain *domain, uint64_t vcpu);

#endif
