// SPDX-License-Identifier: GPL-2.0-or-later
/* smp.c - several CPUs at once. */
#include "lib/guest.h"
#include "lib/psci.h"

static void add(void *argument)
{
	for (unsigned int i = 0; i < 1000; i++)
		__atomic_fetch_add((uint64_t *)argument, 1, __ATOMIC_RELAXED);
}

CASE(smp, exclusives_count_right)
{
	static uint64_t sum;

	if (cpu_count < 2) {
		skip("needs two CPUs");
		return;
	}
	sum = 0;
	for (unsigned int i = 1; i < cpu_count; i++)
		expect("CPU_ON", (uint64_t)cpu_start(i, add, &sum), PSCI_SUCCESS);
	add(&sum);
	for (unsigned int i = 1; i < cpu_count; i++)
		expect_true("the CPU ends", cpu_wait(i));
	expect("sum", sum, 1000ull * cpu_count);
}
