// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_vpsci.c - power control by guests.
 */
#include "fake_guest.h"
#include <vimo/guest_map.h>
#include "guest/domain_life.h"
#include "guest/domain_memory.h"
#include "guest/vpsci.h"

#define RAM VIMO_GUEST_RAM_BASE
#define GET_VERSION 0x84000000u
#define CPU_SUSPEND_64 0xc4000001u
#define CPU_OFF 0x84000002u
#define CPU_ON_32 0x84000003u
#define CPU_ON_64 0xc4000003u
#define AFFINITY_INFO_64 0xc4000004u
#define SYSTEM_OFF 0x84000008u
#define FEATURES 0x8400000au
#define SYSTEM_RESET2_64 0xc4000012u

enum { SUCCESS = 0, NOT_SUPPORTED = -1, INVALID = -2, DENIED = -3, ALREADY_ON = -4, INVALID_ADDRESS = -9 };

static struct domain *guest;

static int start(void **state)
{
	size_t done;

	(void)state;
	domain_hooks = fake_no_io;
	fake_guest_start();
	guest = fake_domu(3);
	assert_int_equal(domain_populate(guest, IPA(RAM), BLOCK_SIZE, &done), VIMO_OK);
	assert_int_equal(domain_start(guest), VIMO_OK);
	fake_run(guest->vcpus[0]);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < guest->vcpu_count; i++)
		if (guest->vcpus[i]->state == VCPU_RUNNING)
			guest->vcpus[i]->state = VCPU_RUNNABLE;
	fake_guest_stop();
	return 0;
}

static int64_t call_on(struct vcpu *vcpu, uint32_t function, uint64_t a1, uint64_t a2, uint64_t a3)
{
	vcpu->x[1] = a1;
	vcpu->x[2] = a2;
	vcpu->x[3] = a3;
	assert_true(vpsci_call(vcpu, function));
	return (int64_t)vcpu->x[0];
}

static int64_t call(uint32_t function, uint64_t a1, uint64_t a2, uint64_t a3)
{
	return call_on(guest->vcpus[0], function, a1, a2, a3);
}

static void features_name_what_is_there(void **state)
{
	(void)state;
	assert_int_equal(call(GET_VERSION, 0, 0, 0), 0x10001);
	assert_int_equal(call(FEATURES, CPU_ON_64, 0, 0), SUCCESS);
	assert_int_equal(call(FEATURES, SYSTEM_RESET2_64, 0, 0), SUCCESS);
	assert_int_equal(call(FEATURES, 0x80000000u, 0, 0), SUCCESS);       /* SMCCC_VERSION */
	assert_int_equal(call(FEATURES, 0xc4000008u, 0, 0), NOT_SUPPORTED); /* SYSTEM_OFF has no 64-bit form */
	assert_int_equal(call(FEATURES, 0x8400001fu, 0, 0), NOT_SUPPORTED);
}

static void unknown_functions_are_not_ours(void **state)
{
	unsigned int known = 0;

	(void)state;
	for (uint32_t n = 0x20; n < 0x10000; n++)
		assert_false(vpsci_call(guest->vcpus[0], 0x84000000u + n));
	for (uint32_t n = 0; n < 0x20; n++)
		known += call(FEATURES, 0x84000000u + n, 0, 0) == SUCCESS;
	assert_int_equal(known, 10);
	assert_false(vpsci_call(guest->vcpus[0], 0x04000000u)); /* no fast call */
}

static void cpu_on_starts_a_vcpu_where_asked(void **state)
{
	struct vcpu *target = guest->vcpus[1];

	(void)state;
	assert_int_equal(call(AFFINITY_INFO_64, 1, 0, 0), 1);
	assert_int_equal(call(CPU_ON_64, 1, RAM + 0x80, 0x1122334455667788), SUCCESS);
	assert_int_equal(target->state, VCPU_RUNNABLE);
	assert_true(target->pc == RAM + 0x80 && target->x[0] == 0x1122334455667788);
	assert_int_equal(call(AFFINITY_INFO_64, 1, 0, 0), 0);
	assert_int_equal(call(CPU_ON_64, 1, RAM, 0), ALREADY_ON);
	assert_int_equal(call(CPU_ON_64, 0, RAM, 0), ALREADY_ON);
	/* The 32-bit form looks at half of each register. */
	assert_int_equal(call(CPU_ON_32, 0xdead00000002, 0xdead00000000 | RAM, 0xdead00000007), SUCCESS);
	assert_true(guest->vcpus[2]->pc == RAM && guest->vcpus[2]->x[0] == 7);
}

