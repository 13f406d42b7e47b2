// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_cache_ops.c - set/way operations of guests, and their caches going on and off.
 */
#include "fake_guest.h"
#include <vimo/guest_map.h>
#include "fake_sysreg.h"
#include "guest/domain_life.h"
#include "guest/domain_memory.h"
#include "trap/cache_ops.h"

#define RAM VIMO_GUEST_RAM_BASE
#define RAM_BYTES (5 * BLOCK_SIZE)
#define STEPS_MAX 64u
#define CISW SYSREG_ID(1, 0, 7, 14, 2)
#define ISW SYSREG_ID(1, 0, 7, 6, 2)
#define SCTLR SYSREG_ID(3, 0, 1, 0, 0)
#define TTBR0 SYSREG_ID(3, 0, 2, 0, 0)
#define CACHES (BIT(0) | BIT(2))

static struct domain *guest;

static int start(void **state)
{
	size_t done;

	(void)state;
	domain_hooks = fake_no_io;
	fake_guest_start();
	fake_sysreg_reset();
	fake_sysreg_set("hcr_el2", HCR_TSW);
	fake_sysreg_set("sctlr_el1", 0);
	guest = fake_domu(1);
	assert_int_equal(domain_populate(guest, IPA(RAM), RAM_BYTES, &done), VIMO_OK);
	fake_cleaned_bytes = 0;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	fake_guest_stop();
	return 0;
}

static bool traps_vm(void)
{
	return fake_sysreg_get("hcr_el2") & HCR_TVM;
}

/* The access until it is done: interrupts are taken between two steps. Return: how often the guest repeated it. */
static unsigned int access_by(struct vcpu *vcpu, uint32_t id, uint64_t value)
{
	unsigned int repeats = 0;

	vcpu->x[5] = value;
	while (trap_cache_op(vcpu, id | 5 << 5) == TRAP_RESUME)
		assert_true(++repeats < STEPS_MAX);
	return repeats;
}

static void a_loop_over_sets_and_ways_cleans_once(void **state)
{
	struct vcpu *vcpu = guest->vcpus[0];

	(void)state;
	assert_true(access_by(vcpu, CISW, 0) >= RAM_BYTES / (2 * BLOCK_SIZE));
	assert_int_equal(fake_cleaned_bytes, RAM_BYTES);
	assert_true(traps_vm());
	for (unsigned int way = 1; way < 100; way++)
		assert_int_equal(access_by(vcpu, way % 2 ? ISW : CISW, way << 28), 0);
	assert_int_equal(fake_cleaned_bytes, RAM_BYTES);
}

static void memory_is_clean_when_caches_change(void **state)
{
	struct vcpu *vcpu = guest->vcpus[0];

	(void)state;
	access_by(vcpu, CISW, 0);
	access_by(vcpu, TTBR0, 0x1000);
	assert_int_equal(fake_sysreg_get("ttbr0_el1"), 0x1000);
	assert_true(traps_vm());
	access_by(vcpu, SCTLR, CACHES);
	assert_int_equal(fake_cleaned_bytes, 2 * RAM_BYTES);
	assert_int_equal(fake_sysreg_get("sctlr_el1"), CACHES);
	/* The caches are on: from here on no write of these registers traps. */
	assert_false(traps_vm());
	assert_int_equal(trap_cache_op(vcpu, SCTLR | 5 << 5), TRAP_UNDEFINED);
}

static void reads_are_undefined(void **state)
{
	(void)state;
	assert_int_equal(trap_cache_op(guest->vcpus[0], CISW | ISS_SYS_READ), TRAP_UNDEFINED);
}

/* HCR_EL2.FWB: a guest's accesses are to the caches whatever it does, but dom0 decides for itself. */
static void forced_write_back_needs_no_cleaning(void **state)
{
	(void)state;
	fake_sysreg_set("hcr_el2", HCR_TSW | HCR_FWB);
	assert_int_equal(access_by(guest->vcpus[0], CISW, 0), 0);
	assert_int_equal(fake_cleaned_bytes, 0);
	assert_false(traps_vm());
	assert_int_equal(access_by(dom0->vcpus[0], CISW, 0) > 0, true);
	assert_true(traps_vm());
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(a_loop_over_sets_and_ways_cleans_once),
		TEST(memory_is_clean_when_caches_change),
		TEST(reads_are_undefined),
		TEST(forced_write_back_needs_no_cleaning),
	};

	return cmocka_run_group_tests_name("cache operations", tests, NULL, NULL);
}
