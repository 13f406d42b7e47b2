/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uart.h - the board's UART, before dom0 runs and after an EL2 panic only.
 */
#ifndef HW_UART_H
#define HW_UART_H

#include "lib/types.h"

/* The UART of /chosen/stdout-path (uart_kind.c); EL2 prints nothing on a kind that it does not know. Maps it. */
void uart_init(const void *fdt);
void uart_write(const char *text, size_t bytes);
void uart_enable(bool on);

#endif