static void cpu_on_is_checked(void **state)
{
	(void)state;
	assert_int_equal(call(CPU_ON_64, 3, RAM, 0), INVALID);
	assert_int_equal(call(CPU_ON_64, 1ull << 32, RAM, 0), INVALID);
	assert_int_equal(call(CPU_ON_64, ~0ull, RAM, 0), INVALID);
	assert_int_equal(call(CPU_ON_64, 1, RAM + 2, 0), INVALID_ADDRESS);
	assert_int_equal(call(CPU_ON_64, 1, RAM + BLOCK_SIZE, 0), INVALID_ADDRESS);
	assert_int_equal(call(CPU_ON_64, 1, ~3ull, 0), INVALID_ADDRESS);
	assert_int_equal(call(AFFINITY_INFO_64, 3, 0, 0), INVALID);
	assert_int_equal(call(AFFINITY_INFO_64, 0, 1, 0), INVALID);
	assert_int_equal(guest->vcpus[1]->state, VCPU_OFF);
}

static void the_last_cpu_off_is_a_crash(void **state)
{
	(void)state;
	assert_int_equal(call(CPU_ON_64, 1, RAM, 0), SUCCESS);
	assert_int_equal(call(CPU_OFF, 0, 0, 0), SUCCESS);
	assert_int_equal(guest->state, VIMO_DOMAIN_RUNNING);
	call_on(guest->vcpus[1], CPU_OFF, 0, 0, 0);
	assert_int_equal(guest->state, VIMO_DOMAIN_SHUTDOWN);
	assert_int_equal(guest->reason, VIMO_STOP_CRASH);
}

static void dom0_keeps_its_last_cpu(void **state)
{
	(void)state;
	fake_run(dom0->vcpus[0]);
	assert_int_equal(call_on(dom0->vcpus[0], CPU_OFF, 0, 0, 0), DENIED);
	assert_int_equal(dom0->vcpus[0]->state, VCPU_RUNNING);
	dom0->vcpus[0]->state = VCPU_RUNNABLE;
}

/* dom0's requests end the machine: by the firmware, else by the board's register, which returns here only in a test. */
static void dom0s_requests_are_the_boards(void **state)
{
	(void)state;
	fake_power[POWER_OFF] = fake_power[POWER_RESET] = 0;
	assert_int_equal(call_on(dom0->vcpus[0], SYSTEM_OFF, 0, 0, 0), NOT_SUPPORTED);
	assert_int_equal(fake_power[POWER_OFF], 1);
	assert_int_equal(fake_power[POWER_RESET], 0);
	assert_int_equal(call_on(dom0->vcpus[0], SYSTEM_RESET2_64, 0, 0, 0), NOT_SUPPORTED);
	assert_int_equal(fake_power[POWER_RESET], 1);
	assert_int_equal(call(SYSTEM_OFF, 0, 0, 0), SUCCESS);
	assert_int_equal(fake_power[POWER_OFF], 1);
}

static void off_and_reset_stop_with_their_reason(void **state)
{
	(void)state;
	assert_int_equal(call(SYSTEM_RESET2_64, 1, 0, 0), INVALID);
	assert_int_equal(guest->state, VIMO_DOMAIN_RUNNING);
	call(SYSTEM_RESET2_64, 0, 0, 0);
	assert_int_equal(guest->state, VIMO_DOMAIN_SHUTDOWN);
	assert_int_equal(guest->reason, VIMO_STOP_REBOOT);
	call(SYSTEM_OFF, 0, 0, 0);
	assert_int_equal(guest->reason, VIMO_STOP_REBOOT);
}

static void suspend_waits_for_an_interrupt(void **state)
{
	(void)state;
	assert_int_equal(call(CPU_SUSPEND_64, 0x80000000, RAM, 0), INVALID);
	assert_int_equal(call(CPU_SUSPEND_64, 1ull << 32, RAM, 0), INVALID);
	assert_int_equal(guest->vcpus[0]->wait, WAIT_NONE);
	assert_int_equal(call(CPU_SUSPEND_64, 0x3010001, RAM, 0), SUCCESS);
	assert_int_equal(guest->vcpus[0]->wait, WAIT_INTERRUPT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(features_name_what_is_there),      TEST(unknown_functions_are_not_ours),
		TEST(cpu_on_starts_a_vcpu_where_asked), TEST(cpu_on_is_checked),
		TEST(the_last_cpu_off_is_a_crash),      TEST(dom0_keeps_its_last_cpu),
		TEST(dom0s_requests_are_the_boards),    TEST(off_and_reset_stop_with_their_reason),
		TEST(suspend_waits_for_an_interrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
