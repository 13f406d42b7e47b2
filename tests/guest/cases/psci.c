// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * psci.c - PSCI (DEN 0022 F) by HVC, and the SMC Calling Convention (DEN 0028 F). QEMU implements PSCI 1.1 in part
 * when a machine has neither EL2 nor EL3; where its answers are not those of the specification, the stanza says so.
 */
#include "lib/gic.h"
#include "lib/psci.h"

#define UNKNOWN_FUNCTION 0x8400001fu
#define STRAY_HIGH (0xa5a5a5a5ull << 32)
#define RESERVED_STATE (1u << 31)

static uint64_t result32(uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3)
{
	return (uint32_t)call(function, a1, a2, a3);
}

#define ANSWER(code) ((uint32_t)(code))

CASE(psci, version)
{
	expect("PSCI_VERSION", call(PSCI_VERSION, 0, 0, 0), 0x10001);
}

CASE(psci, function_is_32_bits)
{
	expect_by_host("PSCI_VERSION with bits in the upper half of X0", result32(STRAY_HIGH | PSCI_VERSION, 0, 0, 0),
		       (struct by_host){ ANSWER(PSCI_NOT_SUPPORTED), 0x10001 },
		       "QEMU compares X0; the function is in W0 (DEN 0028 F, 2.5)");
}

