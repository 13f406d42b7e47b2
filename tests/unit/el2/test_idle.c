// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_idle.c - idle states of the firmware: which of a device tree's are used, and when.
 */
#include "fake_el2.h"
#include <libfdt.h>
#include <string.h>
#include "cpu/cpu.h"
#include "hw/idle.h"
#include "hw/psci.h"
#include "hw/timer.h"

/* idle.c keeps the states of each CPU: include it to start each test with none. */
#include "../../../hypervisor/hw/idle.c"

#define US 1000ull /* the test's counter counts nanoseconds */
#define NEVER (~0ull)
#define RETENTION 0x00000001u
#define CLUSTER_RETENTION 0x01000002u
#define POWER_DOWN_ORIGINAL 0x00010000u
#define POWER_DOWN_EXTENDED 0x40000003u

static char tree[4096];
static uint32_t phandles;
uint64_t test_counter;
static struct {
	unsigned int waits, calls;
	uint64_t function, power_state, length; /* how long each wait lasts */
	int64_t answer;
} machine;

uint64_t ns_to_counter(uint64_t ns)
{
	return ns;
}

void cpu_wait(void)
{
	machine.waits++;
	test_counter += machine.length;
}

int64_t psci_firmware_call(uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3)
{
	assert_int_equal(a2 | a3, 0);
	machine.calls++;
	machine.function = function;
	machine.power_state = a1;
	if (machine.answer == PSCI_SUCCESS)
		test_counter += machine.length;
	return machine.answer;
}

static void ok(int result)
{
	assert_true(result >= 0);
}

static int start(void **state)
{
	(void)state;
	memset(idle_cpus, 0, sizeof(idle_cpus));
	any = false;
	memset(&machine, 0, sizeof(machine));
	test_counter = 1000000;
	test_this_cpu->id = 0;
	phandles = 0;
	ok(fdt_create_empty_tree(tree, sizeof(tree)));
	ok(fdt_add_subnode(tree, 0, "cpus"));
	ok(fdt_add_subnode(tree, fdt_path_offset(tree, "/cpus"), "idle-states"));
	return 0;
}

/* A node of /cpus/idle-states, later ones before earlier ones. Return: its phandle. */
static uint32_t add_state(uint32_t param, uint32_t residency_us)
{
	static const char *const names[] = { "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8" };
	int node = fdt_add_subnode(tree, fdt_path_offset(tree, "/cpus/idle-states"), names[phandles++]);

	ok(node);
	ok(fdt_setprop_u32(tree, node, "phandle", phandles));
	ok(fdt_setprop_u32(tree, node, "arm,psci-suspend-param", param));
	ok(fdt_setprop_u32(tree, node, "entry-latency-us", 10));
	ok(fdt_setprop_u32(tree, node, "exit-latency-us", 30));
	ok(fdt_setprop_u32(tree, node, "min-residency-us", residency_us));
	return phandles;
}

static int state_node(uint32_t phandle)
{
	return fdt_node_offset_by_phandle(tree, phandle);
}

static void add_cpu(unsigned int cpu)
{
	int node = fdt_add_subnode(tree, fdt_path_offset(tree, "/cpus"), cpu ? "cpu@1" : "cpu@0");

	ok(node);
	for (uint32_t i = 1; i <= phandles; i++)
		ok(fdt_appendprop_u32(tree, node, "cpu-idle-states", i));
	idle_add_cpu(tree, fdt_path_offset(tree, cpu ? "/cpus/cpu@1" : "/cpus/cpu@0"), cpu);
}

/* Two waits of a length, each until a timer after that time: the second knows of the first. Return: firmware calls. */
static unsigned int calls_for(uint64_t us)
{
	unsigned int before;

	machine.length = us * US;
	idle_wait(NEVER);
	before = machine.calls;
	idle_wait(test_counter + us * US);
	return machine.calls - before;
}

static void without_states_the_cpu_waits(void **state)
{
	(void)state;
	add_cpu(0);
	assert_int_equal(calls_for(1000000), 0);
	assert_int_equal(machine.waits, 2);
}

static void the_deepest_state_that_pays_is_used(void **state)
{
	(void)state;
	add_state(RETENTION, 100);
	add_state(CLUSTER_RETENTION, 1000);
	add_cpu(0);
	assert_int_equal(calls_for(50), 0);
	assert_int_equal(calls_for(150), 1);
	assert_int_equal(machine.function, PSCI_CPU_SUSPEND_64);
	assert_int_equal(machine.power_state, RETENTION);
	assert_int_equal(calls_for(2000), 1);
	assert_int_equal(machine.power_state, CLUSTER_RETENTION);
}

/* A timer soon, or a CPU whose waits are short: neither pays for a state. */
static void both_timer_and_last_wait_count(void **state)
{
	(void)state;
	add_state(RETENTION, 100);
	add_cpu(0);
	machine.length = 1000 * US;
	idle_wait(NEVER);
	assert_int_equal(machine.calls, 0);
	idle_wait(test_counter + 50 * US);
	assert_int_equal(machine.calls, 0);
	idle_wait(test_counter - 1);
	assert_int_equal(machine.calls, 0);
	machine.length = 10 * US;
	idle_wait(NEVER);
	assert_int_equal(machine.calls, 1);
	idle_wait(NEVER);
	assert_int_equal(machine.calls, 1);
}

