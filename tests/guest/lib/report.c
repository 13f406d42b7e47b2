// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report.c - one line a case on the PL011: ok, BAD, differs or skip.
 */
#include "lib/report.h"
#include <vimo/guest_map.h>

#define UARTFR 0x18
#define UARTFR_TXFF (1u << 5)

static const struct test_case *running;
static unsigned int faults;
static const char *difference, *skipped;

void print(const char *text)
{
	for (; *text; text++) {
		while (read32(VIMO_GUEST_UART_BASE + UARTFR) & UARTFR_TXFF)
			;
		write32(VIMO_GUEST_UART_BASE, (uint8_t)*text);
	}
}

void print_hex(uint64_t value)
{
	char text[19], *at = text + sizeof(text) - 1;

	*at = '\0';
	do
		*--at = "0123456789abcdef"[value & 15];
	while (value >>= 4);
	*--at = 'x';
	*--at = '0';
	print(at);
}

/* One line; @why may be NULL. */
static void line(const char *verdict, const char *why)
{
	print(verdict);
	print(" ");
	print(running->group);
	print("/");
	print(running->name);
	if (why) {
		print(": ");
		print(why);
	}
}

void report_begin(const struct test_case *test)
{
	running = test;
	faults = 0;
	difference = skipped = 0;
}

int report_end(void)
{
	if (faults)
		return 1;
	if (skipped)
		line("skip", skipped);
	else if (difference)
		line("differs", difference);
	else
		line("ok", 0);
	print("\r\n");
	return 0;
}

void expect(const char *what, uint64_t got, uint64_t expected)
{
	if (got == expected)
		return;
	faults++;
	line("BAD", what);
	print(": got ");
	print_hex(got);
	print(", expected ");
	print_hex(expected);
	print("\r\n");
}

void expect_true(const char *what, int condition)
{
	if (condition)
		return;
	faults++;
	line("BAD", what);
	print("\r\n");
}

void expect_by_host(const char *what, uint64_t got, struct by_host expected, const char *why)
{
	if (on_vimo && expected.machine != expected.vimo)
		difference = why;
	expect(what, got, on_vimo ? expected.vimo : expected.machine);
}

void skip(const char *why)
{
	skipped = why;
}

void report_unexpected(const struct cpu *cpu)
{
	const struct exception *taken = &cpu->unexpected;

	faults++;
	line("BAD", "unexpected exception on CPU ");
	print_hex(cpu->id);
	print(": vector ");
	print_hex(taken->vector);
	print(" ESR ");
	print_hex(taken->esr);
	print(" ELR ");
	print_hex(taken->elr);
	print(" FAR ");
	print_hex(taken->far);
	print(" SPSR ");
	print_hex(taken->spsr);
	print("\r\n");
}
