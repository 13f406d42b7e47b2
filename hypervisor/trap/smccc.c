// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * smccc.c - HVC and SMC: SMC Calling Convention (Arm DEN 0028) by owner.
 *
 * Both conduits answer alike. Of a guest's calls only dom0's reach the
 * firmware: power requests (guest/vpsci.c), and those that its drivers need
 * (hw/firmware.c).
 */
#include "trap/smccc.h"
#include "cpu/smc.h"
#include "guest/domain.h"
#include "guest/smccc.h"
#include "guest/vpsci.h"
#include "hw/firmware.h"
#include "hypercall/dispatch.h"
#include "hypercall/hypercall.h"

#define SMCCC_OWNER(function) FIELD(function, 29, 24)
#define OWNER_ARCH 0u
#define OWNER_SILICON 2u
#define OWNER_OEM 3u
#define OWNER_STANDARD 4u
#define OWNER_VENDOR_HYP 6u
#define SMCCC_UNKNOWN (~0ull)

static bool call_firmware(struct vcpu *vcpu, uint32_t function)
{
	if (vcpu->domain != dom0 || !firmware_allows(function))
		return false;
	vcpu->x[0] = function; /* what was checked: W0 */
	smc_forward(vcpu->x);
	return true;
}

static enum trap_result call(struct vcpu *vcpu)
{
	uint32_t function = (uint32_t)vcpu->x[0];
	bool known = false;

	switch (SMCCC_OWNER(function)) {
	case OWNER_STANDARD: known = vpsci_call(vcpu, function) || call_firmware(vcpu, function); break;
	case OWNER_SILICON:
	case OWNER_OEM: known = call_firmware(vcpu, function); break;
	case OWNER_ARCH: known = smccc_arch_call(vcpu, function); break;
	case OWNER_VENDOR_HYP: known = hypercall_dispatch(vcpu, function); break;
	}
	if (!known)
		vcpu->x[0] = SMCCC_UNKNOWN;
	return TRAP_RESUME;
}

/* Immediates other than 0 are reserved (SMCCC 2.9). */
#define IMMEDIATE(esr) (0xffffu & (esr))

enum trap_result trap_hvc(struct vcpu *vcpu, uint64_t esr)
{
	if (unlikely(IMMEDIATE(esr))) {
		/* The HVC was taken, so PC is past it; an undefined one is not (Arm ARM D1.3.1). */
		write_sysreg(read_sysreg(elr_el2) - 4, elr_el2);
		return TRAP_UNDEFINED;
	}
	return call(vcpu);
}

enum trap_result trap_smc(struct vcpu *vcpu, uint64_t esr)
{
	if (IMMEDIATE(esr))
		return TRAP_UNDEFINED;
	call(vcpu);
	/* A trapped SMC returns to itself. */
	return TRAP_NEXT;
}
