// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_calls.c - HVC and SMC of guests, by whatever function id: trap/smccc.c with all that it calls, and a firmware
 * that records what reaches it.
 */
#include "fake_guest.h"
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>
#include <vimo/hypercall.h>
#include "cpu/features.h"
#include "cpu/smc.h"
#include "fake_sysreg.h"
#include "guest/domain_life.h"
#include "guest/smccc.h"
#include "hw/firmware.h"
#include "hw/psci.h"
#include "io/event.h"
#include "io/io.h"
#include "trap/smccc.h"

#define SMCCC_VERSION 0x80000000u
#define SMCCC_FEATURES 0x80000001u
#define PCI_VERSION 0x84000130u /* Arm DEN 0115 */
#define EEMI 0xc2000001u
#define FAST BIT(31)
#define WIDE BIT(30)
#define OWNERS 64u
#define UNKNOWN (~0ull)
#define GARBAGE 0xdeadbeef00000000ull
#define A53 0x410fd034u
#define A72 0x410fd083u
#define NEOVERSE_N1 0x413fd0c1u
#define CSV2_1 BIT(56)

uint8_t __image_start[1];
uint8_t __image_end[1];

static struct domain *guest;
static uint64_t forwarded[8];
static unsigned int forwards;
/* The firmware's answers of SMCCC_ARCH_FEATURES on the CPU that starts. */
static int64_t workaround_1, workaround_3;

uint64_t features_id_register(unsigned int crm, unsigned int op2)
{
	(void)crm;
	(void)op2;
	return 0;
}

void smc_forward(uint64_t *regs)
{
	memcpy(forwarded, regs, sizeof(forwarded));
	forwards++;
	for (unsigned int i = 0; i < 4; i++)
		regs[i] = 0x100 + i;
}

static int64_t firmware_answers(uint64_t function, uint64_t a1)
{
	if (function == PSCI_FEATURES)
		return a1 == SMCCC_VERSION ? PSCI_SUCCESS : PSCI_NOT_SUPPORTED;
	if (function != SMCCC_FEATURES)
		return PSCI_NOT_SUPPORTED;
	return a1 == SMCCC_ARCH_WORKAROUND_1 ? workaround_1 :
	       a1 == SMCCC_ARCH_WORKAROUND_3 ? workaround_3 :
					       PSCI_NOT_SUPPORTED;
}

static void set_board(const char *compatible)
{
	static char tree[1024];

	assert_int_equal(fdt_create_empty_tree(tree, sizeof(tree)), 0);
	assert_int_equal(fdt_setprop_string(tree, 0, "compatible", compatible), 0);
	firmware_init(tree);
}

static int start(void **state)
{
	(void)state;
	io_init();
	fake_guest_start();
	event_init();
	fake_sysreg_reset();
	fake_sysreg_unknown = 0x40000004;
	set_board("unknown,board");
	guest = fake_domu(2);
	fake_run(guest->vcpus[0]);
	forwards = 0;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	guest->vcpus[0]->state = VCPU_RUNNABLE;
	fake_guest_stop();
	return 0;
}

/* Registers beside x0 hold their number and garbage, x1 the argument. */
static void set_registers(struct vcpu *vcpu, uint64_t function, uint64_t argument)
{
	for (unsigned int i = 0; i < 31; i++)
		vcpu->x[i] = GARBAGE | i;
	vcpu->x[0] = function;
	vcpu->x[1] = argument;
}

static uint64_t call_as(struct vcpu *vcpu, uint64_t function, uint64_t argument)
{
	set_registers(vcpu, function, argument);
	assert_int_equal(trap_hvc(vcpu, 0), TRAP_RESUME);
	return vcpu->x[0];
}

/* Nothing but x0 changes (SMCCC 2.6: a function returns in the registers that it defines). */
static void assert_kept(const struct vcpu *vcpu, uint64_t argument, unsigned int first)
{
	for (unsigned int i = first; i < 31; i++)
		assert_true(vcpu->x[i] == (i == 1 ? argument : (GARBAGE | i)));
}

