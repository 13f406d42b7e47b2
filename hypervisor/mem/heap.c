// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * heap.c - EL2's own pages, first fit over a bitmap that stands at the heap's
 * start. Owner of the bitmap. Lock: heap.
 */
#include "mem/heap.h"
#include "lib/lock.h"
#include "lib/panic.h"
#include "lib/string.h"

static spinlock_t heap_lock;
static uint8_t *heap_base;
static uint64_t *used; /* bit per page */
static size_t page_count, free_count, next_hint;

static bool is_used(size_t page)
{
	return used[page / 64] & BIT(page % 64);
}

static void set_used(size_t page, bool on)
{
	used[page / 64] = (used[page / 64] & ~BIT(page % 64)) | (uint64_t)on << page % 64;
}

void heap_init(void *base, size_t bytes)
{
	size_t map_pages;

	heap_base = base;
	used = base;
	page_count = bytes / PAGE_SIZE;
	map_pages = ALIGN_UP(ALIGN_UP(page_count, 64) / 8, PAGE_SIZE) / PAGE_SIZE;
	memset(used, 0, map_pages * PAGE_SIZE);
	for (size_t i = 0; i < map_pages; i++)
		set_used(i, true);
	free_count = page_count - map_pages;
	next_hint = map_pages;
}

static bool run_is_free(size_t first, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_used(first + i))
			return false;
	return true;
}

static size_t first_aligned(size_t from, size_t align)
{
	uint64_t base_page = (uintptr_t)heap_base / PAGE_SIZE;

	return ALIGN_UP(base_page + from, align) - base_page;
}

/* First page of a free run, or page_count. */
static size_t find_run(size_t count, size_t align)
{
	for (size_t i = first_aligned(next_hint, align); i + count <= page_count; i += align)
		if (run_is_free(i, count))
			return i;
	return page_count;
}

void *heap_alloc(size_t count, size_t align)
{
	size_t first = page_count;

	if (!count || count > page_count)
		return NULL;
	spin_lock(&heap_lock);
	if (count <= free_count)
		first = find_run(count, align);
	if (first < page_count) {
		for (size_t i = 0; i < count; i++)
			set_used(first + i, true);
		free_count -= count;
		if (first == next_hint)
			next_hint += count;
	}
	spin_unlock(&heap_lock);
	if (first == page_count)
		return NULL;
	return memset(heap_base + first * PAGE_SIZE, 0, count * PAGE_SIZE);
}

void heap_free(void *pages, size_t count)
{
	size_t first;

	if (!pages)
		return;
	first = ((uintptr_t)pages - (uintptr_t)heap_base) / PAGE_SIZE;
	/* The next owner must not read what a domain left here, nor must a bug of EL2. */
	memset(pages, 0, count * PAGE_SIZE);
	spin_lock(&heap_lock);
	for (size_t i = 0; i < count; i++) {
		if (first + i >= page_count || !is_used(first + i))
			panic("heap: page %zu freed twice", first + i);
		set_used(first + i, false);
	}
	free_count += count;
	next_hint = MIN(next_hint, first);
	spin_unlock(&heap_lock);
}

size_t heap_total_pages(void)
{
	return page_count;
}

size_t heap_free_pages(void)
{
	return free_count;
}
