// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * smccc.c - HVC and SMC: SMC Calling Convention (Arm DEN 0028) by owner.
 *
 * Both conduits answer alike; nothing a guest asks reaches the firmware but
 * dom0's power requests (guest/vpsci.c).
 */
#include "guest/smccc.h"
#include "guest/vpsci.h"
#include "hypercall/hypercall.h"
#include "trap/trap.h"

#define SMCCC_OWNER(function) FIELD(function, 29, 24)
#define OWNER_ARCH 0u
#define OWNER_STANDARD 4u
#define OWNER_VENDOR_HYP 6u
#define SMCCC_UNKNOWN (~0ull)

enum trap_result trap_smccc(struct vcpu *vcpu, uint64_t esr)
{
	uint32_t function = (uint32_t)vcpu->x[0];
	bool known = false;

	/* Immediates other than 0 are reserved (SMCCC 2.9). */
	if (unlikely(esr & 0xffff))
		return TRAP_UNDEFINED;
	switch (SMCCC_OWNER(function)) {
	case OWNER_STANDARD:
		known = vpsci_call(vcpu, function);
		break;
	case OWNER_ARCH:
		known = smccc_arch_call(vcpu, function);
		break;
	case OWNER_VENDOR_HYP:
		known = hypercall_dispatch(vcpu, function);
		break;
	}
	if (!known)
		vcpu->x[0] = SMCCC_UNKNOWN;
	return TRAP_RESUME;
}

enum trap_result trap_smc(struct vcpu *vcpu, uint64_t esr)
{
	/* A trapped SMC returns to itself, an HVC to the instruction after it. */
	return trap_smccc(vcpu, esr) == TRAP_UNDEFINED ? TRAP_UNDEFINED : TRAP_NEXT;
}
