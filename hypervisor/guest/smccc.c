// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * smccc.c - version, features, and the firmware's workarounds for guests.
 */
#include "guest/smccc.h"
#include "hw/psci.h"

#define SMCCC_VERSION 0x80000000u
#define SMCCC_ARCH_FEATURES 0x80000001u
#define SMCCC_ARCH_WORKAROUND_1 0x80008000u
#define SMCCC_ARCH_WORKAROUND_2 0x80007fffu
#define SMCCC_ARCH_WORKAROUND_3 0x80003fffu
#define SMCCC_1_1 0x10001u
#define NOT_SUPPORTED (~0ull)

struct workaround {
	uint32_t function;
	int64_t feature; /* what ARCH_FEATURES answers */
};

static struct workaround workarounds[] = {
	{ SMCCC_ARCH_WORKAROUND_1, -1 },
	{ SMCCC_ARCH_WORKAROUND_2, -1 },
	{ SMCCC_ARCH_WORKAROUND_3, -1 },
};

void smccc_init(void)
{
	/* SMCCC 1.1 is there only if PSCI 1.0 says so (DEN 0028, 7.2.1). */
	if ((int32_t)psci_firmware_call(0x8400000a /* PSCI_FEATURES */, SMCCC_VERSION, 0, 0) < 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(workarounds); i++)
		workarounds[i].feature =
			(int32_t)psci_firmware_call(SMCCC_ARCH_FEATURES, workarounds[i].function, 0, 0);
}

static const struct workaround *find(uint32_t function)
{
	for (size_t i = 0; i < ARRAY_SIZE(workarounds); i++)
		if (workarounds[i].function == function)
			return &workarounds[i];
	return NULL;
}

static uint64_t features(uint32_t function)
{
	const struct workaround *workaround = find(function);

	if (function == SMCCC_VERSION || function == SMCCC_ARCH_FEATURES)
		return 0;
	return workaround ? (uint64_t)workaround->feature : NOT_SUPPORTED;
}

bool smccc_arch_call(struct vcpu *vcpu, uint32_t function)
{
	const struct workaround *workaround;

	switch (function) {
	case SMCCC_VERSION: vcpu->x[0] = SMCCC_1_1; return true;
	case SMCCC_ARCH_FEATURES: vcpu->x[0] = features((uint32_t)vcpu->x[1]); return true;
	}
	workaround = find(function);
	if (!workaround || workaround->feature < 0)
		return false;
	psci_firmware_call(function, vcpu->x[1], 0, 0);
	return true;
}
