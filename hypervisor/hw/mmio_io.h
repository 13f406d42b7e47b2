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
static inline uint8_t mmio_read8(uint64_t address)
{
	uint32_t value;

	__asm__ volatile("ldrb %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return (uint8_t)value;
}

static inline uint32_t mmio_read32(uint64_t address)
{
	uint32_t value;

	__asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return value;
}

static inline void mmio_write32(uint64_t address, uint32_t value)
{
	__asm__ volatile("str %w0, [%1]" : : "rZ"(value), "r"(address) : "memory");
}

static inline uint64_t mmio_read64(uint64_t address)
{
	uint64_t value;

	__asm__ volatile("ldr %0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return value;
}

static inline void mmio_write64(uint64_t address, uint64_t value)
{
	__asm__ volatile("str %0, [%1]" : : "r"(value), "r"(address) : "memory");
}

static inline void mmio_write8(uint64_t address, uint8_t value)
{
	__asm__ volatile("strb %w0, [%1]" : : "r"(value), "r"(address) : "memory");
}
#endif

#endif
