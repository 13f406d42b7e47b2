// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pool.c - the owner of each page outside EL2 and dom0 (see pool.h). Owner of
 * the chunk table. Lock: pool.
 *
 * A chunk (2 MiB) has one state for all its pages, or, when split, a side table
 * with a state for each page.
 */
#include "mem/pool.h"
#include "lib/lock.h"
#include "lib/panic.h"
#include "mem/heap.h"
#include "mem/pool_bank.h"
#include "mem/pool_chunk.h"
#include "mem/window.h"

#define SCRUB_STEP ((size_t)64 << 10) /* between two looks for interrupts */

static spinlock_t pool_lock;
static struct chunk *chunks;
static uint64_t chunk_count;
static size_t total_pages, free_pages, dirty_pages;
static uint64_t scrub_hint;
/* A DIRTY chunk whose first bytes are scrubbed already. The claim of the chunk takes this over. */
static struct {
	uint64_t base;
	size_t bytes;
} half_scrubbed;
static uint64_t take_hint; /* no chunk below it is wholly free */

enum vimo_status pool_init(const struct pool_bank *banks, unsigned int count)
{
	enum vimo_status status = pool_bank_set(banks, count);
	size_t table_bytes;

	if (status)
		return status;
	chunk_count = pool_bank_chunks();
	table_bytes = ALIGN_UP(chunk_count * sizeof(*chunks), PAGE_SIZE);
	chunks = heap_alloc(table_bytes / PAGE_SIZE, 1);
	total_pages = free_pages = dirty_pages = 0;
	scrub_hint = take_hint = 0;
	half_scrubbed.bytes = 0;
	if (!chunks)
		return VIMO_NO_MEMORY;
	for (uint64_t i = 0; i < chunk_count; i++)
		chunks[i].all.state = PAGE_NONE;
	return VIMO_OK;
}

static bool in_pool(pa_t pa, size_t bytes)
{
	uint64_t chunk;

	return pool_bank_find(pa, bytes, &chunk);
}

/* The caller knows that pa is in the pool. */
static uint64_t number_of(pa_t pa)
{
	uint64_t chunk = 0;

	pool_bank_find(pa, 1, &chunk);
	return chunk;
}

static struct chunk *chunk_of(pa_t pa)
{
	return &chunks[number_of(pa)];
}

static struct page_mark *mark_of(pa_t pa)
{
	struct chunk *chunk = chunk_of(pa);

	return chunk->split ? &chunk->split->page[pa.v % BLOCK_SIZE / PAGE_SIZE] : &chunk->all;
}

/* From one mark for the chunk to one for each page. */
static enum vimo_status split_chunk(struct chunk *chunk)
{
	struct chunk_split *split;

	if (chunk->split)
		return VIMO_OK;
	split = heap_page();
	if (!split)
		return VIMO_NO_MEMORY;
	for (unsigned int i = 0; i < CHUNK_PAGES; i++)
		split->page[i] = chunk->all;
	chunk->split = split;
	return VIMO_OK;
}

static bool same_mark(struct page_mark a, struct page_mark b)
{
	return a.state == b.state && a.owner == b.owner && a.granted == b.granted;
}

/* Back to whole when all pages agree, so that its side table is free again. */
static void join_chunk(struct chunk *chunk)
{
	if (!chunk->split)
		return;
	for (unsigned int i = 1; i < CHUNK_PAGES; i++)
		if (!same_mark(chunk->split->page[i], chunk->split->page[0]))
			return;
	chunk->all = chunk->split->page[0];
	heap_free(chunk->split, 1);
	chunk->split = NULL;
}

/* Make side tables so that [pa, pa + bytes) can have its own marks: for the chunks at the ragged ends. */
static enum vimo_status prepare(pa_t pa, size_t bytes)
{
	enum vimo_status status = VIMO_OK;

	if (!IS_ALIGNED(pa.v, BLOCK_SIZE))
		status = split_chunk(chunk_of(pa));
	if (!status && !IS_ALIGNED(pa.v + bytes, BLOCK_SIZE))
		status = split_chunk(chunk_of(PA(pa.v + bytes - 1)));
	return status;
}

static size_t step_at(pa_t pa, uint64_t end)
{
	return !chunk_of(pa)->split && IS_ALIGNED(pa.v, BLOCK_SIZE) && end - pa.v >= BLOCK_SIZE ? BLOCK_SIZE :
												  PAGE_SIZE;
}

/* Memory being scrubbed still counts as dirty: a reader must not miss it. */
static void count(struct page_mark mark, size_t bytes, int sign)
{
	size_t pages = (size_t)sign * (bytes / PAGE_SIZE);

	if (mark.state == PAGE_FREE)
		free_pages += pages;
	else if (mark.state == PAGE_DIRTY || mark.owner == POOL_SCRUBBING)
		dirty_pages += pages;
}

