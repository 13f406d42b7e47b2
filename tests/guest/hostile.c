// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hostile.c - a guest that accesses registers and memory that it does not have:
 * each access must get the architected exception, and EL2 must go on. Prints on
 * its PL011, then powers off if all was right, resets if not.
 */
#include <stdint.h>
#include <vimo/guest_map.h>
#include <vimo/hypercall.h>
#include <vimo/status.h>

#define PSCI_SYSTEM_OFF 0x84000008u
#define PSCI_SYSTEM_RESET 0x84000009u
#define EC(esr) ((esr) >> 26 & 0x3f)
#define EC_UNKNOWN 0x00u
#define EC_DATA_ABORT_SAME 0x25u
#define FSC_EXTERNAL 0x10u
#define ROUNDS 100000u

void hypercall(uint64_t x[8]);
void guest_main(void);

volatile uint64_t last_esr;
static unsigned int failures;
static uint64_t seed = 88172645463325252ull;

static void print(const char *text)
{
	for (; *text; text++)
		*(volatile uint32_t *)VIMO_GUEST_UART_BASE = (uint8_t)*text;
}

static void check(const char *name, int good)
{
	print(good ? "ok " : "BAD ");
	print(name);
	print("\r\n");
	failures += !good;
}

static uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

/* The exception that an operation takes; ~0: none. */
#define EXCEPTION(operation)      \
	({                        \
		last_esr = ~0ull; \
		operation;        \
		last_esr;         \
	})

static int is_external_abort(uint64_t esr)
{
	return EC(esr) == EC_DATA_ABORT_SAME && (esr & 0x3f) == FSC_EXTERNAL;
}

static void absent_memory(void)
{
	static const uint64_t places[] = { 0, 0x0b000000, 0x3ffff000, 0x3f00000000, 0x08020000, 0xfffffff000 };

	for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		volatile uint64_t *at = (volatile uint64_t *)places[i];

		check("absent memory, read", is_external_abort(EXCEPTION((void)*at)));
		check("absent memory, write", is_external_abort(EXCEPTION(*at = 1)));
	}
}

static void absent_registers(void)
{
	uint64_t value;

	check("PMU register", EC(EXCEPTION(__asm__ volatile("mrs %0, pmcr_el0" : "=r"(value)))) == EC_UNKNOWN);
	check("EL2 register", EC(EXCEPTION(__asm__ volatile("mrs %0, hcr_el2" : "=r"(value)))) == EC_UNKNOWN);
	check("no such register", EC(EXCEPTION(__asm__ volatile("mrs %0, s3_0_c15_c7_7" : "=r"(value)))) == EC_UNKNOWN);
	check("HVC with an immediate", EC(EXCEPTION(__asm__ volatile("hvc #7"))) == EC_UNKNOWN);
}

static uint64_t call(uint64_t function, uint64_t a1, uint64_t a2)
{
	uint64_t x[8] = { function, a1, a2, 0, 0, 0, 0, 0 };

	hypercall(x);
	return x[0];
}

static void forbidden_calls(void)
{
	unsigned int wrong = 0;

	for (unsigned int n = VIMO_HC_INFO; n < VIMO_HC_COUNT; n++)
		if (n != VIMO_HC_EVENT_SEND && (int64_t)call(VIMO_HC(n), 1, 0) != VIMO_DENIED)
			wrong++;
	check("dom0's hypercalls are denied", wrong == 0);
	check("unknown hypercall", (int64_t)call(VIMO_HC(VIMO_HC_COUNT), 0, 0) == VIMO_UNSUPPORTED);
	check("event on no port", (int64_t)call(VIMO_HC(VIMO_HC_EVENT_SEND), ~0ull, 0) == VIMO_INVALID);
}

/* Any numbers in any register; calls that would stop this guest are left out. */
static void random_calls(void)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		uint64_t x[8];

		for (unsigned int n = 0; n < 8; n++)
			x[n] = next_random() >> (next_random() & 63);
		x[0] = (i & 1 ? VIMO_HC(0) : 0x80000000u) + (uint32_t)(x[0] & 0x3f);
		hypercall(x);
	}
	check("random hypercalls", 1);
}

void guest_main(void)
{
	absent_memory();
	absent_registers();
	forbidden_calls();
	random_calls();
	print(failures ? "hostile: FAILED\r\n" : "hostile: all passed\r\n");
	call(failures ? PSCI_SYSTEM_RESET : PSCI_SYSTEM_OFF, 0, 0);
}
