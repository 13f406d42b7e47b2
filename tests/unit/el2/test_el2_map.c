// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_el2_map.c - EL2's windows: which memory they cover, read off the tables as a walker does.
 */
#include "fake_el2.h"
#include "fake_sysreg.h"
#include <stdlib.h>
#include <string.h>
#include "cpu/cpu.h"
#include "lib/panic.h"
#include "mem/el2_map.h"
#include "mem/heap.h"

#define TABLE_ENTRIES 512u
#define PTE_VALID BIT(0)
#define PTE_TABLE BIT(1)
#define PTE_ADDRESS MASK(47, 12)
#define WINDOWS_L0 (0x7f0000000000ull >> 39)
#define MEMORY 0x80000000ull

struct cpu *test_this_cpu;
uint8_t boot_stack[CPU_STACK_BYTES] __attribute__((aligned(4096)));
/* The linker script's, of an image of three pages. */
__asm__(".bss\n.balign 4096\n.globl __image_start, __text_end, __rodata_end, el2_data_start, __image_end\n"
	"__image_start: .skip 4096\n__text_end: .skip 4096\n__rodata_end:\nel2_data_start: .skip 4096\n__image_end:\n.text");

static void *pages[64];
static unsigned int page_count;

void *heap_alloc(size_t count, size_t align_pages)
{
	void *page = aligned_alloc(PAGE_SIZE, PAGE_SIZE);

	assert_int_equal(count, 1);
	assert_int_equal(align_pages, 1);
	assert_non_null(page);
	assert_true(page_count < ARRAY_SIZE(pages));
	memset(page, 0, PAGE_SIZE);
	return pages[page_count++] = page;
}

void panic(const char *format, ...)
{
	(void)format;
	mock_assert(0, "panic", __FILE__, __LINE__);
	abort();
}

struct span {
	uint64_t from, to, bytes;
	unsigned int entries;
};

static void add_leaf(struct span *span, uint64_t pa, uint64_t bytes)
{
	span->from = span->entries ? MIN(span->from, pa) : pa;
	span->to = MAX(span->to, pa + bytes);
	span->bytes += bytes;
	span->entries++;
}

static void walk_below(const uint64_t *table, unsigned int level, struct span *span)
{
	for (unsigned int i = 0; i < TABLE_ENTRIES; i++) {
		uint64_t entry = table[i];

		if (!(entry & PTE_VALID))
			continue;
		if (level < 3 && (entry & PTE_TABLE))
			walk_below((const uint64_t *)(uintptr_t)(entry & PTE_ADDRESS), level + 1, span);
		else
			add_leaf(span, entry & PTE_ADDRESS, 1ull << (39 - 9 * level));
	}
}

/* All memory that any window covers. */
static struct span covered(void)
{
	const uint64_t *root = (const uint64_t *)(uintptr_t)el2_map_root().v;
	struct span span = { 0 };

	assert_true(root[WINDOWS_L0] & PTE_VALID);
	walk_below((const uint64_t *)(uintptr_t)(root[WINDOWS_L0] & PTE_ADDRESS), 1, &span);
	return span;
}

static int start(void **state)
{
	(void)state;
	/* The tables of the image last as long as the program: only the first test makes them. */
	if (!page_count) {
		fake_sysreg_set("id_aa64pfr1_el1", 0);
		el2_map_init();
		assert_int_equal(el2_window_init(1), VIMO_OK);
	}
	return 0;
}

static void expect_covered(uint64_t pa, size_t bytes, uint64_t from, uint64_t to)
{
	void *at = el2_window_map(1, 0, PA(pa), bytes);
	struct span span = covered();

	assert_int_equal((uintptr_t)at % BLOCK_SIZE, pa % BLOCK_SIZE);
	assert_int_equal(span.from, from);
	assert_int_equal(span.to, to);
	assert_int_equal(span.bytes, to - from);
	el2_window_unmap(1, 0, at, bytes);
	assert_int_equal(covered().entries, 0);
}