static bool all_are(pa_t pa, size_t bytes, struct page_mark expected)
{
	for (uint64_t end = pa.v + bytes; pa.v < end; pa.v += step_at(pa, end))
		if (!same_mark(*mark_of(pa), expected))
			return false;
	return true;
}

/* No other function changes marks. */
static enum vimo_status change_locked(pa_t pa, size_t bytes, struct page_mark from, struct page_mark to)
{
	enum vimo_status status;

	if (!in_pool(pa, bytes) || !IS_ALIGNED(pa.v | bytes, PAGE_SIZE))
		return VIMO_INVALID;
	if (!all_are(pa, bytes, from))
		return VIMO_STATE;
	status = prepare(pa, bytes);
	if (status)
		return status;
	count(from, bytes, -1);
	count(to, bytes, 1);
	for (uint64_t end = pa.v + bytes; pa.v < end;) {
		size_t step = step_at(pa, end);

		*mark_of(pa) = to;
		if (IS_ALIGNED(pa.v + step, BLOCK_SIZE) || pa.v + step == end)
			join_chunk(chunk_of(pa));
		if (to.state == PAGE_FREE)
			take_hint = MIN(take_hint, number_of(pa));
		pa.v += step;
	}
	return VIMO_OK;
}

static enum vimo_status change(pa_t pa, size_t bytes, struct page_mark from, struct page_mark to)
{
	enum vimo_status status;

	spin_lock(&pool_lock);
	status = change_locked(pa, bytes, from, to);
	spin_unlock(&pool_lock);
	return status;
}

#define MARK(s, o, g) ((struct page_mark){ .state = (s), .owner = (o), .granted = (g) })

enum vimo_status pool_add(pa_t base, size_t bytes)
{
	enum vimo_status status = change(base, bytes, MARK(PAGE_NONE, 0, 0), MARK(PAGE_DIRTY, 0, 0));

	if (!status)
		total_pages += bytes / PAGE_SIZE;
	return status;
}

static bool chunk_is_free(uint64_t index)
{
	return !chunks[index].split && chunks[index].all.state == PAGE_FREE;
}

static bool find_chunks(uint64_t need, pa_t *out)
{
	while (take_hint < chunk_count && !chunk_is_free(take_hint))
		take_hint++;
	for (uint64_t first = take_hint; pool_bank_run(&first, need); first += need) {
		uint64_t i = 0;

		while (i < need && chunk_is_free(first + i))
			i++;
		if (i == need) {
			*out = pool_bank_address(first);
			return true;
		}
	}
	return false;
}

static bool find_page_in(struct chunk *chunk, uint64_t base, pa_t *out)
{
	for (unsigned int i = 0; i < CHUNK_PAGES; i++)
		if (chunk->split->page[i].state == PAGE_FREE) {
			*out = PA(base + i * PAGE_SIZE);
			return true;
		}
	return false;
}

/* Broken chunks first: whole chunks stay for callers that can use them whole. */
static bool find_page(pa_t *out)
{
	for (uint64_t i = 0; i < chunk_count; i++)
		if (chunks[i].split && find_page_in(&chunks[i], pool_bank_address(i).v, out))
			return true;
	return find_chunks(1, out);
}

enum vimo_status pool_take(uint16_t owner, size_t bytes, pa_t *out)
{
	enum vimo_status status = VIMO_NO_MEMORY;
	bool found;

	if (bytes != PAGE_SIZE && bytes != BLOCK_SIZE && bytes != GIGA_SIZE)
		return VIMO_INVALID;
	spin_lock(&pool_lock);
	if (free_pages >= bytes / PAGE_SIZE) {
		found = bytes == PAGE_SIZE ? find_page(out) : find_chunks(bytes / BLOCK_SIZE, out);
		if (found)
			status = change_locked(*out, bytes, MARK(PAGE_FREE, 0, 0), MARK(PAGE_OWNED, owner, 0));
	}
	spin_unlock(&pool_lock);
	return status;
}

enum vimo_status pool_give(uint16_t owner, pa_t pa, size_t bytes)
{
	enum vimo_status status;

	spin_lock(&pool_lock);
	status = change_locked(pa, bytes, MARK(PAGE_OWNED, owner, 0), MARK(PAGE_DIRTY, 0, 0));
	if (status == VIMO_STATE && all_are(pa, bytes, MARK(PAGE_OWNED, owner, 1)))
		status = VIMO_BUSY;
	spin_unlock(&pool_lock);
	return status;
}

