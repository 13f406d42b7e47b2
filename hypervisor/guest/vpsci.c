// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vpsci.c - PSCI 1.1, the same for dom0 and domUs; dom0's requests to switch
 * the machine off or reset it go to the firmware.
 */
#include "guest/vpsci.h"
#include "guest/domain.h"
#include "guest/domain_life.h"
#include "guest/sched.h"
#include "guest/sched_wake.h"
#include "hw/power.h"
#include "hw/psci.h"
#include "lib/nospec.h"
#include "mem/stage2_lookup.h"

#define PSCI_NOT_SUPPORTED_64 ((uint64_t)-1)
#define PSCI_INVALID_PARAMETERS ((uint64_t)-2)
#define PSCI_DENIED ((uint64_t)-3)
#define PSCI_ALREADY_ON ((uint64_t)-4)
#define PSCI_INVALID_ADDRESS ((uint64_t)-9)
#define PSCI_1_1 0x10001u
#define POWER_STATE_RESERVED 0xfffffffffcfe0000ull
#define FUNCTION_64BIT BIT(30)
#define FUNCTION_NUMBER(function) (0x1fu & (function))
#define FUNCTION_BASE 0x84000000u

enum { AFFINITY_ON = 0, AFFINITY_OFF = 1, AFFINITY_ON_PENDING = 2 };

static uint64_t argument(const struct vcpu *vcpu, unsigned int n, bool wide)
{
	return wide ? vcpu->x[n] : (uint32_t)vcpu->x[n];
}

static uint64_t version(UNUSED struct vcpu *vcpu, UNUSED bool wide)
{
	return PSCI_1_1;
}

static uint64_t cpu_suspend(struct vcpu *vcpu, bool wide)
{
	/* Bits that the original format of power_state reserves (DEN 0022 F, 5.4.2). */
	if (argument(vcpu, 1, wide) & POWER_STATE_RESERVED)
		return PSCI_INVALID_PARAMETERS;
	/* Every state is a standby state: resumes here, registers kept (5.4.2). */
	sched_block(vcpu, WAIT_INTERRUPT);
	return PSCI_SUCCESS;
}

/* Caller holds the domain's lock. off_requested is looked at first: it ends only after the state is OFF. */
static bool last_one_on_locked(const struct vcpu *vcpu)
{
	const struct domain *domain = vcpu->domain;

	for (unsigned int i = 0; i < domain->vcpu_count; i++) {
		const struct vcpu *other = domain->vcpus[i];

		if (other != vcpu && !__atomic_load_n(&other->off_requested, __ATOMIC_ACQUIRE) &&
		    __atomic_load_n(&other->state, __ATOMIC_ACQUIRE) != VCPU_OFF)
			return false;
	}
	return true;
}

static uint64_t cpu_off(struct vcpu *vcpu, UNUSED bool wide)
{
	struct domain *domain = vcpu->domain;
	bool last;

	spin_lock(&domain->lock);
	last = last_one_on_locked(vcpu);
	if (!last || domain != dom0)
		sched_off(vcpu);
	spin_unlock(&domain->lock);
	if (!last)
		return PSCI_SUCCESS;
	/* No vCPU is left that could switch another on. dom0 may not leave the machine without itself. */
	domain_shutdown(domain, VIMO_STOP_CRASH, 0);
	return PSCI_DENIED;
}

static struct vcpu *find_vcpu(const struct vcpu *vcpu, uint64_t mpidr)
{
	uint64_t id = vcpu_of_affinity(mpidr);

	return id < vcpu->domain->vcpu_count ? vcpu->domain->vcpus[nospec(id, vcpu->domain->vcpu_count)] : NULL;
}

static uint64_t cpu_on(struct vcpu *vcpu, bool wide)
{
	struct vcpu *target = find_vcpu(vcpu, argument(vcpu, 1, wide));
	uint64_t entry = argument(vcpu, 2, wide), context = argument(vcpu, 3, wide), result = PSCI_SUCCESS;
	struct domain *domain = vcpu->domain;

	if (!target)
		return PSCI_INVALID_PARAMETERS;
	if ((entry & 3) || stage2_lookup(&domain->stage2, IPA(entry), NULL, NULL, NULL))
		return PSCI_INVALID_ADDRESS;
	spin_lock(&domain->lock);
	if (target->state != VCPU_OFF) {
		result = PSCI_ALREADY_ON; /* also for a vCPU that is on its way off (5.6.2) */
	} else {
		vcpu_reset(target, entry, context);
		sched_start(target);
	}
	spin_unlock(&domain->lock);
	return result;
}