static void a_window_covers_its_range_and_no_more(void **state)
{
	(void)state;
	expect_covered(MEMORY, 1, MEMORY, MEMORY + PAGE_SIZE);
	expect_covered(MEMORY + 0xffc, 8, MEMORY, MEMORY + 2 * PAGE_SIZE);
	expect_covered(MEMORY + 5 * PAGE_SIZE, 3 * PAGE_SIZE, MEMORY + 5 * PAGE_SIZE, MEMORY + 8 * PAGE_SIZE);
	expect_covered(MEMORY + PAGE_SIZE, BLOCK_SIZE - PAGE_SIZE, MEMORY + PAGE_SIZE, MEMORY + BLOCK_SIZE);
	expect_covered(MEMORY, BLOCK_SIZE - PAGE_SIZE, MEMORY, MEMORY + BLOCK_SIZE - PAGE_SIZE);
}

static void a_whole_block_is_one_entry(void **state)
{
	void *at = el2_window_map(1, 1, PA(MEMORY), BLOCK_SIZE);

	(void)state;
	assert_int_equal(covered().entries, 1);
	assert_int_equal(covered().bytes, BLOCK_SIZE);
	el2_window_unmap(1, 1, at, BLOCK_SIZE);
	assert_int_equal(covered().entries, 0);
}

static void every_unmap_flushes(void **state)
{
	unsigned int before = test_tlb_flushes;

	(void)state;
	for (unsigned int i = 0; i < 5; i++)
		el2_window_unmap(1, 0, el2_window_map(1, 0, PA(MEMORY), PAGE_SIZE), PAGE_SIZE);
	assert_int_equal(test_tlb_flushes - before, 5);
}

static void two_windows_and_two_cpus_keep_apart(void **state)
{
	void *a = el2_window_map(1, 0, PA(MEMORY), PAGE_SIZE), *b = el2_window_map(1, 1, PA(MEMORY), PAGE_SIZE);
	void *c = el2_window_map(0, 0, PA(MEMORY), PAGE_SIZE), *d = el2_window_map(0, 1, PA(MEMORY), BLOCK_SIZE);

	(void)state;
	assert_int_equal(covered().entries, 4);
	el2_window_unmap(1, 0, a, PAGE_SIZE);
	assert_int_equal(covered().entries, 3);
	el2_window_unmap(1, 1, b, PAGE_SIZE);
	el2_window_unmap(0, 0, c, PAGE_SIZE);
	el2_window_unmap(0, 1, d, BLOCK_SIZE);
	assert_int_equal(covered().entries, 0);
}

extern uint8_t __image_start[], __text_end[], el2_data_start[];

static uint64_t leaf_of(const uint8_t *at)
{
	const uint64_t *table = (const uint64_t *)(uintptr_t)el2_map_root().v;
	uint64_t va = (uintptr_t)at, entry = 0;

	for (unsigned int level = 0; level <= 3; level++) {
		entry = table[va >> (39 - 9 * level) & 511];
		assert_true(entry & PTE_VALID);
		table = (const uint64_t *)(uintptr_t)(entry & PTE_ADDRESS);
	}
	return entry;
}

/* GP, bit 50, in EL2's text and nowhere else; the bit is RES0 on CPUs without FEAT_BTI. The last test: it maps anew. */
static void only_text_is_guarded_and_only_with_bti(void **state)
{
	(void)state;
	for (uint64_t bti = 0; bti <= 1; bti++) {
		fake_sysreg_set("id_aa64pfr1_el1", bti);
		el2_map_init();
		assert_int_equal(leaf_of(__image_start) >> 50 & 1, bti);
		assert_int_equal(leaf_of(__text_end) >> 50 & 1, 0);
		assert_int_equal(leaf_of(el2_data_start) >> 50 & 1, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_window_covers_its_range_and_no_more, start),
		cmocka_unit_test(a_whole_block_is_one_entry),
		cmocka_unit_test(every_unmap_flushes),
		cmocka_unit_test(two_windows_and_two_cpus_keep_apart),
		cmocka_unit_test(only_text_is_guarded_and_only_with_bti),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	while (page_count)
		free(pages[--page_count]);
	return failed;
}
