// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pl011.c - the guest's UART (Arm DDI 0183): registers here, bytes through a
 * ring with dom0. Lock: the domain's io lock. dom0 writes the other side of
 * the ring: its indexes are checked at each use.
 */
#include <vimo/guest_map.h>
#include "io/io.h"

enum {
	DR = 0x00, RSR = 0x04, FR = 0x18, IBRD = 0x24, FBRD = 0x28, LCR_H = 0x2c, CR = 0x30, IFLS = 0x34,
	IMSC = 0x38, RIS = 0x3c, MIS = 0x40, ICR = 0x44, DMACR = 0x48, ID_BASE = 0xfe0,
};

#define FR_TXFE BIT(7)
#define FR_TXFF BIT(5)
#define FR_RXFE BIT(4)
#define FR_CTS BIT(0)
#define INT_RX BIT(4)
#define INT_TX BIT(5)
#define INT_RT BIT(6)
#define INT_ALL 0x7ffu
#define CR_UARTEN BIT(0)
#define CR_RESET 0x300u

static bool next_index(uint32_t index, uint32_t size, uint32_t *next)
{
	*next = index + 1 == size ? 0 : index + 1;
	return index < size;
}

static bool input_waits(const struct vimo_console_page *page)
{
	uint32_t head = __atomic_load_n(&page->in_head, __ATOMIC_ACQUIRE);

	return head < VIMO_CONSOLE_IN && page->in_tail < VIMO_CONSOLE_IN && head != page->in_tail;
}

static bool output_full(const struct vimo_console_page *page)
{
	uint32_t next;

	return !next_index(page->out_head, VIMO_CONSOLE_OUT, &next) ||
	       next == __atomic_load_n(&page->out_tail, __ATOMIC_ACQUIRE);
}

static void put_output(struct domain *domain, uint8_t byte)
{
	struct vimo_console_page *page = domain->io->console;
	bool was_empty = page->out_head == __atomic_load_n(&page->out_tail, __ATOMIC_ACQUIRE);
	uint32_t next;

	if (output_full(page)) {
		page->out_lost++;
		return;
	}
	next_index(page->out_head, VIMO_CONSOLE_OUT, &next);
	page->out[page->out_head] = byte;
	__atomic_store_n(&page->out_head, next, __ATOMIC_SEQ_CST);
	/* Also when it is half full, should dom0 have missed the first byte's. */
	if (was_empty || next == VIMO_CONSOLE_OUT / 2)
		event_raise(domain->io->console_event);
}

static uint8_t get_input(struct domain *domain)
{
	struct vimo_console_page *page = domain->io->console;
	uint32_t next;
	uint8_t byte;

	if (!input_waits(page))
		return 0;
	byte = page->in[page->in_tail];
	next_index(page->in_tail, VIMO_CONSOLE_IN, &next);
	__atomic_store_n(&page->in_tail, next, __ATOMIC_RELEASE);
	if (!input_waits(page))
		event_raise(domain->io->console_event);
	return byte;
}

/* Level of the interrupt line. Transmit is always ready, so its raw status follows writes to DR. */
static void update_line(struct domain *domain)
{
	struct pl011 *uart = &domain->io->uart;

	if (input_waits(domain->io->console))
		uart->ris |= INT_RX | INT_RT;
	else
		uart->ris &= ~(INT_RX | INT_RT);
	vgic_set_level(domain, NULL, VIMO_GUEST_UART_INTID, uart->ris & uart->imsc);
}

static uint32_t read_flags(const struct domain *domain)
{
	const struct vimo_console_page *page = domain->io->console;
	uint32_t flags = FR_CTS;

	flags |= output_full(page) ? FR_TXFF : FR_TXFE;
	return flags | (input_waits(page) ? 0 : FR_RXFE);
}

static uint32_t read_register(struct domain *domain, uint32_t offset)
{
	static const uint8_t id[8] = { 0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };
	struct pl011 *uart = &domain->io->uart;

	switch (offset) {
	case DR: return get_input(domain);
	case RSR: return uart->rsr;
	case FR: return read_flags(domain);
	case IBRD: return uart->ibrd;
	case FBRD: return uart->fbrd;
	case LCR_H: return uart->lcr;
	case CR: return uart->cr;
	case IFLS: return uart->ifls;
	case IMSC: return uart->imsc;
	case RIS: return uart->ris;
	case MIS: return uart->ris & uart->imsc;
	case DMACR: return uart->dmacr;
	}
	return offset >= ID_BASE && offset < 0x1000 ? id[(offset - ID_BASE) / 4] : 0;
}

static void write_register(struct domain *domain, uint32_t offset, uint32_t value)
{
	struct pl011 *uart = &domain->io->uart;

	switch (offset) {
	case DR:
		put_output(domain, (uint8_t)value);
		uart->ris |= INT_TX;
		break;
	case RSR: uart->rsr = 0; break;
	case IBRD: uart->ibrd = value & 0xffff; break;
	case FBRD: uart->fbrd = value & 0x3f; break;
	case LCR_H: uart->lcr = value & 0xff; break;
	case CR: uart->cr = value & 0xff87; break;
	case IFLS: uart->ifls = value & 0x3f; break;
	case IMSC: uart->imsc = value & INT_ALL; break;
	case ICR: uart->ris &= ~value; break;
	case DMACR: uart->dmacr = value & 7; break;
	}
}

static enum mmio_result pl011_access(struct vcpu *vcpu, void *context, struct mmio_access *access)
{
	struct domain *domain = context;
	uint32_t offset = (uint32_t)access->offset & ~3u;

	(void)vcpu;
	spin_lock(&domain->io->lock);
	if (access->write)
		write_register(domain, offset, (uint32_t)access->data);
	else
		access->data = read_register(domain, offset) >> (access->offset & 3) * 8;
	if (offset != FR)
		update_line(domain);
	spin_unlock(&domain->io->lock);
	return MMIO_DONE;
}

enum vimo_status pl011_create(struct domain *domain)
{
	struct mmio_region region = { VIMO_GUEST_UART_BASE, PAGE_SIZE, pl011_access, domain };

	domain->io->uart = (struct pl011){ .cr = CR_RESET, .ifls = 0x12 };
	return mmio_add(&domain->mmio, &region);
}

void pl011_kick(struct domain *domain)
{
	spin_lock(&domain->io->lock);
	update_line(domain);
	spin_unlock(&domain->io->lock);
}
