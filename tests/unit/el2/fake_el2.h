/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake_el2.h - the machine below EL2 code in a test on the host: a heap, a piece of
 * physical memory, a CPU, a TLB that counts flushes.
 *
 * panic() is a failed assertion: expect_assert_failure() catches it.
 */
#ifndef TESTS_FAKE_EL2_H
#define TESTS_FAKE_EL2_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "lib/types.h"

#define FAKE_RAM_BASE 0x80000000ull
#define FAKE_RAM_BYTES (8 * BLOCK_SIZE)

/* Start with an empty heap of @heap_pages, physical memory filled with 0xa5. */
void fake_el2_start(size_t heap_pages);
void fake_el2_stop(void);
/* The byte at a physical address of the fake RAM. */
uint8_t *fake_ram(uint64_t pa);
extern unsigned int test_tlb_flushes;
/* Bytes of all windows so far. */
extern uint64_t fake_window_bytes;
/* Bytes cleaned to the point of coherency. */
extern uint64_t fake_cleaned_bytes;

#endif
