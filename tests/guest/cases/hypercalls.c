// SPDX-License-Identifier: GPL-2.0-or-later
/* hypercalls.c - calls of ViMo-S's own: a guest gets none of dom0's, and EL2 goes on whatever the registers hold. */
#include <vimo/hypercall.h>
#include <vimo/status.h>
#include "lib/guest.h"

#define ROUNDS 100000u

static int absent(void)
{
	if (!on_vimo)
		skip("the machine itself has no hypercalls");
	return !on_vimo;
}

CASE(hypercalls, dom0s_calls_are_denied)
{
	if (absent())
		return;
	for (unsigned int n = VIMO_HC_INFO; n < VIMO_HC_COUNT; n++)
		if (n != VIMO_HC_EVENT_SEND)
			expect("status", call(VIMO_HC(n), 1, 0, 0), (uint64_t)(int64_t)VIMO_DENIED);
}

CASE(hypercalls, unknown_call)
{
	if (!absent())
		expect("status", call(VIMO_HC(VIMO_HC_COUNT), 0, 0, 0), (uint64_t)(int64_t)VIMO_UNSUPPORTED);
}

CASE(hypercalls, event_on_no_port)
{
	if (!absent())
		expect("status", call(VIMO_HC(VIMO_HC_EVENT_SEND), ~0ull, 0, 0), (uint64_t)(int64_t)VIMO_INVALID);
}

static uint64_t next_random(void)
{
	static uint64_t seed = 88172645463325252ull;

	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

/* Numbers of the Arm architecture's calls and of ViMo-S's; calls that would stop this guest are left out. */
CASE(hypercalls, random_registers)
{
	if (absent())
		return;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		uint64_t x[8];

		for (unsigned int n = 0; n < 8; n++)
			x[n] = next_random() >> (next_random() & 63);
		x[0] = (i & 1 ? VIMO_HC(0) : 0x80000000u) + (uint32_t)(x[0] & 0x3f);
		hvc(x);
	}
}
