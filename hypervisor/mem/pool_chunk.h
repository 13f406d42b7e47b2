/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pool_chunk.h - metadata of the pool; pool.c's own.
 */
#ifndef MEM_POOL_CHUNK_H
#define MEM_POOL_CHUNK_H

#include "lib/types.h"

#define CHUNK_PAGES (BLOCK_SIZE / PAGE_SIZE)
#define POOL_SCRUBBING 0xffffu /* owner of a page while it is scrubbed; no domain's id */

struct page_mark {
	uint8_t state; /* enum page_state */
	uint8_t granted;
	uint16_t owner;
};

struct chunk_split {
	struct page_mark page[CHUNK_PAGES];
};

struct chunk {
	struct page_mark all;
	struct chunk_split *split; /* then "all" means nothing */
};

static_assert(sizeof(struct chunk_split) <= PAGE_SIZE, "one heap page");

#endif
