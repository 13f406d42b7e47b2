// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * window.c - short-lived access to memory that EL2 does not map. Interrupts
 * are masked and a CPU uses only its own windows: no lock.
 */
#include "mem/window.h"
#include "cpu/cache.h"
#include "cpu/cpu.h"
#include "lib/string.h"
#include "mem/el2_map.h"
#include "mem/stage2.h"

static size_t piece(pa_t pa, size_t bytes)
{
	return MIN(bytes, BLOCK_SIZE - pa.v % BLOCK_SIZE);
}

/* Write @from, or read into @to, or zero, or neither; then clean, unless only EL2 and guests with write-back look. */
static void access(pa_t pa, const uint8_t *from, uint8_t *to, size_t bytes, bool zero)
{
	unsigned int cpu = this_cpu()->id;
	size_t step;

	for (size_t done = 0; done < bytes; done += step) {
		pa_t here = PA(pa.v + done);
		void *at;

		step = piece(here, bytes - done);
		at = el2_window_map(cpu, 0, here, step);
		if (zero)
			memory_zero(at, step);
		if (from)
			memcpy(at, from + done, step);
		if (to)
			memcpy(to + done, at, step);
		if (!to && !(zero && stage2_shape.fwb))
			cache_clean(at, step);
		el2_window_unmap(cpu, 0, at, step);
	}
}

void phys_zero(pa_t pa, size_t bytes)
{
	access(pa, NULL, NULL, bytes, true);
}

void phys_clean(pa_t pa, size_t bytes)
{
	access(pa, NULL, NULL, bytes, false);
}

void phys_write(pa_t to, const void *from, size_t bytes)
{
	access(to, from, NULL, bytes, false);
}

void phys_read(void *to, pa_t from, size_t bytes)
{
	access(from, NULL, to, bytes, false);
}

void phys_copy(pa_t to, pa_t from, size_t bytes)
{
	unsigned int cpu = this_cpu()->id;

	while (bytes) {
		size_t step = MIN(piece(from, bytes), piece(to, bytes));
		const void *at = el2_window_map(cpu, 1, from, step);

		phys_write(to, at, step);
		el2_window_unmap(cpu, 1, at, step);
		from.v += step;
		to.v += step;
		bytes -= step;
	}
}