static uint64_t affinity_info(struct vcpu *vcpu, bool wide)
{
	const struct vcpu *target = find_vcpu(vcpu, argument(vcpu, 1, wide));

	/* Levels above 0 need not be supported from PSCI 1.0 on (5.7). */
	if (!target || argument(vcpu, 2, wide))
		return PSCI_INVALID_PARAMETERS;
	return __atomic_load_n(&target->state, __ATOMIC_ACQUIRE) == VCPU_OFF ? AFFINITY_OFF : AFFINITY_ON;
}

static uint64_t migrate_info_type(UNUSED struct vcpu *vcpu, UNUSED bool wide)
{
	return 2; /* no Trusted OS, or it needs no migration */
}

static uint64_t stop(struct vcpu *vcpu, uint32_t function, enum vimo_stop_reason reason)
{
	if (vcpu->domain == dom0) {
		psci_firmware_call(function, 0, 0, 0);
		power_act(reason == VIMO_STOP_REBOOT ? POWER_RESET : POWER_OFF);
		log_print(LOG_WARN, "dom0 cannot %s the machine: the firmware has no PSCI call for it",
			  reason == VIMO_STOP_REBOOT ? "reset" : "switch off");
		return PSCI_NOT_SUPPORTED_64;
	}
	domain_shutdown(vcpu->domain, reason, 0);
	return PSCI_SUCCESS;
}

static uint64_t system_off(struct vcpu *vcpu, UNUSED bool wide)
{
	return stop(vcpu, PSCI_SYSTEM_OFF, VIMO_STOP_POWEROFF);
}

static uint64_t system_reset(struct vcpu *vcpu, UNUSED bool wide)
{
	return stop(vcpu, PSCI_SYSTEM_RESET, VIMO_STOP_REBOOT);
}

#define RESET_VENDOR BIT(31)

static uint64_t system_reset2(struct vcpu *vcpu, bool wide)
{
	/* A type of the vendor's is the board's affair, so dom0's. */
	if (vcpu->domain == dom0 && argument(vcpu, 1, wide) & RESET_VENDOR)
		return (uint64_t)psci_firmware_call(PSCI_SYSTEM_RESET2_64, argument(vcpu, 1, wide),
						    argument(vcpu, 2, wide), 0);
	/* Only the architectural warm reset, type 0 (5.11). */
	return argument(vcpu, 1, wide) == 0 ? system_reset(vcpu, wide) : PSCI_INVALID_PARAMETERS;
}

static uint64_t features(struct vcpu *vcpu, bool wide);

struct psci_row {
	uint64_t (*call)(struct vcpu *vcpu, bool wide);
	bool has_64bit;
};

static const struct psci_row rows[32] = {
	[0x00] = { version, false },      [0x01] = { cpu_suspend, true },   [0x02] = { cpu_off, false },
	[0x03] = { cpu_on, true },        [0x04] = { affinity_info, true }, [0x06] = { migrate_info_type, false },
	[0x08] = { system_off, false },   [0x09] = { system_reset, false }, [0x0a] = { features, false },
	[0x12] = { system_reset2, true },
};

static const struct psci_row *find_row(uint32_t function)
{
	const struct psci_row *row = &rows[FUNCTION_NUMBER(function)];

	if ((function & ~(FUNCTION_64BIT | 0x1fu)) != FUNCTION_BASE || !row->call)
		return NULL;
	return function & FUNCTION_64BIT && !row->has_64bit ? NULL : row;
}

#define SMCCC_VERSION 0x80000000u
static uint64_t features(struct vcpu *vcpu, UNUSED bool wide)
{
	uint32_t function = (uint32_t)vcpu->x[1];

	return function == SMCCC_VERSION || find_row(function) ? PSCI_SUCCESS : PSCI_NOT_SUPPORTED_64;
}

bool vpsci_call(struct vcpu *vcpu, uint32_t function)
{
	const struct psci_row *row = find_row(function);

	if (!row)
		return false;
	vcpu->x[0] = row->call(vcpu, function & FUNCTION_64BIT);
	return true;
}
