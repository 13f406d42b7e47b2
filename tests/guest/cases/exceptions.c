// SPDX-License-Identifier: GPL-2.0-or-later
/* exceptions.c - which exception an instruction takes, and what its syndrome is (Arm ARM DDI 0487 J.a, D17.2.37). */
#include "lib/guest.h"

CASE(exceptions, undefined_instruction)
{
	struct exception taken = EXCEPTION(__asm__ volatile(".globl udf_here\nudf_here:\n\t.inst 0"));
	extern const char udf_here[];

	expect("ESR", taken.esr, ESR_IL);
	expect("ELR", taken.elr, (uint64_t)(uintptr_t)udf_here);
	expect("vector", taken.vector, VECTOR_SYNC_SAME);
}

#define FSC_EXTERNAL 0x10u
#define ESR_FSC(esr) ((esr)&0x3f)

static void expect_external_abort(const struct exception *taken, uint64_t address)
{
	expect("class", ESR_EC(taken->esr), EC_DATA_ABORT_SAME);
	expect("fault status", ESR_FSC(taken->esr), FSC_EXTERNAL);
	expect("FAR", taken->far, address);
}

/* Holes on both hosts. Address 0 is one only under ViMo-S; QEMU has its flash there. */
CASE(exceptions, holes_abort)
{
	static const uint64_t places[] = { 0x0b000000, 0x3ffff000, 0x3f00000000, 0x08030000 };

	for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		volatile uint64_t *at = (volatile uint64_t *)places[i];
		struct exception load = EXCEPTION((void)*at), store = EXCEPTION(*at = 1);

		expect_external_abort(&load, places[i]);
		expect_external_abort(&store, places[i]);
	}
}
