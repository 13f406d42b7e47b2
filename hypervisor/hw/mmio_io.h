/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mmio_io.h - device register access; plain loads and stores that the compiler
 * neither splits nor merges.
 */
#ifndef HW_MMIO_IO_H
#define HW_MMIO_IO_H

#include "lib/types.h"

#ifdef VIMO_HOST_TEST
/* A test's devices. */
uint64_t test_mmio_read(uint64_t address, unsigned int bytes);
void test_mmio_write(uint64_t address, uint64_t value, unsigned int bytes);
#define mmio_read8(address) ((uint8_t)test_mmio_read(address, 1))
#define mmio_read32(address) ((uint32_t)test_mmio_read(address, 4))
#define mmio_read64(address) test_mmio_read(address, 8)
#define mmio_write8(address, value) test_mmio_write(address, value, 1)
#define mmio_write32(address, value) test_mmio_write(address, value, 4)
#define mmio_write64(address, value) test_mmio_write(address, value, 8)
#else
#define MMIO_ACCESS(bits, suffix, width)                                                                      \
	static inline uint##bits##_t mmio_read##bits(uint64_t address)                                        \
	{                                                                                                     \
		uint##bits##_t value;                                                                         \
		__asm__ volatile("ldr" suffix " %" width "0, [%1]" : "=r"(value) : "r"(address) : "memory");  \
		return value;                                                                                 \
	}                                                                                                     \
	static inline void mmio_write##bits(uint64_t address, uint##bits##_t value)                           \
	{                                                                                                     \
		__asm__ volatile("str" suffix " %" width "0, [%1]" : : "rZ"(value), "r"(address) : "memory"); \
	}
MMIO_ACCESS(8, "b", "w")
MMIO_ACCESS(32, "", "w")
MMIO_ACCESS(64, "", "x")
#endif

#endif
