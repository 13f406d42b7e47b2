// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pl011.c - a domU's UART, PL011 r1p5 (Arm DDI 0183): registers as a table,
 * bytes through a page that dom0 shares (include/vimo/device.h).
 *
 * EL2's ends of the rings are kept in struct pl011 and only published in the
 * page; dom0's ends are checked at each use. Lock: the domain's io lock.
 *
 * Transmission is instant while the ring to dom0 has room; the receive FIFO is
 * the ring from dom0, shown 32 deep. As on QEMU, bytes pass whether or not the
 * guest set UARTEN: early consoles count on firmware to set it.
 */
#include "io/pl011.h"
#include <vimo/guest_map.h>
#include "guest/sched.h"
#include "guest/vgic.h"
#include "io/event.h"

#define FR_CTS 0x01u /* a guest with flow control may send */
#define FR_RXFE 0x10u
#define FR_TXFF 0x20u
#define FR_RXFF 0x40u
#define FR_TXFE 0x80u
#define LCR_H_FEN 0x10u
#define INT_RX 0x10u
#define INT_TX 0x20u
#define INT_RT 0x40u
#define INT_ALL 0x7ffu
#define CR_MASK 0xff87u
#define CR_RESET 0x0300u
#define IFLS_RESET 0x12u
#define FIFO_DEPTH 32u

/* dom0's end of the out ring; an index out of range counts as an empty ring. */
static uint32_t out_tail(struct domain_io *io)
{
	uint32_t tail = __atomic_load_n(&io->console->out_tail, __ATOMIC_ACQUIRE);

	return tail < VIMO_CONSOLE_OUT ? tail : io->uart.out_head;
}

static bool out_is_full(struct domain_io *io)
{
	return (io->uart.out_head + 1) % VIMO_CONSOLE_OUT == out_tail(io);
}

/* The flags as the guest reads them; room after a full ring is a transmit interrupt. */
static bool transmit_full(struct domain_io *io)
{
	struct pl011 *uart = &io->uart;
	bool full = out_is_full(io);

	if (uart->blocked && !full)
		uart->ris |= INT_TX;
	uart->blocked = full;
	return full;
}

static uint32_t in_count(struct domain_io *io)
{
	uint32_t head = __atomic_load_n(&io->console->in_head, __ATOMIC_ACQUIRE);

	if (head >= VIMO_CONSOLE_IN)
		return 0;
	return (head + VIMO_CONSOLE_IN - io->uart.in_tail) % VIMO_CONSOLE_IN;
}

static uint32_t fifo_depth(const struct pl011 *uart)
{
	return uart->lcr_h & LCR_H_FEN ? FIFO_DEPTH : 1;
}

/* Number of bytes that raises the receive interrupt (IFLS, 3.3.9). */
static uint32_t receive_trigger(const struct pl011 *uart)
{
	static const uint8_t eighths[8] = { 1, 2, 4, 6, 7, 4, 4, 4 };

	return uart->lcr_h & LCR_H_FEN ? FIFO_DEPTH * eighths[uart->ifls >> 3 & 7] / 8 : 1;
}

static void update_line(struct domain *domain)
{
	struct pl011 *uart = &domain->io->uart;
	bool line = uart->ris & uart->imsc;

	if (line == uart->line)
		return;
	uart->line = line;
	vgic_set_level(domain, NULL, VIMO_GUEST_UART_INTID, line);
}

static void write_data(struct domain_io *io, uint32_t value)
{
	struct pl011 *uart = &io->uart;
	uint32_t head = uart->out_head, tail;

	if (transmit_full(io)) {
		__atomic_store_n(&io->console->out_lost, io->console->out_lost + 1, __ATOMIC_RELAXED);
		return;
	}
	io->console->out[head] = (uint8_t)value;
	uart->out_head = (head + 1) % VIMO_CONSOLE_OUT;
	__atomic_store_n(&io->console->out_head, uart->out_head, __ATOMIC_RELEASE);
	/* Either dom0 sees the new head, or this CPU sees that dom0 had read all before it. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	tail = out_tail(io);
	if (tail == head || tail == uart->out_head)
		event_raise(io->console_event);
	uart->ris |= INT_TX;
	if (transmit_full(io))
		uart->ris &= (uint16_t)~INT_TX;
}

/*
 * Receive interrupts after bytes arrive or are read. The ring is deeper than a FIFO: bytes that wait after a read count
 * as if they arrived just then.
 */
static void update_receive(struct domain_io *io)
{
	struct pl011 *uart = &io->uart;
	uint32_t count = in_count(io);

	uart->ris &= (uint16_t) ~(INT_RX | INT_RT);
	if (count >= receive_trigger(uart))
		uart->ris |= INT_RX;
	if (count && uart->lcr_h & LCR_H_FEN)
		uart->ris |= INT_RT;
}

static uint32_t read_data(struct domain_io *io)
{
	struct pl011 *uart = &io->uart;
	uint8_t byte;

	if (!in_count(io))
		return 0;
	byte = io->console->in[uart->in_tail];
	uart->in_tail = (uart->in_tail + 1) % VIMO_CONSOLE_IN;
	__atomic_store_n(&io->console->in_tail, uart->in_tail, __ATOMIC_RELEASE);
	/*
	 * dom0 may wait for room. dom0 looks again after it filled the ring; this code looks after it took the last
	 * byte.
	 */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!in_count(io))
		event_raise(io->console_event);
	update_receive(io);
	return byte;
}