CASE(psci, features)
{
	static const uint32_t functions[] = {
		PSCI_VERSION,    PSCI_CPU_SUSPEND,     PSCI_CPU_OFF,       PSCI_CPU_ON32,
		PSCI_CPU_ON,     PSCI_AFFINITY_INFO32, PSCI_AFFINITY_INFO, PSCI_MIGRATE_INFO_TYPE,
		PSCI_SYSTEM_OFF, PSCI_SYSTEM_RESET,    PSCI_FEATURES
	};

	for (unsigned int i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		expect("PSCI_FEATURES", result32(PSCI_FEATURES, functions[i], 0, 0), PSCI_SUCCESS);
	expect("PSCI_FEATURES of a function that is not", result32(PSCI_FEATURES, UNKNOWN_FUNCTION, 0, 0),
	       ANSWER(PSCI_NOT_SUPPORTED));
}

/* SMCCC 1.1 is found by PSCI_FEATURES (DEN 0028 F, 7.2). */
CASE(psci, smccc_version)
{
	const char *why = "QEMU has SMCCC 1.0";

	expect_by_host("PSCI_FEATURES of SMCCC_VERSION", result32(PSCI_FEATURES, SMCCC_VERSION, 0, 0),
		       (struct by_host){ .machine = ANSWER(PSCI_NOT_SUPPORTED), .vimo = PSCI_SUCCESS }, why);
	expect_by_host("SMCCC_VERSION", result32(SMCCC_VERSION, 0, 0, 0),
		       (struct by_host){ .machine = ANSWER(PSCI_NOT_SUPPORTED), .vimo = 0x10001 }, why);
}

CASE(psci, unknown_function)
{
	expect("answer", result32(UNKNOWN_FUNCTION, 0, 0, 0), ANSWER(PSCI_NOT_SUPPORTED));
}

/* SMCCC 1.1 keeps X4-X17, and X1-X3 unless they are results (DEN 0028 F, 2.6). */
CASE(psci, registers_are_kept)
{
	uint64_t x[8] = { PSCI_VERSION, 11, 12, 13, 14, 15, 16, 17 };

	hvc(x);
	for (unsigned int i = 1; i < 8; i++)
		expect("register", x[i], 10 + i);
}

CASE(psci, migrate_info_type)
{
	expect("no Trusted OS that migrates", result32(PSCI_MIGRATE_INFO_TYPE, 0, 0, 0), 2);
}

CASE(psci, system_reset2)
{
	struct by_host expected = { .machine = ANSWER(PSCI_NOT_SUPPORTED), .vimo = PSCI_SUCCESS };

	expect_by_host("PSCI_FEATURES", result32(PSCI_FEATURES, PSCI_SYSTEM_RESET2, 0, 0), expected,
		       "QEMU has no SYSTEM_RESET2");
	if (on_vimo)
		expect("a type that is not", result32(PSCI_SYSTEM_RESET2, 1, 0, 0), ANSWER(PSCI_INVALID_PARAMETERS));
}

CASE(psci, cpu_on_of_itself)
{
	expect("CPU_ON", result32(PSCI_CPU_ON, 0, VIMO_GUEST_RAM_BASE, 0), ANSWER(PSCI_ALREADY_ON));
}

CASE(psci, cpu_on_of_no_cpu)
{
	static const uint64_t targets[] = { 99, 0x100, 1ull << 32, 1ull << 31, ~0ull, 1ull << 63 };

	for (unsigned int i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		expect("CPU_ON", result32(PSCI_CPU_ON, targets[i], VIMO_GUEST_RAM_BASE, 0),
		       ANSWER(PSCI_INVALID_PARAMETERS));
}

CASE(psci, cpu_on_at_no_memory)
{
	const char *why = "QEMU starts a CPU anywhere, and knows no INVALID_ADDRESS";

	if (cpu_count < 2) {
		skip("needs two CPUs");
		return;
	}
	expect_by_host("entry that is not aligned", result32(PSCI_CPU_ON, 1, VIMO_GUEST_RAM_BASE + 2, 0),
		       (struct by_host){ ANSWER(PSCI_INVALID_PARAMETERS), ANSWER(PSCI_INVALID_ADDRESS) }, why);
	if (!on_vimo)
		return;
	expect("entry in a hole", result32(PSCI_CPU_ON, 1, 0x3ffff000, 0), ANSWER(PSCI_INVALID_ADDRESS));
	expect("entry in a device", result32(PSCI_CPU_ON, 1, VIMO_GUEST_UART_BASE, 0), ANSWER(PSCI_INVALID_ADDRESS));
	expect("entry beyond addresses", result32(PSCI_CPU_ON, 1, ~3ull, 0), ANSWER(PSCI_INVALID_ADDRESS));
	expect("AFFINITY_INFO", result32(PSCI_AFFINITY_INFO, 1, 0, 0), AFFINITY_OFF);
}

CASE(psci, affinity_info)
{
	expect("this CPU", result32(PSCI_AFFINITY_INFO, 0, 0, 0), AFFINITY_ON);
	for (unsigned int i = 1; i < cpu_count; i++)
		expect("a CPU that is off", result32(PSCI_AFFINITY_INFO32, i, 0, 0), AFFINITY_OFF);
	expect("no CPU", result32(PSCI_AFFINITY_INFO, cpu_count, 0, 0), ANSWER(PSCI_INVALID_PARAMETERS));
	for (unsigned int level = 1; level < 5; level++)
		expect_by_host("level", result32(PSCI_AFFINITY_INFO, 0, level, 0),
			       (struct by_host){ AFFINITY_ON, ANSWER(PSCI_INVALID_PARAMETERS) },
			       "levels above 0 are optional (DEN 0022 F, 5.7); QEMU has all on, also those above 3");
}

/* An interrupt that is pending ends a standby state at once, though it is masked (DEN 0022 F, 5.4). */
CASE(psci, cpu_suspend)
{
	gic_enable(VIMO_GUEST_PPI_VTIMER);
	write_register(cntv_cval_el0, counter());
	write_register(cntv_ctl_el0, 1);
	expect("standby", result32(PSCI_CPU_SUSPEND, 0, 0, 0), PSCI_SUCCESS);
	expect("reserved bits of power_state", result32(PSCI_CPU_SUSPEND, RESERVED_STATE, 0, 0),
	       ANSWER(PSCI_INVALID_PARAMETERS));
	write_register(cntv_ctl_el0, 0);
}

static volatile struct entry_state {
	uint64_t x0, current_el, daif, spsel, sctlr, mpidr, done;
} entry_state __attribute__((aligned(64)));

/* A CPU as CPU_ON left it. X0 is the address of struct entry_state; its MMU is off. */
ASM_FUNCTION(psci_entry, "mrs x1, currentel\nmrs x2, daif\nmrs x3, spsel\nmrs x4, sctlr_el1\nmrs x5, mpidr_el1\n"
			 "stp x0, x1, [x0]\nstp x2, x3, [x0, #16]\nstp x4, x5, [x0, #32]\n"
			 "dsb sy\nmov x1, #1\nstr x1, [x0, #48]\ndsb sy\n"
			 "ldr w0, =0x84000002\nhvc #0\nb .");

/* @stray: bits that the caller leaves in the arguments' upper halves */
static void start_at_entry(uint64_t function, uint64_t stray)
{
	uint64_t context = (uint64_t)(uintptr_t)&entry_state;

	entry_state.done = 0;
	mmu_set(0);
	expect("CPU_ON", result32(function, stray | 1, stray | (uint64_t)(uintptr_t)psci_entry, stray | context),
	       PSCI_SUCCESS);
	expect_true("the CPU ran", wait_until(entry_state.done));
	expect_true("the CPU is off", wait_until(result32(PSCI_AFFINITY_INFO, 1, 0, 0) == AFFINITY_OFF));
	mmu_set(1);
	expect("X0", entry_state.x0, context);
}

CASE(psci, state_of_a_started_cpu)
{
	if (cpu_count < 2) {
		skip("needs two CPUs");
		return;
	}
	start_at_entry(PSCI_CPU_ON, 0);
	expect("CurrentEL", entry_state.current_el, 1 << 2);
	expect("DAIF", entry_state.daif, 0xf << 6);
	expect("SPSel", entry_state.spsel, 1);
	expect("M and C of SCTLR_EL1", entry_state.sctlr & 5, 0);
	expect("affinity", entry_state.mpidr & 0xff00ffffff, 1);
}

CASE(psci, cpu_on_of_32_bits)
{
	if (cpu_count < 2) {
		skip("needs two CPUs");
		return;
	}
	/* Arguments are in W1-W3 (DEN 0028 F, 2.5). QEMU reads X1-X3. */
	start_at_entry(PSCI_CPU_ON32, on_vimo ? STRAY_HIGH : 0);
}

static uint64_t runs, go;

static void wait_to_go(void *argument)
{
	(void)argument;
	__atomic_store_n(&runs, 1, __ATOMIC_RELEASE);
	wait_until(__atomic_load_n(&go, __ATOMIC_ACQUIRE));
}

CASE(psci, cpu_on_of_a_running_cpu)
{
	if (cpu_count < 2) {
		skip("needs two CPUs");
		return;
	}
	runs = go = 0;
	expect("CPU_ON", (uint32_t)cpu_start(1, wait_to_go, 0), PSCI_SUCCESS);
	/* QEMU's AFFINITY_INFO is OFF, and CPU_ON starts the CPU again, until it runs. */
	expect_true("the CPU runs", wait_until(__atomic_load_n(&runs, __ATOMIC_ACQUIRE)));
	expect("AFFINITY_INFO", result32(PSCI_AFFINITY_INFO, 1, 0, 0), AFFINITY_ON);
	expect("CPU_ON again", result32(PSCI_CPU_ON, 1, VIMO_GUEST_RAM_BASE, 0), ANSWER(PSCI_ALREADY_ON));
	__atomic_store_n(&go, 1, __ATOMIC_RELEASE);
	expect_true("the CPU ends", cpu_wait(1));
}

static void nothing(void *argument)
{
	(void)argument;
}

CASE(psci, on_and_off_many_times)
{
	if (cpu_count < 2) {
		skip("needs two CPUs");
		return;
	}
	for (unsigned int i = 0; i < 50; i++) {
		expect("CPU_ON", (uint32_t)cpu_start(cpu_count - 1, nothing, 0), PSCI_SUCCESS);
		expect_true("the CPU ends", cpu_wait(cpu_count - 1));
	}
}

CASE(psci, smc_as_the_conduit)
{
	uint64_t x[8] = { PSCI_VERSION };
	struct exception taken = EXCEPTION(smc(x));

	const char *why = "the machine has no EL3; ViMo-S answers SMC as it answers HVC";

	expect_by_host("exceptions of SMC", taken.count, (struct by_host){ 1, 0 }, why);
	expect_by_host("answer", x[0], (struct by_host){ PSCI_VERSION, 0x10001 }, why);
}
