// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uart.c - move bytes between the PL011's rings and the hub.
 *
 * EL2 signals output in an empty ring, and that all input was taken. So
 * uart_work() looks again after each step that makes a ring empty or full (pl011.c at EL2
 * has the other half of each fence).
 */
#include "platform/uart.h"

#include <string.h>
#include <vimo/ioctl.h>

size_t uart_ring_peek(const struct vimo_console_page *page, uint32_t *tail, void *data, size_t bytes)
{
	uint32_t head = __atomic_load_n(&page->out_head, __ATOMIC_ACQUIRE);
	size_t count = 0;

	if (head >= VIMO_CONSOLE_OUT || *tail >= VIMO_CONSOLE_OUT)
		return 0;
	for (; *tail != head && count < bytes; *tail = (*tail + 1) % VIMO_CONSOLE_OUT)
		((uint8_t *)data)[count++] = page->out[*tail];
	return count;
}

void uart_ring_free(struct vimo_console_page *page, uint32_t tail)
{
	__atomic_store_n(&page->out_tail, tail, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

size_t uart_ring_room(const struct vimo_console_page *page)
{
	uint32_t head = __atomic_load_n(&page->in_head, __ATOMIC_RELAXED);
	uint32_t tail = __atomic_load_n(&page->in_tail, __ATOMIC_ACQUIRE);

	if (head >= VIMO_CONSOLE_IN || tail >= VIMO_CONSOLE_IN)
		return 0;
	return (tail + VIMO_CONSOLE_IN - head - 1) % VIMO_CONSOLE_IN;
}

void uart_ring_write(struct vimo_console_page *page, const void *data, size_t bytes)
{
	uint32_t head = __atomic_load_n(&page->in_head, __ATOMIC_RELAXED) % VIMO_CONSOLE_IN;

	for (size_t i = 0; i < bytes; i++) {
		page->in[head] = ((const uint8_t *)data)[i];
		head = (head + 1) % VIMO_CONSOLE_IN;
	}
	__atomic_store_n(&page->in_head, head, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Return: false when there was no output. */
static bool transmit(struct uart *uart)
{
	uint32_t first = __atomic_load_n(&uart->page->out_tail, __ATOMIC_RELAXED), tail = first;
	uint8_t data[VIMO_CONSOLE_OUT];
	size_t bytes = uart_ring_peek(uart->page, &tail, data, sizeof(data));

	if (!bytes)
		return false;
	hub_begin(&uart->hub, first);
	hub_write(&uart->hub, data, bytes);
	uart_ring_free(uart->page, tail);
	hub_end(&uart->hub);
	ioctl(uart->domain, VIMO_IOC_CONSOLE_KICK); /* there is room again */
	return true;
}

void uart_work(struct uart *uart)
{
	uint8_t data[VIMO_CONSOLE_OUT];
	bool moved = false;
	size_t bytes, room;

	/* Until the ring is empty: only then does EL2 signal more. A guest that writes without end delays only itself.
	 */
	while (transmit(uart))
		;
	while ((room = uart_ring_room(uart->page)) && uart->hub.input_used) {
		bytes = hub_take(&uart->hub, data, room);
		uart_ring_write(uart->page, data, bytes);
		moved = true;
	}
	if (moved)
		ioctl(uart->domain, VIMO_IOC_CONSOLE_KICK);
}