static uint32_t read_flags(struct domain_io *io)
{
	uint32_t count = in_count(io), flags = FR_CTS | (count ? 0 : FR_RXFE);

	if (count >= fifo_depth(&io->uart))
		flags |= FR_RXFF;
	return flags | (transmit_full(io) ? FR_TXFF : FR_TXFE);
}

static uint32_t read_masked(struct domain_io *io)
{
	return io->uart.ris & io->uart.imsc;
}

static void write_clear(struct domain_io *io, uint32_t value)
{
	io->uart.ris &= (uint16_t)~value;
}

struct register_row {
	uint32_t (*read)(struct domain_io *io);
	void (*write)(struct domain_io *io, uint32_t value);
	uint16_t field; /* else: offset in struct pl011 ... */
	uint8_t bytes;  /* ... of 1 or 2 bytes; 0: no field */
	uint16_t mask;  /* bits that can be written */
};

#define FIELD_ROW(name, bits)                                                                                     \
	{                                                                                                         \
		.field = offsetof(struct pl011, name), .bytes = sizeof(((struct pl011 *)0)->name), .mask = (bits) \
	}

/*
 * Table 3-1; index: offset / 4. Registers that are not in it read as zero and ignore writes; so does UARTRSR, since no
 * byte has an error.
 */
static const struct register_row rows[] = {
	[0x00 / 4] = { .read = read_data, .write = write_data }, /* UARTDR */
	[0x18 / 4] = { .read = read_flags },                     /* UARTFR */
	[0x20 / 4] = FIELD_ROW(ilpr, 0xff),                      /* UARTILPR */
	[0x24 / 4] = FIELD_ROW(ibrd, 0xffff),                    /* UARTIBRD */
	[0x28 / 4] = FIELD_ROW(fbrd, 0x3f),                      /* UARTFBRD */
	[0x2c / 4] = FIELD_ROW(lcr_h, 0xff),                     /* UARTLCR_H */
	[0x30 / 4] = FIELD_ROW(cr, CR_MASK),                     /* UARTCR */
	[0x34 / 4] = FIELD_ROW(ifls, 0x3f),                      /* UARTIFLS */
	[0x38 / 4] = FIELD_ROW(imsc, INT_ALL),                   /* UARTIMSC */
	[0x3c / 4] = FIELD_ROW(ris, 0),                          /* UARTRIS */
	[0x40 / 4] = { .read = read_masked },                    /* UARTMIS */
	[0x44 / 4] = { .write = write_clear },                   /* UARTICR */
	[0x48 / 4] = FIELD_ROW(dmacr, 0x7),                      /* UARTDMACR */
};

#define ID_OFFSET 0xfe0u
static const uint8_t ids[8] = { 0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

static uint32_t field_read(const struct pl011 *uart, const struct register_row *row)
{
	const uint8_t *field = (const uint8_t *)uart + row->field;

	return row->bytes == 2 ? *(const uint16_t *)(const void *)field : *field;
}

static void field_write(struct pl011 *uart, const struct register_row *row, uint32_t value)
{
	uint8_t *field = (uint8_t *)uart + row->field;

	if (row->bytes == 2)
		*(uint16_t *)(void *)field = (uint16_t)(value & row->mask);
	else
		*field = (uint8_t)(value & row->mask);
}

/* NULL: no register at that offset. */
static const struct register_row *find_row(uint64_t offset)
{
	return offset / 4 < ARRAY_SIZE(rows) ? &rows[offset / 4] : NULL;
}

static uint32_t register_read(struct domain_io *io, uint64_t offset)
{
	const struct register_row *row = find_row(offset);

	if (offset >= ID_OFFSET)
		return ids[(offset - ID_OFFSET) / 4];
	if (!row)
		return 0;
	if (row->bytes)
		return field_read(&io->uart, row);
	return row->read ? row->read(io) : 0;
}

static void register_write(struct domain_io *io, uint64_t offset, uint32_t value)
{
	const struct register_row *row = find_row(offset);

	if (!row)
		return;
	if (row->bytes && row->mask)
		field_write(&io->uart, row, value);
	else if (row->write)
		row->write(io, value);
}

static enum mmio_result pl011_access(struct vcpu *vcpu, void *context, struct mmio_access *access)
{
	struct domain *domain = context;
	struct domain_io *io = domain->io;
	unsigned int shift = 8 * (access->offset & 3);

	if (access->width > 4)
		return MMIO_ABORT;
	spin_lock(&io->lock);
	/* Narrow accesses: the register's low bits are where the guest expects them; parts above are zero. */
	if (access->write && !shift)
		register_write(io, access->offset, (uint32_t)access->data);
	else if (!access->write)
		access->data = register_read(io, access->offset & ~3ull) >> shift;
	update_line(domain);
	spin_unlock(&io->lock);
	/* The guest polls for room: let dom0 make some. */
	if (unlikely(io->uart.blocked))
		sched_yield(vcpu);
	return MMIO_DONE;
}

enum vimo_status pl011_create(struct domain *domain)
{
	struct mmio_region region = { VIMO_GUEST_UART_BASE, PAGE_SIZE, pl011_access, domain };

	domain->io->uart = (struct pl011){ .cr = CR_RESET, .ifls = IFLS_RESET };
	return mmio_add(&domain->mmio, &region);
}

void pl011_kick(struct domain *domain)
{
	struct domain_io *io = domain->io;

	spin_lock(&io->lock);
	update_receive(io);
	transmit_full(io);
	update_line(domain);
	spin_unlock(&io->lock);
}
