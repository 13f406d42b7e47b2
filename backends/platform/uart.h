/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uart.h - dom0's ends of the rings of the PL011 that EL2 emulates.
 */
#ifndef PLATFORM_UART_H
#define PLATFORM_UART_H

#include "host/hub.h"

#include <vimo/device.h>

struct uart {
	struct vimo_console_page *page;
	int domain;
	struct hub hub;
};

/** uart_ring_peek() - copy output from @tail on. Return: bytes; @tail moves past them. Indices are not trusted. */
size_t uart_ring_peek(const struct vimo_console_page *page, uint32_t *tail, void *data, size_t bytes);
/** uart_ring_free() - EL2 may overwrite the output before @tail. */
void uart_ring_free(struct vimo_console_page *page, uint32_t tail);
/** uart_ring_room() - free bytes for input in the ring. */
size_t uart_ring_room(const struct vimo_console_page *page);
/** uart_ring_write() - put @bytes <= room of input into the ring. */
void uart_ring_write(struct vimo_console_page *page, const void *data, size_t bytes);
/** uart_work() - output to the hub, its input to the ring; event loop. */
void uart_work(struct uart *uart);

#endif
