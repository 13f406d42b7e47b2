// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fake_el2.c - see fake_el2.h.
 */
#include "fake_el2.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cpu/cpu.h"
#include "lib/log.h"
#include "lib/panic.h"
#include "mem/el2_map.h"
#include "mem/heap.h"

static struct cpu cpu;
struct cpu *test_this_cpu = &cpu;
uint64_t fake_window_bytes;

static uint8_t *heap, *ram;
/* Behind addresses outside the fake RAM, for tests that need size but no content. */
static uint8_t elsewhere[BLOCK_SIZE];
static bool window_used[EL2_WINDOWS];

void panic(const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	mock_assert(0, text, "panic", 0);
	abort();
}

void log_print(enum log_level level, const char *format, ...)
{
	(void)level;
	(void)format;
}

void fake_el2_start(size_t heap_pages)
{
	/* Concatenated tables ask for alignment: give the heap an odd start. */
	heap = aligned_alloc(BLOCK_SIZE, ALIGN_UP((heap_pages + 1) * PAGE_SIZE, BLOCK_SIZE));
	ram = malloc(FAKE_RAM_BYTES);
	assert_non_null(heap);
	assert_non_null(ram);
	memset(heap, 0xa5, (heap_pages + 1) * PAGE_SIZE);
	memset(ram, 0xa5, FAKE_RAM_BYTES);
	test_tlb_flushes = 0;
	heap_init(heap + PAGE_SIZE, heap_pages * PAGE_SIZE);
}

void fake_el2_stop(void)
{
	free(heap);
	free(ram);
}

uint8_t *fake_ram(uint64_t pa)
{
	assert_true(pa >= FAKE_RAM_BASE && pa < FAKE_RAM_BASE + FAKE_RAM_BYTES);
	return ram + (pa - FAKE_RAM_BASE);
}

/* As silicon: a store beside the range is a fault there, and here the next page's business. */
void *el2_window_map(unsigned int id, unsigned int slot, pa_t pa, size_t bytes)
{
	assert_true(bytes && pa.v % BLOCK_SIZE + bytes <= BLOCK_SIZE);
	fake_window_bytes += bytes;
	assert_int_equal(id, cpu.id);
	assert_true(slot < EL2_WINDOWS);
	assert_false(window_used[slot]);
	window_used[slot] = true;
	if (pa.v >= FAKE_RAM_BASE && pa.v < FAKE_RAM_BASE + FAKE_RAM_BYTES)
		return fake_ram(pa.v);
	return elsewhere + pa.v % BLOCK_SIZE;
}

void el2_window_unmap(unsigned int id, unsigned int slot, const void *at, size_t bytes)
{
	(void)id;
	(void)at;
	(void)bytes;
	assert_true(window_used[slot]);
	window_used[slot] = false;
}
