/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * domain_life.h - a domain's life: create -> (populate, devices, entry) -> start -> ... -> destroy.
 */
#ifndef GUEST_DOMAIN_LIFE_H
#define GUEST_DOMAIN_LIFE_H

#include "guest/domain.h"

enum vimo_status domain_create(unsigned int vcpus, uint32_t weight, struct domain **out);
/* dom0 itself: id 0, platform vGIC bases from gic_info, no pool memory. */
enum vimo_status domain_create_dom0(unsigned int vcpus, struct domain **out);
enum vimo_status domain_start(struct domain *domain);
enum vimo_status domain_pause(struct domain *domain); /* returns when none of its vCPUs runs */
enum vimo_status domain_unpause(struct domain *domain);
enum vimo_status domain_kill(struct domain *domain);  /* likewise; VIMO_STATE when DYING */
enum vimo_status domain_panic(struct domain *domain); /* domain_kill() with another reason */
/* Stop the domain, at its own request or by force; from any CPU, also from one of its vCPUs. dom0: no effect. */
void domain_shutdown(struct domain *domain, enum vimo_stop_reason reason, uint64_t detail);
/*
 * Bounded step: VIMO_AGAIN until done, VIMO_BUSY while pages are granted to dom0. dom0 itself: VIMO_DENIED.
 * After VIMO_OK the domain has gone, and the caller's reference with it.
 */
enum vimo_status domain_destroy(struct domain *domain);
bool domain_is_running(const struct domain *domain); /* a vCPU is on a CPU this moment */

#endif
