/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * types.h - address kinds and the macros that every file uses.
 */
#ifndef LIB_TYPES_H
#define LIB_TYPES_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <vimo/abi.h>
#include <vimo/status.h>

/* Physical and guest addresses differ in type: mixing them does not compile. */
typedef struct {
	uint64_t v;
} pa_t;
typedef struct {
	uint64_t v;
} ipa_t;

#define PA(x) ((pa_t){ (uint64_t)(x) })
#define IPA(x) ((ipa_t){ (uint64_t)(x) })

#define PAGE_SIZE VIMO_PAGE_SIZE
#define PAGE_SHIFT VIMO_PAGE_SHIFT
#define BLOCK_SIZE (2ull << 20) /* level 2 entry */
#define GIGA_SIZE (1ull << 30)  /* level 1 entry */
#define CPU_MAX 64u

#define BIT(n) (1ull << (n))
#define MASK(high, low) ((~0ull >> (63 - (high))) & (~0ull << (low)))
#define FIELD(value, high, low) (((value) >> (low)) & (~0ull >> (63 - (high) + (low))))
#define ALIGN_DOWN(x, a) ((x) & ~((uint64_t)(a)-1))
#define ALIGN_UP(x, a) ALIGN_DOWN((x) + (a)-1, a)
#define IS_ALIGNED(x, a) (((x) & ((uint64_t)(a)-1)) == 0)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define NOINLINE __attribute__((noinline))
#define UNUSED __attribute__((unused)) /* a parameter that a table's other functions need */
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#endif