static void assert_unknown(struct vcpu *vcpu, uint64_t function)
{
	set_registers(vcpu, function, 0);
	assert_int_equal(trap_hvc(vcpu, 0), TRAP_RESUME);
	assert_true(vcpu->x[0] == UNKNOWN);
	assert_kept(vcpu, 0, 1);
	set_registers(vcpu, function, UNKNOWN);
	assert_int_equal(trap_smc(vcpu, 0), TRAP_NEXT);
	assert_true(vcpu->x[0] == UNKNOWN);
	assert_kept(vcpu, UNKNOWN, 1);
}

static void both_conduits_answer_alike(void **state)
{
	static const uint32_t functions[] = {
		SMCCC_VERSION,  SMCCC_FEATURES,           PSCI_VERSION, PSCI_FEATURES,
		VIMO_SMCCC_UID, VIMO_HC(VIMO_HC_VERSION), EEMI,
	};
	struct vcpu *vcpu = guest->vcpus[0];
	uint64_t answer[31];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
		call_as(vcpu, functions[i], SMCCC_VERSION);
		memcpy(answer, vcpu->x, sizeof(answer));
		set_registers(vcpu, functions[i], SMCCC_VERSION);
		/* PC is past an HVC, and at a trapped SMC (DDI 0487 J.a, D1.3.1). */
		assert_int_equal(trap_smc(vcpu, 0), TRAP_NEXT);
		assert_memory_equal(answer, vcpu->x, sizeof(answer));
	}
}

static void other_immediates_are_undefined(void **state)
{
	static const uint32_t immediates[] = { 1, 0x4a48, 0x8000, 0xffff };
	struct vcpu *vcpu = guest->vcpus[0];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(immediates); i++) {
		fake_sysreg_set("elr_el2", 0x1004);
		set_registers(vcpu, SMCCC_VERSION, 0);
		assert_int_equal(trap_hvc(vcpu, ESR_IL | immediates[i]), TRAP_UNDEFINED);
		/* The exception is taken from the HVC itself. */
		assert_int_equal(fake_sysreg_get("elr_el2"), 0x1000);
		assert_int_equal(trap_smc(vcpu, ESR_IL | immediates[i]), TRAP_UNDEFINED);
		assert_int_equal(fake_sysreg_get("elr_el2"), 0x1000);
		assert_int_equal(vcpu->x[0], SMCCC_VERSION);
		assert_kept(vcpu, 0, 1);
	}
	/* Bits beside the immediate's do not make one. */
	assert_int_equal(trap_hvc(vcpu, ~0xffffull), TRAP_RESUME);
	assert_int_equal(vcpu->x[0], 0x10001);
}

static bool is_known(uint32_t function)
{
	uint32_t number = function & 0x1f, psci = function & ~(uint32_t)(WIDE | 0x1f);

	if (psci == 0x84000000u && number < 0x13)
		return true;
	return function == SMCCC_VERSION || function == SMCCC_FEATURES || function == SMCCC_ARCH_WORKAROUND_1 ||
	       function == SMCCC_ARCH_WORKAROUND_3 || function == VIMO_SMCCC_UID ||
	       (function >= VIMO_HC(0) && function < VIMO_HC(VIMO_HC_COUNT));
}

/* Fast and yielding, 32 and 64 bits wide, of each owner, the hint bit of SMCCC 1.3, reserved bits, all call numbers. */
static void hostile_function_ids_are_unknown(void **state)
{
	static const uint32_t middles[] = { 0, 1u << 16, 1u << 17, 0x80u << 16, 0xffu << 16 };
	static const uint32_t numbers[] = { 0,      1,      2,      0x13,   0x1f,   0x20,   0x21,   0x3f,
					    0x50,   0x130,  0x134,  0x3fff, 0x7fff, 0x8000, 0xff00, 0xff01,
					    0xff03, 0xfffe, 0xffff, 0x0800, 0x1000, 0x4000, 0xf000 };

	(void)state;
	for (uint32_t kind = 0; kind < 4; kind++)
		for (uint32_t owner = 0; owner < OWNERS; owner++)
			for (size_t middle = 0; middle < ARRAY_SIZE(middles); middle++)
				for (size_t number = 0; number < ARRAY_SIZE(numbers); number++) {
					uint32_t function =
						kind << 30 | owner << 24 | middles[middle] | numbers[number];

					if (is_known(function))
						continue;
					assert_unknown(guest->vcpus[0], function);
					assert_unknown(dom0->vcpus[0], GARBAGE | function);
				}
	assert_int_equal(forwards, 0);
	assert_int_equal(guest->state, VIMO_DOMAIN_BUILDING);
}

