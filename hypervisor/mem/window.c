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

void phys_zero(pa_t pa, size_t bytes)
{
	unsigned int cpu = this_cpu()->id;

	while (bytes) {
		size_t step = piece(pa, bytes);
		void *at = el2_window_map(cpu, 0, pa, step);

		memory_zero(at, step);
		if (!stage2_shape.fwb)
			cache_clean(at, step);
		el2_window_unmap(cpu, 0, at, step);
		pa.v += step;
		bytes -= step;
	}
}

void phys_clean(pa_t pa, size_t bytes)
{
	unsigned int cpu = this_cpu()->id;

	while (bytes) {
		size_t step = piece(pa, bytes);

		void *at = el2_window_map(cpu, 0, pa, step);

		cache_clean(at, step);
		el2_window_unmap(cpu, 0, at, step);
		pa.v += step;
		bytes -= step;
	}
}

void phys_write(pa_t to, const void *from, size_t bytes)
{
	unsigned int cpu = this_cpu()->id;

	while (bytes) {
		size_t step = piece(to, bytes);
		void *at = el2_window_map(cpu, 0, to, step);

		memcpy(at, from, step);
		cache_clean(at, step);
		el2_window_unmap(cpu, 0, at, step);
		to.v += step;
		from = (const uint8_t *)from + step;
		bytes -= step;
	}
}

void phys_read(void *to, pa_t from, size_t bytes)
{
	unsigned int cpu = this_cpu()->id;

	while (bytes) {
		size_t step = piece(from, bytes);
		void *at = el2_window_map(cpu, 0, from, step);

		memcpy(to, at, step);
		el2_window_unmap(cpu, 0, at, step);
		from.v += step;
		to = (uint8_t *)to + step;
		bytes -= step;
	}
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
