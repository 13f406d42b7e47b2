/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uart_kind.h - the console of a device tree, and how each kind of UART sends a byte.
 */
#ifndef HW_UART_KIND_H
#define HW_UART_KIND_H

#include "lib/types.h"

struct uart_kind {
	const char *compatible;
	uint32_t data, status, mask, ready; /* register offsets; ready when (status & mask) == ready */
	uint8_t shift, width;               /* of registers, where the tree has no reg-shift, reg-io-width */
	struct {
		uint32_t offset, value;
	} before[2]; /* writes that announce the byte; offset 0: none */
};

struct uart {
	const struct uart_kind *kind;
	uint64_t base;
	unsigned int shift, width;
};

#define UART_BYTES 0x800u /* no kind has a register beyond */

/* The UART of /chosen/stdout-path; false when there is none that EL2 knows. */
bool uart_find(const void *fdt, struct uart *uart);

#endif
