// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * canary.c - the number that guards EL2's stack frames. No state.
 */
#include "boot/canary.h"
#include <libfdt.h>

#define BASIS 0xcbf29ce484222325ull

/* FNV-1a: each byte of a seed changes the whole number. */
static uint64_t mix(uint64_t number, uint8_t byte)
{
	return (number ^ byte) * 0x100000001b3ull;
}

static uint64_t mix_property(const void *fdt, const char *name, uint64_t number)
{
	int bytes = 0;
	const uint8_t *seed = fdt_getprop(fdt, fdt_path_offset(fdt, "/chosen"), name, &bytes);

	for (int i = 0; seed && i < bytes; i++)
		number = mix(number, seed[i]);
	return number;
}

uint64_t canary_make(const void *fdt, uint64_t number)
{
	number ^= BASIS;
	if (fdt) {
		number = mix_property(fdt, "rng-seed", number);
		number = mix_property(fdt, "kaslr-seed", number);
	}
	/* The first byte in memory is 0, where copying a string ends. */
	return mix(number, 0) << 8;
}
