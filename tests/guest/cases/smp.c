// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * smp.c - several CPUs at once: exclusive monitors, order of memory, SGIs, and races for CPU_ON.
 */
#include "lib/gic.h"
#include "lib/psci.h"

#define ROUNDS 1000u
#define SGI 3u

static uint64_t sum, held, ready, wins[MAX_CPUS];
static volatile uint64_t plain;
static volatile unsigned int taken[MAX_CPUS];

static int alone(void)
{
	if (cpu_count < 2)
		skip("needs two CPUs");
	return cpu_count < 2;
}

/* @function on each CPU, on the first one, too. */
static void on_all(void (*function)(void *))
{
	for (unsigned int i = 1; i < cpu_count; i++)
		expect("CPU_ON", (uint32_t)cpu_start(i, function, 0), PSCI_SUCCESS);
	function(0);
	for (unsigned int i = 1; i < cpu_count; i++)
		expect_true("the CPU ends", cpu_wait(i));
}

static void add(void *argument)
{
	(void)argument;
	for (unsigned int i = 0; i < ROUNDS; i++)
		__atomic_fetch_add(&sum, 1, __ATOMIC_RELAXED);
}

CASE(smp, exclusives_count_right)
{
	if (alone())
		return;
	sum = 0;
	on_all(add);
	expect("sum", sum, (uint64_t)ROUNDS * cpu_count);
}

/* WFE waits for the lock, and the release of the lock sends the event (DDI 0487 J.a, B2.12.6, D1.6.1). */
static void lock(void)
{
	uint32_t value;

	__asm__ volatile("sevl\n1:\twfe\n2:\tldaxr %w0, [%1]\n\tcbnz %w0, 1b\n\tstxr %w0, %w2, [%1]\n\tcbnz %w0, 2b"
			 : "=&r"(value)
			 : "r"(&held), "r"(1)
			 : "memory");
}

static void add_locked(void *argument)
{
	(void)argument;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		lock();
		plain++;
		__asm__ volatile("stlr wzr, [%0]" : : "r"(&held) : "memory");
	}
}

CASE(smp, spinlock_with_wfe)
{
	if (alone())
		return;
	held = plain = 0;
	on_all(add_locked);
	expect("sum", plain, (uint64_t)ROUNDS * cpu_count);
}

/* A CPU that starts sees what was written before CPU_ON, with its MMU on. */
static void read_plain(void *argument)
{
	*(uint64_t *)argument = plain;
}

CASE(smp, memory_before_cpu_on_is_seen)
{
	static uint64_t seen;

	if (alone())
		return;
	for (unsigned int i = 0; i < 20; i++) {
		plain = i + 100;
		expect("CPU_ON", (uint32_t)cpu_start(1, read_plain, &seen), PSCI_SUCCESS);
		expect_true("the CPU ends", cpu_wait(1));
		expect("what it saw", seen, i + 100);
	}
}

static void take(void)
{
	unsigned int iar = gic_acknowledge();

	taken[this_cpu()->id]++;
	gic_end(iar);
}

static void wait_for_sgi(void *argument)
{
	unsigned int id = this_cpu()->id;

	(void)argument;
	gic_cpu_reset();
	gic_enable(SGI);
	interrupts_on(PSTATE_I);
	__atomic_fetch_add(&ready, 1, __ATOMIC_RELEASE);
	wait_until(taken[id]);
}

CASE(smp, sgi_to_each_cpu)
{
	if (alone())
		return;
	on_interrupt(INTERRUPT_IRQ, take);
	ready = 0;
	for (unsigned int i = 0; i < cpu_count; i++)
		taken[i] = 0;
	for (unsigned int i = 1; i < cpu_count; i++)
		expect("CPU_ON", (uint32_t)cpu_start(i, wait_for_sgi, 0), PSCI_SUCCESS);
	expect_true("all are ready", wait_until(__atomic_load_n(&ready, __ATOMIC_ACQUIRE) == cpu_count - 1));
	for (unsigned int i = 1; i < cpu_count; i++)
		gic_send_sgi(i, SGI);
	for (unsigned int i = 1; i < cpu_count; i++) {
		expect_true("the CPU ends", cpu_wait(i));
		expect("how often it took the SGI", taken[i], 1);
	}
	expect("how often the first CPU took one", taken[0], 0);
}

/* Waits in WFI, with interrupts masked until it has looked: no SGI is lost between the look and the WFI. */
static void sleep_for_sgis(void *argument)
{
	unsigned int id = this_cpu()->id, wanted = (unsigned int)(uintptr_t)argument;

	gic_cpu_reset();
	gic_enable(SGI);
	__atomic_fetch_add(&ready, 1, __ATOMIC_RELEASE);
	while (taken[id] < wanted) {
		__asm__ volatile("wfi");
		interrupts_on(PSTATE_I);
		__asm__ volatile("isb");
		interrupts_off();
	}
}

