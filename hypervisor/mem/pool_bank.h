/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pool_bank.h - the pool's chunks, numbered through all banks of RAM without the holes between.
 */
#ifndef MEM_POOL_BANK_H
#define MEM_POOL_BANK_H

#include "lib/types.h"

#define POOL_BANKS_MAX 48u

struct pool_bank {
	uint64_t base, bytes; /* whole chunks */
};

/* VIMO_INVALID: no bank, more than POOL_BANKS_MAX, a bank that is not whole chunks, or not in ascending order. */
enum vimo_status pool_bank_set(const struct pool_bank *banks, unsigned int count);
uint64_t pool_bank_chunks(void); /* of all banks */
/* Chunk that holds pa; false when [pa, pa + bytes), not empty, is not inside one bank. */
bool pool_bank_find(pa_t pa, size_t bytes, uint64_t *chunk);
pa_t pool_bank_address(uint64_t chunk);
/* The first naturally aligned run of count chunks inside one bank, at *chunk or after; false: there is none. */
bool pool_bank_run(uint64_t *chunk, uint64_t count);
void pool_bank_span(pa_t *base, size_t *bytes); /* from the first bank to the last, with the holes */

#endif
