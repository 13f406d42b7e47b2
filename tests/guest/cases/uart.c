// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uart.c - the PL011 (DDI 0183 G) and its interrupt, which is an SPI and a level: pending as long as the UART says so,
 * delivered where it is routed.
 */
#include "lib/gic.h"
#include "lib/psci.h"

#define UART VIMO_GUEST_UART_BASE
#define SPI VIMO_GUEST_UART_INTID
#define UARTDR 0x00u
#define UARTIMSC 0x38u
#define UARTRIS 0x3cu
#define UARTMIS 0x40u
#define UARTICR 0x44u
#define INT_TX (1u << 5)
#define GICD_IROUTER 0x6000u

static volatile unsigned int taken[MAX_CPUS], keep;
static uint64_t ready;

static void take(void)
{
	unsigned int iar = gic_acknowledge();

	taken[this_cpu()->id]++;
	if (!keep || taken[this_cpu()->id] >= keep)
		write32(UART + UARTIMSC, 0);
	gic_end(iar);
}

static void route(unsigned int cpu)
{
	if (gic_version == 2)
		__asm__ volatile("strb %w0, [%1]"
				 :
				 : "r"(1 << cpu), "r"(VIMO_GUEST_GICD_BASE + GICD_ITARGETSR + SPI)
				 : "memory");
	else
		__asm__ volatile("str %0, [%1]"
				 :
				 : "r"((uint64_t)cpu), "r"(VIMO_GUEST_GICD_BASE + GICD_IROUTER + 8 * SPI)
				 : "memory");
}

/* A byte out raises the transmit interrupt; a line feed disturbs no report. */
static void begin(unsigned int cpu)
{
	for (unsigned int i = 0; i < MAX_CPUS; i++)
		taken[i] = 0;
	keep = 0;
	on_interrupt(INTERRUPT_IRQ, take);
	write32(UART + UARTIMSC, 0);
	write32(UART + UARTICR, 0x7ff);
	route(cpu);
	gic_enable(SPI);
	write32(UART + UARTDR, '\n');
}

CASE(uart, identification)
{
	static const uint8_t expected[] = { 0x11, 0x10, 0, 0, 0x0d, 0xf0, 0x05, 0xb1 };

	for (unsigned int i = 0; i < 8; i++)
		if (i != 2) /* the revision */
			expect("UARTPeriphID, UARTPCellID", read32(UART + 0xfe0 + 4 * i), expected[i]);
}

CASE(uart, masked_interrupt_is_not_pending)
{
	begin(0);
	expect("UARTRIS", read32(UART + UARTRIS) & INT_TX, INT_TX);
	expect("UARTMIS", read32(UART + UARTMIS) & INT_TX, 0);
	expect("pending", (uint64_t)gic_is_pending(SPI), 0);
	interrupts_on(PSTATE_I);
	expect("how often it was taken", taken[0], 0);
}

CASE(uart, level_rises_and_falls)
{
	begin(0);
	write32(UART + UARTIMSC, INT_TX);
	expect_true("pending", wait_until(gic_is_pending(SPI)));
	write32(UART + UARTIMSC, 0);
	expect_true("not pending", wait_until(!gic_is_pending(SPI)));
	write32(UART + UARTIMSC, INT_TX);
	expect_true("pending again", wait_until(gic_is_pending(SPI)));
	write32(UART + UARTICR, INT_TX);
	expect_true("cleared, not pending", wait_until(!gic_is_pending(SPI)));
	write32(UART + UARTIMSC, 0);
	interrupts_on(PSTATE_I);
	expect("how often it was taken", taken[0], 0);
}

/* A level that is still high after the end of the interrupt is taken again. */
CASE(uart, level_is_taken_until_it_falls)
{
	begin(0);
	keep = 5;
	interrupts_on(PSTATE_I);
	write32(UART + UARTIMSC, INT_TX);
	expect_true("five times", wait_until(taken[0] >= 5));
	for (unsigned int i = 0; i < 100; i++)
		__asm__ volatile("isb");
	expect("and no more", taken[0], 5);
}

static void wait_for_it(void *argument)
{
	unsigned int id = this_cpu()->id;

	(void)argument;
	gic_cpu_reset();
	interrupts_on(PSTATE_I);
	__atomic_store_n(&ready, 1, __ATOMIC_RELEASE);
	wait_until(taken[id]);
}

CASE(uart, interrupt_goes_where_it_is_routed)
{
	unsigned int target = cpu_count - 1;

	if (cpu_count < 2) {
		skip("needs two CPUs");
		return;
	}
	begin(target);
	ready = 0;
	expect("CPU_ON", (uint32_t)cpu_start(target, wait_for_it, 0), PSCI_SUCCESS);
	expect_true("the CPU is ready", wait_until(__atomic_load_n(&ready, __ATOMIC_ACQUIRE)));
	interrupts_on(PSTATE_I);
	write32(UART + UARTIMSC, INT_TX);
	expect_true("the CPU ends", cpu_wait(target));
	expect("how often that CPU took it", taken[target], 1);
	expect("how often this CPU took it", taken[0], 0);
}
