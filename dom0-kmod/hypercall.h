/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hypercall.h - calls to EL2, typed.
 *
 * Any context. Every call is bounded by EL2; those that can answer VIMO_AGAIN
 * are looped by their callers, which reschedule between.
 */
#ifndef HYPERCALL_H
#define HYPERCALL_H

#include <vimo/domain.h>
#include <vimo/hypercall.h>
#include <vimo/status.h>

#include <linux/types.h>

struct hypercall_result {
	u64 x1, x2, x3;
};

/* The only HVC. result may be NULL. */
int vimo_hypercall(enum vimo_hypercall nr, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5, struct hypercall_result *result);
bool vimo_hypervisor_present(void);

/* One value of VIMO_HC_INFO; 0 when EL2 does not know it. */
u64 vimo_info(enum vimo_info what);

static inline int hc_domain_info(u32 domain, enum vimo_domain_info what, struct hypercall_result *result)
{
	return vimo_hypercall(VIMO_HC_DOMAIN_INFO, domain, what, 0, 0, 0, result);
}

static inline int hc_domain_control(u32 domain, enum vimo_domain_op op)
{
	return vimo_hypercall(VIMO_HC_DOMAIN_CONTROL, domain, op, 0, 0, 0, NULL);
}

static inline int hc_device_notify(u32 domain, u64 ipa, u32 bits)
{
	return vimo_hypercall(VIMO_HC_DEVICE_NOTIFY, domain, ipa, bits, 0, 0, NULL);
}

static inline int hc_ioreq_done(u32 domain, u32 vcpu)
{
	return vimo_hypercall(VIMO_HC_IOREQ_DONE, domain, vcpu, 0, 0, 0, NULL);
}

#endif
