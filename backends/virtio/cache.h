/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cache.h - let the guest, whose Device mapping bypasses the caches, see stores of
 * vimo-dm (Arm ARM DDI 0487, B2.8: mismatched attributes).
 */
#ifndef VIRTIO_CACHE_H
#define VIRTIO_CACHE_H

#include <stddef.h>
#include <stdint.h>

/** cache_clean() - write back @bytes at @data to the point of coherency. */
static inline void cache_clean(const void *data, size_t bytes)
{
#if defined(__aarch64__)
	uint64_t ctr;
	uintptr_t line, step;

	__asm__("mrs %0, ctr_el0" : "=r"(ctr));
	step = 4ul << (ctr >> 16 & 15);
	for (line = (uintptr_t)data & ~(step - 1); line < (uintptr_t)data + bytes; line += step)
		__asm__ volatile("dc cvac, %0" : : "r"(line) : "memory");
	__asm__ volatile("dsb sy" : : : "memory");
#else
	(void)data;
	(void)bytes;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

#endif
