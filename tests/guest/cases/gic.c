// SPDX-License-Identifier: GPL-2.0-or-later
/* gic.c - the interrupt controller, GICv2 (IHI 0048 B.b) and GICv3 (IHI 0069 H). */
#include "lib/gic.h"

#define SGI 5u
#define SPI 40u /* and the next; no device of either host uses them */
#define DEPTH 12u

static volatile unsigned int taken, iar;

static void take(void)
{
	iar = gic_acknowledge();
	taken++;
	gic_end(iar);
}

CASE(gic, sgi_to_itself)
{
	taken = 0;
	on_interrupt(INTERRUPT_IRQ, take);
	gic_enable(SGI);
	gic_send_sgi(0, SGI);
	interrupts_on(PSTATE_I);
	expect_true("the SGI is taken", wait_until(taken));
	expect("INTID", iar, SGI);
	expect("pending state after it", (uint64_t)gic_is_pending(SGI), 0);
	expect("active state after it", (uint64_t)gic_is_active(SGI), 0);
	expect("how often it was taken", taken, 1);
}

static uint64_t distributor(unsigned int offset)
{
	return VIMO_GUEST_GICD_BASE + offset;
}

static void set_priority(unsigned int intid, unsigned int priority)
{
	uint64_t word = distributor(GICD_IPRIORITYR) + intid / 4 * 4;
	unsigned int shift = intid % 4 * 8;

	write32(word, (read32(word) & ~(0xffu << shift)) | priority << shift);
}

static void set_pending(unsigned int intid)
{
	write32(gic_bit_register(GICD_ISPENDR, intid), 1u << intid % 32);
}

#define NOWHERE 0xffu

/* To one CPU, or to an affinity that no CPU has. */
static void route(unsigned int intid, unsigned int cpu)
{
	volatile uint64_t *router = (volatile uint64_t *)(distributor(0x6000) + intid * 8);
	uint64_t word = distributor(GICD_ITARGETSR) + intid / 4 * 4;

	if (gic_version == 3) {
		*router = cpu == NOWHERE ? 0xff0000 : cpu;
		return;
	}
	write32(word, (read32(word) & ~(0xffu << intid % 4 * 8)) | (cpu == NOWHERE ? 0 : 1u << cpu) << intid % 4 * 8);
}

/* After reset a GICv2 of several CPUs has SPIs for none. */
static void enable_spi(unsigned int intid)
{
	route(intid, 0);
	gic_enable(intid);
}

static unsigned int running_priority(void)
{
	return gic_version == 2 ? read32(VIMO_GUEST_GICC_BASE + 0x14) : (unsigned int)read_register(S3_0_C12_C11_3);
}

/* More than a host has list registers: each interrupt is taken while those before are active (IHI 0069 H, 4.8). */
CASE(gic, twelve_interrupts_nest)
{
	for (unsigned int i = 0; i < DEPTH; i++) {
		set_priority(SPI + i, 0xe0 - i * 0x10);
		enable_spi(SPI + i);
	}
	for (unsigned int i = 0; i < DEPTH; i++) {
		set_pending(SPI + i);
		expect("INTID", gic_acknowledge(), SPI + i);
		expect("running priority", running_priority(), 0xe0 - i * 0x10);
		expect("INTID of none", gic_acknowledge(), SPURIOUS);
	}
	for (unsigned int i = 0; i < DEPTH; i++)
		expect("active", (uint64_t)gic_is_active(SPI + i), 1);
	/* A less urgent one waits for all that are more urgent. */
	set_pending(SPI);
	for (unsigned int i = DEPTH; i-- > 0;) {
		expect("running priority before the end", running_priority(), 0xe0 - i * 0x10);
		expect("INTID of none before the end", gic_acknowledge(), SPURIOUS);
		gic_end(SPI + i);
		expect("active after the end", (uint64_t)gic_is_active(SPI + i), 0);
	}
	expect("INTID of the first, again", gic_acknowledge(), SPI);
	gic_end(SPI);
	expect("running priority at the end", running_priority() >= 0xf8, 1);
}

/* EOImode = 1: interrupts are deactivated in any order (IHI 0069 H, 4.2.3, IHI 0048 B.b, 3.2.1). */
static void deactivate(unsigned int intid)
{
	if (gic_version == 2)
		write32(VIMO_GUEST_GICC_BASE + 0x1000, intid);
	else
		write_register(S3_0_C12_C11_1, intid);
}

CASE(gic, deactivation_in_any_order)
{
	if (gic_version == 2)
		write32(VIMO_GUEST_GICC_BASE, 1 | 1 << 9);
	else
		write_register(S3_0_C12_C12_4, 2);
	for (unsigned int i = 0; i < DEPTH; i++) {
		enable_spi(SPI + i);
		set_pending(SPI + i);
		expect("INTID", gic_acknowledge(), SPI + i);
		gic_end(SPI + i);
		expect("active after the priority drop", (uint64_t)gic_is_active(SPI + i), 1);
	}
	for (unsigned int i = 0; i < DEPTH; i++) {
		unsigned int intid = SPI + i * 5 % DEPTH;

		deactivate(intid);
		expect("active after it", (uint64_t)gic_is_active(intid), 0);
	}
	expect("INTID of none", gic_acknowledge(), SPURIOUS);
}

static volatile unsigned int fiq_iar, fiq_pending, fiq_running;

static void take_group0(void)
{
	if (gic_version == 2) {
		fiq_pending = read32(VIMO_GUEST_GICC_BASE + 0x18);
		fiq_iar = gic_acknowledge();
		fiq_running = running_priority();
		gic_end(fiq_iar);
	} else {
		fiq_pending = (unsigned int)read_register(S3_0_C12_C8_2); /* ICC_HPPIR0_EL1 */
		fiq_iar = (unsigned int)read_register(S3_0_C12_C8_0);     /* ICC_IAR0_EL1 */
		__asm__ volatile("dsb sy\n\tisb" ::: "memory");
		fiq_running = running_priority();
		write_register(S3_0_C12_C8_1, fiq_iar); /* ICC_EOIR0_EL1 */
	}
	taken++;
}