/* Only W0 names the function (SMCCC 2.5.1). */
static void upper_half_of_x0_is_ignored(void **state)
{
	(void)state;
	assert_int_equal(call_as(guest->vcpus[0], GARBAGE | SMCCC_VERSION, 0), 0x10001);
	assert_int_equal(call_as(guest->vcpus[0], GARBAGE | PSCI_VERSION, 0), 0x10001);
	assert_int_equal(call_as(guest->vcpus[0], GARBAGE | SMCCC_FEATURES, GARBAGE | SMCCC_VERSION), 0);
	set_board("xlnx,zynqmp");
	call_as(dom0->vcpus[0], GARBAGE | EEMI, 0);
	assert_int_equal(forwards, 1);
	/* The firmware gets what was checked. */
	assert_int_equal(forwarded[0], EEMI);
}

static void version_and_features(void **state)
{
	struct vcpu *vcpu = guest->vcpus[0];

	(void)state;
	assert_int_equal(call_as(vcpu, SMCCC_VERSION, UNKNOWN), 0x10001);
	assert_kept(vcpu, UNKNOWN, 1);
	assert_unknown(vcpu, WIDE | SMCCC_VERSION);
	assert_unknown(vcpu, WIDE | SMCCC_FEATURES);
	assert_unknown(vcpu, (uint32_t)~FAST & SMCCC_VERSION);
	assert_int_equal(call_as(vcpu, SMCCC_FEATURES, SMCCC_VERSION), 0);
	assert_int_equal(call_as(vcpu, SMCCC_FEATURES, SMCCC_FEATURES), 0);
	for (uint32_t function = 0x80000002u; function < 0x80000100u; function++)
		assert_true(call_as(vcpu, SMCCC_FEATURES, function) == UNKNOWN);
	/* SMCCC names its own functions only; PSCI has its own call. */
	assert_true(call_as(vcpu, SMCCC_FEATURES, PSCI_VERSION) == UNKNOWN);
	assert_true(call_as(vcpu, SMCCC_FEATURES, VIMO_SMCCC_UID) == UNKNOWN);
	assert_int_equal(call_as(vcpu, PSCI_FEATURES, SMCCC_VERSION), 0);
	assert_true(call_as(vcpu, PSCI_FEATURES, SMCCC_FEATURES) == UNKNOWN);
}

static void start_cpu(uint32_t midr, uint64_t pfr0, int64_t w1, int64_t w3)
{
	struct speculation_input input = { .midr = midr, .pfr0 = pfr0 };
	struct cpu cpu = { .id = 0 };

	workaround_1 = w1;
	workaround_3 = w3;
	(void)smccc_init_cpu(&cpu, &input, 0);
}

static void assert_workarounds(int64_t w1, int64_t w3)
{
	struct vcpu *all[] = { guest->vcpus[0], dom0->vcpus[0] };

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		assert_int_equal((int64_t)call_as(all[i], SMCCC_FEATURES, SMCCC_ARCH_WORKAROUND_1), w1);
		assert_int_equal((int64_t)call_as(all[i], SMCCC_FEATURES, SMCCC_ARCH_WORKAROUND_3), w3);
		/* A call is known where the firmware's measure exists. */
		if (w1 < 0)
			assert_unknown(all[i], SMCCC_ARCH_WORKAROUND_1);
		else
			assert_true(call_as(all[i], SMCCC_ARCH_WORKAROUND_1, 0) != UNKNOWN);
		assert_unknown(all[i], WIDE | SMCCC_ARCH_WORKAROUND_1);
		assert_unknown(all[i], SMCCC_ARCH_WORKAROUND_2);
	}
}