static void latencies_count_where_they_are_longer(void **state)
{
	(void)state;
	add_state(RETENTION, 20);
	add_cpu(0);
	assert_int_equal(calls_for(30), 0);
	assert_int_equal(calls_for(50), 1);
}

static void states_that_lose_the_cpu_are_not_used(void **state)
{
	uint32_t stops;

	(void)state;
	add_state(POWER_DOWN_ORIGINAL, 100);
	add_state(POWER_DOWN_EXTENDED, 100);
	stops = add_state(RETENTION, 100);
	ok(fdt_setprop(tree, state_node(stops), "local-timer-stop", NULL, 0));
	add_cpu(0);
	assert_int_equal(calls_for(900000), 0);
}

static void hostile_trees(void **state)
{
	uint32_t handle;

	(void)state;
	handle = add_state(RETENTION, 100);
	ok(fdt_setprop_u64(tree, state_node(handle), "arm,psci-suspend-param", 1ull << 32));
	handle = add_state(RETENTION, 100);
	ok(fdt_setprop_u64(tree, state_node(handle), "min-residency-us", ~0ull));
	handle = add_state(RETENTION, 100);
	ok(fdt_setprop_u64(tree, state_node(handle), "exit-latency-us", ~0ull));
	handle = add_state(RETENTION, 100);
	ok(fdt_delprop(tree, state_node(handle), "min-residency-us"));
	handle = add_state(RETENTION, 100);
	ok(fdt_delprop(tree, state_node(handle), "arm,psci-suspend-param"));
	handle = add_state(RETENTION, 100);
	ok(fdt_setprop_string(tree, state_node(handle), "status", "disabled"));
	phandles += 2; /* phandles of no node */
	add_cpu(0);
	assert_int_equal(calls_for(900000), 0);
	/* Bytes that are not cells, and more states than EL2 keeps. */
	start(NULL);
	for (unsigned int i = 0; i < 8; i++)
		add_state(RETENTION + i, 100 + i);
	add_cpu(0);
	ok(fdt_setprop(tree, fdt_path_offset(tree, "/cpus/cpu@0"), "cpu-idle-states", "\0\0\0\1\0", 5));
	idle_add_cpu(tree, fdt_path_offset(tree, "/cpus/cpu@0"), 1);
	assert_int_equal(calls_for(200), 1);
	assert_int_equal(machine.power_state, RETENTION + STATES_MAX - 1);
	test_this_cpu->id = 1;
	assert_int_equal(calls_for(200), 1);
	assert_int_equal(machine.power_state, RETENTION);
}

/* A state is 0 long where residency and latencies are: still a state. */
static void a_state_without_cost_is_a_state(void **state)
{
	uint32_t handle;

	(void)state;
	handle = add_state(RETENTION, 0);
	ok(fdt_delprop(tree, state_node(handle), "entry-latency-us"));
	ok(fdt_delprop(tree, state_node(handle), "exit-latency-us"));
	add_cpu(0);
	assert_int_equal(calls_for(1), 1);
}

static void each_cpu_has_its_own(void **state)
{
	(void)state;
	add_state(RETENTION, 100);
	add_cpu(0);
	test_this_cpu->id = 1;
	assert_int_equal(calls_for(1000), 0);
	test_this_cpu->id = 0;
	assert_int_equal(calls_for(1000), 1);
}

/* The CPU must not spin on a call that returns at once, and other CPUs keep the state. */
static void a_refused_state_is_not_tried_again(void **state)
{
	(void)state;
	add_state(RETENTION, 100);
	add_state(CLUSTER_RETENTION, 1000);
	add_cpu(0);
	add_cpu(1);
	machine.answer = -2;
	machine.length = 2000 * US;
	idle_wait(NEVER);
	idle_wait(NEVER);
	assert_int_equal(machine.calls, 1);
	assert_int_equal(machine.power_state, CLUSTER_RETENTION);
	machine.answer = PSCI_SUCCESS;
	assert_int_equal(calls_for(2000), 1);
	assert_int_equal(machine.power_state, RETENTION);
	test_this_cpu->id = 1;
	assert_int_equal(calls_for(2000), 1);
	assert_int_equal(machine.power_state, CLUSTER_RETENTION);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, start)
	const struct CMUnitTest tests[] = {
		TEST(without_states_the_cpu_waits),          TEST(the_deepest_state_that_pays_is_used),
		TEST(both_timer_and_last_wait_count),        TEST(latencies_count_where_they_are_longer),
		TEST(states_that_lose_the_cpu_are_not_used), TEST(hostile_trees),
		TEST(a_state_without_cost_is_a_state),       TEST(each_cpu_has_its_own),
		TEST(a_refused_state_is_not_tried_again),
	};

	return cmocka_run_group_tests_name("idle states", tests, NULL, NULL);
}