/* Both groups on; on GICv2 group 0 is signalled as FIQ (GICC_CTLR.FIQEn). */
static void groups_on(void)
{
	write32(distributor(GICD_CTLR), gic_version == 2 ? 3 : 3 | 1 << 4);
	if (gic_version == 2)
		write32(VIMO_GUEST_GICC_BASE, 1 | 2 | 8);
	else
		write_register(S3_0_C12_C12_6, 1); /* ICC_IGRPEN0_EL1 */
	taken = 0;
	on_interrupt(INTERRUPT_FIQ, take_group0);
	on_interrupt(INTERRUPT_IRQ, take);
}

static void set_group(unsigned int intid, unsigned int group)
{
	uint64_t word = gic_bit_register(GICD_IGROUPR, intid);
	uint32_t bit = 1u << intid % 32;

	write32(word, group ? read32(word) | bit : read32(word) & ~bit);
	expect("IGROUPR", read32(word) >> intid % 32 & 1, group);
}

/* One Security state: group 0 is the guest's own (IHI 0069 H, 4.6; IHI 0048 B.b, 2.3). */
CASE(gic, group_0_comes_as_fiq)
{
	groups_on();
	set_group(SPI, 0);
	set_priority(SPI, 0x40);
	enable_spi(SPI);
	set_pending(SPI);
	interrupts_on(PSTATE_I);
	expect("how often it was taken as an IRQ", taken, 0);
	interrupts_on(PSTATE_F);
	expect_true("it is taken as an FIQ", wait_until(taken));
	interrupts_off();
	expect("INTID", fiq_iar, SPI);
	expect("highest priority pending", fiq_pending, SPI);
	expect("running priority", fiq_running, 0x40);
	expect("how often it was taken", taken, 1);
	expect("active state after it", (uint64_t)gic_is_active(SPI), 0);
}

/* Whether a write of a register of group 0's SGIs makes @intid pending here. */
static unsigned int sent(int alias, unsigned int intid)
{
	uint64_t value = (uint64_t)intid << 24 | 1;
	unsigned int pending;

	if (alias)
		write_register(S3_0_C12_C11_6, value); /* ICC_ASGI1R_EL1 */
	else
		write_register(S3_0_C12_C11_7, value); /* ICC_SGI0R_EL1 */
	__asm__ volatile("isb" ::: "memory");
	pending = (unsigned int)gic_is_pending(intid);
	write32(gic_bit_register(GICD_ICPENDR, intid), 1u << intid);
	return pending;
}

/* With one Security state both registers reach SGIs of group 0 only (IHI 0069 H, 12.1.10). */
CASE(gic, sgi_of_group_0)
{
	if (gic_version == 2) {
		skip("GICv2 has one register for all SGIs");
		return;
	}
	groups_on();
	set_group(SGI, 0);
	expect("SGI0R to group 0", sent(0, SGI), 1);
	expect("ASGI1R to group 0", sent(1, SGI), 1);
	set_group(SGI, 1);
	expect("SGI0R to group 1", sent(0, SGI), 0);
	expect("ASGI1R to group 1", sent(1, SGI), 0);
}

CASE(gic, spi_for_no_cpu_stays_pending)
{
	if (gic_version == 2 && cpu_count == 1) {
		skip("a GICv2 of one CPU has no target registers");
		return;
	}
	route(SPI, 0);
	set_pending(SPI);
	route(SPI, NOWHERE);
	gic_enable(SPI);
	expect("INTID of none", gic_acknowledge(), SPURIOUS);
	expect("pending", (uint64_t)gic_is_pending(SPI), 1);
	route(SPI, 0);
	expect("INTID", gic_acknowledge(), SPI);
	gic_end(SPI);
}

static volatile int holds, let_go;

static void hold(void *unused)
{
	(void)unused;
	gic_cpu_reset();
	gic_enable(SGI);
	gic_send_sgi(1, SGI);
	if (!wait_until((gic_acknowledge() & 0x3ff) == SGI)) {
		holds = -1;
		return;
	}
	gic_end(gic_version == 2 ? 1u << 10 | SGI : SGI);
	route(SPI, 1);
	set_pending(SPI);
	holds = wait_until(gic_acknowledge() == SPI) ? 2 : -1;
	/* No exit from here on. */
	while (!let_go)
		;
	gic_end(SPI);
	holds = 3;
}

CASE(gic, state_of_another_cpu)
{
	if (cpu_count == 1) {
		skip("one CPU");
		return;
	}
	holds = let_go = 0;
	gic_enable(SPI);
	expect("start of the CPU", (uint64_t)cpu_start(1, hold, 0), 0);
	expect_true("the other CPU takes it", wait_until(holds == 2 || holds < 0) && holds == 2);
	expect("active, read here", (uint64_t)gic_is_active(SPI), 1);
	expect("pending, read here", (uint64_t)gic_is_pending(SPI), 0);
	set_pending(SPI);
	expect("pending again, read here", (uint64_t)gic_is_pending(SPI), 1);
	write32(gic_bit_register(GICD_ICPENDR, SPI), 1u << SPI % 32);
	expect("pending no longer, read here", (uint64_t)gic_is_pending(SPI), 0);
	let_go = 1;
	expect_true("the other CPU ends it", wait_until(holds == 3));
	expect("active after its end", (uint64_t)gic_is_active(SPI), 0);
	expect_true("the other CPU stops", cpu_wait(1));
}
