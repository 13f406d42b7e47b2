// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shared_page.c - pages of the heap that dom0 may use, too.
 */
#include "io/shared_page.h"
#include "cpu/cache.h"
#include "guest/domain.h"
#include "lib/panic.h"
#include "mem/heap.h"
#include "mem/stage2_change.h"

void *io_shared_page(unsigned int prot)
{
	void *page = heap_page();

	/* A guest that maps the page as Device memory must not read its old content. */
	if (page)
		cache_clean(page, PAGE_SIZE);
	if (page && stage2_map(&dom0->stage2, IPA((uintptr_t)page), PA((uintptr_t)page), PAGE_SIZE, prot)) {
		heap_free(page, 1);
		page = NULL;
	}
	return page;
}

void io_shared_page_free(void *page)
{
	if (!page)
		return;
	/* The page is mapped whole: a 4 KiB leaf needs no split, so this cannot fail. */
	if (stage2_unmap(&dom0->stage2, IPA((uintptr_t)page), PAGE_SIZE))
		panic("a page shared with dom0 cannot be taken back");
	heap_free(page, 1);
}