/* CPU after CPU, as a machine starts them: each may only make the answers worse, since a vCPU may move. */
static void workarounds_answer_for_the_worst_cpu(void **state)
{
	(void)state;
	fake_psci = firmware_answers;
	smccc_init();
	start_cpu(A53, 0, PSCI_NOT_SUPPORTED, PSCI_NOT_SUPPORTED);
	assert_workarounds(1, 1);
	start_cpu(NEOVERSE_N1, CSV2_1, PSCI_NOT_SUPPORTED, PSCI_NOT_SUPPORTED);
	assert_workarounds(1, 0);
	start_cpu(A72, 0, 0, 0);
	assert_workarounds(0, 0);
	start_cpu(A53, 0, 1, 1);
	assert_workarounds(0, 0);
	start_cpu(A72, 0, PSCI_NOT_SUPPORTED, PSCI_NOT_SUPPORTED);
	assert_workarounds(-1, -1);
	assert_int_equal(forwards, 0);
	fake_psci = NULL;
}

static void dom0_reaches_the_boards_firmware(void **state)
{
	struct vcpu *vcpu = dom0->vcpus[0];

	(void)state;
	assert_unknown(vcpu, EEMI);
	set_board("xlnx,zynqmp");
	assert_int_equal(call_as(vcpu, EEMI, 0x1234), 0x100);
	assert_int_equal(forwards, 1);
	assert_true(forwarded[0] == EEMI && forwarded[1] == 0x1234);
	for (unsigned int i = 2; i < 8; i++)
		assert_true(forwarded[i] == (GARBAGE | i));
	assert_true(vcpu->x[1] == 0x101 && vcpu->x[2] == 0x102 && vcpu->x[3] == 0x103);
	assert_kept(vcpu, 0, 4);
	/* Beside the list, yielding, of another board. */
	assert_unknown(vcpu, 0xc2010000u);
	assert_unknown(vcpu, 0x82000001u);
	assert_unknown(vcpu, (uint32_t)~FAST & EEMI);
	assert_unknown(vcpu, PCI_VERSION);
	assert_int_equal(forwards, 1);
	set_board("brcm,bcm2711");
	assert_int_equal(call_as(vcpu, PCI_VERSION, 0), 0x100);
	assert_unknown(vcpu, EEMI);
	assert_int_equal(forwards, 2);
}

static void other_guests_do_not(void **state)
{
	(void)state;
	set_board("xlnx,zynqmp");
	assert_unknown(guest->vcpus[0], EEMI);
	assert_unknown(guest->vcpus[0], 0x82001000u);
	set_board("brcm,bcm2711");
	assert_unknown(guest->vcpus[0], PCI_VERSION);
	assert_int_equal(forwards, 0);
}

/* PSCI is EL2's for dom0, too, whatever the list has; hypercalls have their own rights. */
static void each_owner_keeps_its_calls(void **state)
{
	(void)state;
	set_board("brcm,bcm2711");
	assert_int_equal(call_as(dom0->vcpus[0], PSCI_VERSION, 0), 0x10001);
	assert_int_equal((int64_t)call_as(dom0->vcpus[0], PSCI_CPU_ON_64, ~0ull), -2);
	assert_int_equal(forwards, 0);
	assert_int_equal((int64_t)call_as(guest->vcpus[0], VIMO_HC(VIMO_HC_INFO), 0), VIMO_DENIED);
	assert_int_equal((int64_t)call_as(dom0->vcpus[0], VIMO_HC(VIMO_HC_DOMAIN_INFO), 0x7fff), VIMO_NOT_FOUND);
	assert_int_equal(call_as(guest->vcpus[0], VIMO_SMCCC_UID, 0), VIMO_UID_0);
	assert_unknown(guest->vcpus[0], VIMO_HC(VIMO_HC_COUNT));
	assert_unknown(guest->vcpus[0], (uint32_t)~WIDE & VIMO_HC(VIMO_HC_VERSION));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(both_conduits_answer_alike),
		TEST(other_immediates_are_undefined),
		TEST(hostile_function_ids_are_unknown),
		TEST(upper_half_of_x0_is_ignored),
		TEST(version_and_features),
		TEST(workarounds_answer_for_the_worst_cpu),
		TEST(dom0_reaches_the_boards_firmware),
		TEST(other_guests_do_not),
		TEST(each_owner_keeps_its_calls),
	};

	return cmocka_run_group_tests_name("calls of guests", tests, NULL, NULL);
}
