// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dispatch.c - number to row; the caller's rights; the domain argument.
 */
#include "hypercall/dispatch.h"
#include "hypercall/hypercall.h"

#define ANY_DOMAIN true
#define DOM0_ONLY false

struct row {
	hypercall_handler call;
	domain_handler on_domain; /* instead: x[1] names a domain other than dom0 */
	bool any_domain;
};

#define ROWS 32u /* a power of two: a guessed number stays within ("Spectre v1") */
static_assert(VIMO_HC_COUNT <= ROWS, "rows");

static const struct row rows[ROWS] = {
	[VIMO_HC_VERSION] = { hc_version, NULL, ANY_DOMAIN },
	[VIMO_HC_INFO] = { hc_info, NULL, DOM0_ONLY },
	[VIMO_HC_DOMAIN_CREATE] = { hc_domain_create, NULL, DOM0_ONLY },
	[VIMO_HC_DOMAIN_DESTROY] = { NULL, hc_domain_destroy, DOM0_ONLY },
	[VIMO_HC_DOMAIN_INFO] = { NULL, hc_domain_info, DOM0_ONLY },
	[VIMO_HC_DOMAIN_CONTROL] = { NULL, hc_domain_control, DOM0_ONLY },
	[VIMO_HC_DOMAIN_NEXT] = { hc_domain_next, NULL, DOM0_ONLY },
	[VIMO_HC_VCPU_ENTRY] = { NULL, hc_vcpu_entry, DOM0_ONLY },
	[VIMO_HC_MEM_POPULATE] = { NULL, hc_mem_populate, DOM0_ONLY },
	[VIMO_HC_MEM_TRANSLATE] = { NULL, hc_mem_translate, DOM0_ONLY },
	[VIMO_HC_MEM_GRANT] = { NULL, hc_mem_grant, DOM0_ONLY },
	[VIMO_HC_MEM_REVOKE] = { NULL, hc_mem_revoke, DOM0_ONLY },
	[VIMO_HC_DOMAIN_PAGE] = { NULL, hc_domain_page, DOM0_ONLY },
	[VIMO_HC_DEVICE_ADD] = { NULL, hc_device_add, DOM0_ONLY },
	[VIMO_HC_DEVICE_NOTIFY] = { NULL, hc_device_notify, DOM0_ONLY },
	[VIMO_HC_IRQ_SET] = { NULL, hc_irq_set, DOM0_ONLY },
	[VIMO_HC_IOREQ_DONE] = { NULL, hc_ioreq_done, DOM0_ONLY },
	[VIMO_HC_EVENT_BIND] = { NULL, hc_event_bind, DOM0_ONLY },
	[VIMO_HC_EVENT_CONNECT] = { NULL, hc_event_connect, DOM0_ONLY },
	[VIMO_HC_EVENT_SEND] = { hc_event_send, NULL, ANY_DOMAIN },
	[VIMO_HC_CONSOLE_KICK] = { NULL, hc_console_kick, DOM0_ONLY },
};

static enum vimo_status call_on_domain(domain_handler call, uint64_t *x)
{
	struct domain *domain = domain_get(x[1]);
	enum vimo_status status;

	if (!domain)
		return VIMO_NOT_FOUND;
	if (domain == dom0) {
		domain_put(domain);
		return VIMO_DENIED;
	}
	status = call(domain, x);
	/* DESTROY took the caller's reference with the domain. */
	if (call != hc_domain_destroy || status)
		domain_put(domain);
	return status;
}

static void answer_uid(uint64_t *x)
{
	x[0] = VIMO_UID_0;
	x[1] = VIMO_UID_1;
	x[2] = VIMO_UID_2;
	x[3] = VIMO_UID_3;
}

bool hypercall_dispatch(struct vcpu *vcpu, uint32_t function)
{
	uint32_t number = function - VIMO_HC(0);
	enum vimo_status status;
	const struct row *row;

	if (function == VIMO_SMCCC_UID) {
		answer_uid(vcpu->x);
		return true;
	}
	if (number >= VIMO_HC_COUNT)
		return false;
	row = &rows[number % ROWS];
	if (!row->any_domain && vcpu->domain != dom0)
		status = VIMO_DENIED;
	else
		status = row->call ? row->call(vcpu, vcpu->x) : call_on_domain(row->on_domain, vcpu->x);
	vcpu->x[0] = (uint64_t)(int64_t)status;
	return true;
}