CASE(smp, sgi_wakes_a_sleeping_cpu)
{
	if (alone())
		return;
	on_interrupt(INTERRUPT_IRQ, take);
	ready = 0;
	taken[1] = 0;
	expect("CPU_ON", (uint32_t)cpu_start(1, sleep_for_sgis, (void *)100), PSCI_SUCCESS);
	expect_true("it is ready", wait_until(__atomic_load_n(&ready, __ATOMIC_ACQUIRE)));
	for (unsigned int i = 0; i < 100; i++) {
		gic_send_sgi(1, SGI);
		if (!wait_until(taken[1] > i)) {
			expect("how many it took", taken[1], i + 1);
			break;
		}
	}
	expect_true("the CPU ends", cpu_wait(1));
}

static void nothing(void *argument)
{
	(void)argument;
}

/* The last CPU is switched on by all others at once: one wins. */
static void race(void *argument)
{
	unsigned int id = this_cpu()->id, target = cpu_count - 1;
	uint32_t answer;

	(void)argument;
	__atomic_fetch_add(&ready, 1, __ATOMIC_ACQ_REL);
	wait_until(__atomic_load_n(&ready, __ATOMIC_ACQUIRE) >= target);
	answer = (uint32_t)cpu_restart(target);
	wins[id] = answer == PSCI_SUCCESS;
	if (answer != PSCI_SUCCESS && answer != (uint32_t)PSCI_ALREADY_ON && answer != (uint32_t)PSCI_ON_PENDING)
		wins[id] = 100;
}

CASE(smp, race_for_cpu_on)
{
	if (cpu_count < 3 || !on_vimo) {
		skip(on_vimo ? "needs three CPUs" : "QEMU lets several CPUs win, as it starts the CPU later");
		return;
	}
	for (unsigned int round = 0; round < 20; round++) {
		uint64_t winners = 0;

		ready = 0;
		cpu_prepare(cpu_count - 1, nothing, 0);
		for (unsigned int i = 1; i + 1 < cpu_count; i++)
			expect("CPU_ON", (uint32_t)cpu_start(i, race, 0), PSCI_SUCCESS);
		race(0);
		for (unsigned int i = 1; i < cpu_count; i++)
			expect_true("the CPU ends", cpu_wait(i));
		for (unsigned int i = 0; i + 1 < cpu_count; i++)
			winners += wins[i];
		/* A CPU may win again after the target has run and ended. */
		expect_true("between one winner and all", winners >= 1 && winners < cpu_count);
	}
}

/* A translation that one CPU changes is new for all after TLBI to the inner shareable domain (DDI 0487 J.a, D8.14). */
extern uint64_t root_table[512];
#define WINDOW 7u
static volatile uint64_t words[2] __attribute__((aligned(64)));

static void watch_window(void *argument)
{
	volatile uint64_t *window =
		(volatile uint64_t *)((uint64_t)WINDOW << 30 | ((uint64_t)(uintptr_t)words & 0x3fffffff));

	(void)argument;
	wins[1] = *window;
	__atomic_store_n(&ready, 1, __ATOMIC_RELEASE);
	wait_until(__atomic_load_n(&ready, __ATOMIC_ACQUIRE) == 2);
	exception_begin();
	wins[2] = *window;
	wins[3] = ESR_EC(exception_end().esr);
}

CASE(smp, tlbi_reaches_other_cpus)
{
	uint64_t saved = root_table[WINDOW];

	if (alone())
		return;
	words[0] = 0x1234;
	ready = 0;
	root_table[WINDOW] = root_table[1];
	__asm__ volatile("dsb ishst" ::: "memory");
	expect("CPU_ON", (uint32_t)cpu_start(1, watch_window, 0), PSCI_SUCCESS);
	expect_true("it looked", wait_until(__atomic_load_n(&ready, __ATOMIC_ACQUIRE) == 1));
	expect("what it saw", wins[1], 0x1234);
	root_table[WINDOW] = 0;
	__asm__ volatile("dsb ishst\n\ttlbi vmalle1is\n\tdsb ish\n\tisb" ::: "memory");
	__atomic_store_n(&ready, 2, __ATOMIC_RELEASE);
	expect_true("the CPU ends", cpu_wait(1));
	expect("class of its second look", wins[3], EC_DATA_ABORT_SAME);
	root_table[WINDOW] = saved;
	__asm__ volatile("dsb ishst\n\ttlbi vmalle1is\n\tdsb ish\n\tisb" ::: "memory");
}