enum vimo_status pool_grant(uint16_t owner, pa_t pa, size_t bytes)
{
	return change(pa, bytes, MARK(PAGE_OWNED, owner, 0), MARK(PAGE_OWNED, owner, 1));
}

enum vimo_status pool_revoke(uint16_t owner, pa_t pa, size_t bytes)
{
	return change(pa, bytes, MARK(PAGE_OWNED, owner, 1), MARK(PAGE_OWNED, owner, 0));
}

struct page_info pool_page_info(pa_t pa)
{
	struct page_info info = { .state = PAGE_NONE };

	spin_lock(&pool_lock);
	if (in_pool(pa, 1)) {
		const struct page_mark *mark = mark_of(pa);

		info = (struct page_info){ mark->state, mark->owner, mark->granted };
	}
	spin_unlock(&pool_lock);
	return info;
}

/* Next DIRTY run inside one chunk, marked as being scrubbed so that no other CPU takes it. */
static bool claim_dirty(pa_t *pa, size_t *bytes)
{
	for (uint64_t n = 0; n < chunk_count; n++, scrub_hint = (scrub_hint + 1) % chunk_count) {
		struct chunk *chunk = &chunks[scrub_hint];

		*pa = pool_bank_address(scrub_hint);
		*bytes = BLOCK_SIZE;
		if (!chunk->split && chunk->all.state == PAGE_DIRTY)
			return !change_locked(*pa, *bytes, MARK(PAGE_DIRTY, 0, 0), MARK(PAGE_NONE, POOL_SCRUBBING, 0));
		for (unsigned int i = 0; chunk->split && i < CHUNK_PAGES; i++) {
			if (chunk->split->page[i].state != PAGE_DIRTY)
				continue;
			pa->v += i * PAGE_SIZE;
			*bytes = PAGE_SIZE;
			return !change_locked(*pa, *bytes, MARK(PAGE_DIRTY, 0, 0), MARK(PAGE_NONE, POOL_SCRUBBING, 0));
		}
	}
	return false;
}

/* As claim_dirty(). Return: how much of it is scrubbed already. */
static size_t start_scrub(pa_t *pa, size_t *bytes, bool *claimed)
{
	size_t from = 0;

	spin_lock(&pool_lock);
	*claimed = claim_dirty(pa, bytes);
	if (*claimed && half_scrubbed.bytes && half_scrubbed.base == pa->v) {
		from = *bytes == BLOCK_SIZE ? half_scrubbed.bytes : 0;
		half_scrubbed.bytes = 0;
	}
	spin_unlock(&pool_lock);
	return from;
}

static void end_scrub(pa_t pa, size_t bytes, size_t scrubbed)
{
	enum page_state state = scrubbed == bytes ? PAGE_FREE : PAGE_DIRTY;

	spin_lock(&pool_lock);
	if (change_locked(pa, bytes, MARK(PAGE_NONE, POOL_SCRUBBING, 0), MARK(state, 0, 0)))
		panic("pool: page %lx changed while it was scrubbed", (unsigned long)pa.v);
	if (state == PAGE_DIRTY) {
		half_scrubbed.base = pa.v;
		half_scrubbed.bytes = scrubbed;
	}
	spin_unlock(&pool_lock);
}

size_t pool_scrub(size_t max_bytes, bool (*stop)(void))
{
	size_t done = 0, bytes, left;
	bool claimed = true, stopped = false;
	pa_t pa;

	while (done < max_bytes && !stopped && claimed && __atomic_load_n(&dirty_pages, __ATOMIC_RELAXED)) {
		size_t at = start_scrub(&pa, &bytes, &claimed);

		if (!claimed)
			break;
		while (at < bytes && !stopped) {
			size_t step = MIN(bytes - at, SCRUB_STEP);

			phys_zero(PA(pa.v + at), step);
			at += step;
			done += step;
			stopped = stop && stop();
		}
		end_scrub(pa, bytes, at);
	}
	left = __atomic_load_n(&dirty_pages, __ATOMIC_RELAXED) * PAGE_SIZE;
	return claimed ? left : 0;
}

size_t pool_total_pages(void)
{
	return total_pages;
}

size_t pool_free_pages(void)
{
	return __atomic_load_n(&free_pages, __ATOMIC_RELAXED);
}

size_t pool_spare_pages(void)
{
	size_t pages;

	spin_lock(&pool_lock);
	pages = free_pages + dirty_pages;
	spin_unlock(&pool_lock);
	return pages;
}

size_t pool_dirty_pages(void)
{
	return __atomic_load_n(&dirty_pages, __ATOMIC_RELAXED);
}
