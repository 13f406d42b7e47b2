// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_sched.c - which vCPU runs, how long, and which is woken: two CPUs, a
 * counter that the test moves, one tick a nanosecond.
 */
#include "fake_el2.h"
#include <string.h>
#include "cpu/serror.h"
#include "cpu/wait.h"
#include "hw/idle.h"
#include "guest/domain.h"
#include "guest/runqueue.h"
#include "guest/sched.h"
#include "guest/sched_wake.h"
#include "guest/vcpu_switch.h"
#include "guest/vgic_lr.h"
#include "guest/vtimer.h"
#include "hw/timer.h"
#include "mem/pool.h"

#define MS 1000000ull
#define NEVER (~0ull)
#define BONUS (3 * MS)
#define GRANULARITY (MS / 2)
#define MOMENT MS /* for a guest; GRANULARITY for dom0 */
#define TRIES 31  /* of what was better, before the other way is tried */
#define HURRIES 15

struct gic_info gic_info;
const struct gic_ops *gic;
struct cpu cpus[CPU_MAX];
unsigned int cpu_count;
uint64_t test_counter;

static struct domain domains[4];
struct domain *dom0 = &domains[0];
static struct vcpu vcpus[4];
static uint64_t timer[2];
static unsigned int kicks[2], waits;
static uint64_t waited_for;
static struct vcpu *wake_while_idle; /* what an interrupt does in the idle loop */

static void fake_send_sgi(unsigned int cpu, uint32_t sgi)
{
	(void)sgi;
	kicks[cpu]++;
}
static const struct gic_ops fake_ops = { .send_sgi = fake_send_sgi };

uint64_t ns_to_counter(uint64_t ns)
{
	return ns;
}
void timer_set(uint64_t deadline)
{
	timer[this_cpu()->id] = deadline;
}
void vcpu_save(struct vcpu *vcpu)
{
	(void)vcpu;
}
void vcpu_load(struct vcpu *vcpu)
{
	(void)vcpu;
}
void vtimer_update(struct vcpu *vcpu)
{
	(void)vcpu;
}
bool vgic_has_pending(struct vcpu *vcpu)
{
	(void)vcpu;
	return false;
}
uint64_t serror_take(void)
{
	return 0;
}

void serror_own(uint64_t esr)
{
	(void)esr;
}

bool cpu_interrupt_waits(void)
{
	return false;
}
void idle_wait(uint64_t deadline)
{
	waits++;
	waited_for = deadline;
}
uint64_t vtimer_next(const struct vcpu *vcpu)
{
	(void)vcpu;
	return NEVER;
}
size_t pool_scrub(size_t max_bytes, bool (*stop)(void))
{
	(void)max_bytes;
	(void)stop;
	return 0;
}

static void idle_interrupt(void)
{
	assert_non_null(wake_while_idle);
	sched_wake(wake_while_idle, WAIT_INTERRUPT);
}

static void on_cpu(unsigned int cpu)
{
	test_this_cpu = &cpus[cpu];
}

/* A vCPU of its own domain; dom0's is pinned. */
static struct vcpu *add(unsigned int domain, uint32_t weight)
{
	struct vcpu *vcpu = &vcpus[domain];

	domains[domain].id = (uint16_t)domain;
	domains[domain].vcpu_count = 1;
	*vcpu = (struct vcpu){ .domain = &domains[domain], .weight = weight, .timer_deadline = NEVER };
	domains[domain].vcpus[0] = vcpu;
	runqueue_place(vcpu);
	sched_start(vcpu);
	return vcpu;
}

static int start(void **state)
{
	(void)state;
	gic = &fake_ops;
	memset(cpus, 0, sizeof(cpus));
	memset(kicks, 0, sizeof(kicks));
	timer[0] = timer[1] = NEVER;
	waits = 0;
	wake_while_idle = NULL;
	cpu_count = 1;
	cpus[1].id = 1;
	test_counter = 1000 * MS;
	on_cpu(0);
	sched_init(idle_interrupt);
	return 0;
}

/* Until @end the running vCPU computes, EL2's timer fires when it is set. */
static void compute_until(uint64_t end)
{
	while (test_counter < end) {
		uint64_t next = timer[0] < end ? timer[0] : end;

		test_counter = next > test_counter ? next : test_counter;
		if (test_counter >= timer[0])
			sched_timer();
		if (this_cpu()->work)
			sched_run();
		assert_true(timer[0] > test_counter);
	}
}

static void shares_are_as_weights(void **state)
{
	struct vcpu *light = add(1, 128), *heavy = add(2, 512);
	uint64_t end = test_counter + 1000 * MS;

	(void)state;
	sched_run();
	compute_until(end);
	this_cpu()->work = CPU_WORK_SCHED;
	sched_run();
	assert_in_range(light->cpu_time, 190 * MS, 210 * MS);
	assert_in_range(heavy->cpu_time, 790 * MS, 810 * MS);
}

static void one_alone_needs_no_timer(void **state)
{
	(void)state;
	add(1, 256);
	sched_run();
	assert_int_equal(timer[0], NEVER);
}

/* Blocks the running vCPU and lets another run. */
static void block(enum vcpu_wait reason)
{
	sched_block(this_cpu()->vcpu, reason);
	sched_run();
}

static void a_sleeper_runs_at_once_and_cannot_save_up(void **state)
{
	struct vcpu *sleeper = add(1, 256), *busy;
	uint64_t woken;

	(void)state;
	sched_run();
	busy = add(2, 256);
	block(WAIT_INTERRUPT);
	assert_ptr_equal(this_cpu()->vcpu, busy);
	compute_until(test_counter + 500 * MS);
	sched_wake(sleeper, WAIT_IO); /* not what it waits for */
	assert_int_equal(this_cpu()->work, 0);
	sched_wake(sleeper, WAIT_INTERRUPT);
	sched_run();
	assert_ptr_equal(this_cpu()->vcpu, sleeper);
	/* It slept half a second, and has three milliseconds of credit. */
	woken = test_counter;
	compute_until(woken + 100 * MS);
	this_cpu()->work = CPU_WORK_SCHED;
	sched_run();
	assert_in_range(busy->cpu_time, 500 * MS + 40 * MS, 500 * MS + 60 * MS);
}

/* A guest that slept long beside dom0, which computes. */
static struct vcpu *sleeper_beside(struct vcpu **dom0_vcpu)
{
	struct vcpu *sleeper = add(1, 256);

	sched_run();
	*dom0_vcpu = add(0, 256);
	block(WAIT_INTERRUPT);
	compute_until(test_counter + 500 * MS);
	assert_ptr_equal(this_cpu()->vcpu, *dom0_vcpu);
	return sleeper;
}

static void one_woken_for_later_waits_for_the_cpu_or_its_turn(void **state)
{
	struct vcpu *dom0_vcpu, *sleeper = sleeper_beside(&dom0_vcpu);
	uint64_t woken = test_counter;

	(void)state;
	sched_wake_later(sleeper, false);
	sched_run();
	assert_ptr_equal(this_cpu()->vcpu, dom0_vcpu);
	assert_in_range(timer[0], woken + 1, woken + 5 * MS);
	block(WAIT_INTERRUPT);
	assert_ptr_equal(this_cpu()->vcpu, sleeper);
	assert_int_equal(waits, 0);
	/* If dom0 goes on computing it is a slice later. */
	sched_wake(dom0_vcpu, WAIT_INTERRUPT);
	block(WAIT_INTERRUPT);
	compute_until(test_counter + 500 * MS);
	woken = test_counter;
	sched_wake_later(sleeper, false);
	sched_run();
	assert_ptr_equal(this_cpu()->vcpu, dom0_vcpu);
	compute_until(woken + 6 * MS);
	assert_true(sleeper->run_start > woken);
}

static void one_woken_for_later_and_then_for_now_runs_at_once(void **state)
{
	struct vcpu *dom0_vcpu, *sleeper = sleeper_beside(&dom0_vcpu);

	(void)state;
	sched_wake_later(sleeper, false);
	sched_run();
	assert_ptr_equal(this_cpu()->vcpu, dom0_vcpu);
	sched_wake_later(sleeper, false); /* no reason to hurry either */
	sched_run();
	assert_ptr_equal(this_cpu()->vcpu, dom0_vcpu);
	sched_wake(sleeper, WAIT_INTERRUPT);
	sched_run();
	assert_ptr_equal(this_cpu()->vcpu, sleeper);
	assert_int_equal(sleeper->held, 0);
	assert_in_range(sleeper->vruntime, dom0_vcpu->vruntime - BONUS, dom0_vcpu->vruntime);
}

/* A guest's vCPU that has computed for long and rings; dom0 sleeps on its CPU. */
static struct vcpu *ringer_beside(struct vcpu **dom0_vcpu)
{
	struct vcpu *guest;

	*dom0_vcpu = add(0, 256);
	sched_run();
	guest = add(1, 256);
	block(WAIT_INTERRUPT);
	compute_until(test_counter + 100 * MS);
	assert_ptr_equal(this_cpu()->vcpu, guest);
	return guest;
}

static void one_that_rings_goes_on_until_it_waits(void **state)
{
	struct vcpu *dom0_vcpu, *guest = ringer_beside(&dom0_vcpu);

	(void)state;
	sched_wake_later(dom0_vcpu, true);
	sched_run();
	assert_ptr_equal(this_cpu()->vcpu, guest);
	test_counter += GRANULARITY / 2;
	sched_wake_later(dom0_vcpu, true); /* another queue's doorbell */
	sched_run();
	assert_ptr_equal(this_cpu()->vcpu, guest);
	block(WAIT_INTERRUPT);
	assert_ptr_equal(this_cpu()->vcpu, dom0_vcpu);
	assert_int_equal(dom0_vcpu->held, 0);
	assert_int_equal(guest->hurries, 0);
}

static void one_that_rings_and_computes_hands_over_soon(void **state)
{
	struct vcpu *dom0_vcpu, *guest = ringer_beside(&dom0_vcpu);
	uint64_t woken = test_counter;

	(void)state;
	sched_wake_later(dom0_vcpu, true);
	sched_run();
	assert_ptr_equal(this_cpu()->vcpu, guest);
	assert_int_equal(timer[0], woken + GRANULARITY);
	compute_until(woken + GRANULARITY);
	assert_ptr_equal(this_cpu()->vcpu, dom0_vcpu);
	/* For a while, no vCPU waits for it. */
	for (unsigned int n = 0; n < HURRIES; n++) {
		block(WAIT_INTERRUPT);
		assert_ptr_equal(this_cpu()->vcpu, guest);
		compute_until(test_counter + 4 * MS);
		sched_wake_later(dom0_vcpu, true);
		sched_run();
		assert_ptr_equal(this_cpu()->vcpu, dom0_vcpu);
	}
	block(WAIT_INTERRUPT);
	compute_until(test_counter + 4 * MS);
	sched_wake_later(dom0_vcpu, true);
	sched_run();
	assert_ptr_equal(this_cpu()->vcpu, guest);
}

static void what_cannot_wait_ends_the_moment(void **state)
{
	struct vcpu *dom0_vcpu, *guest = ringer_beside(&dom0_vcpu);

	(void)state;
	sched_wake_later(dom0_vcpu, true);
	sched_run();
	assert_ptr_equal(this_cpu()->vcpu, guest);
	sched_wake(dom0_vcpu, WAIT_INTERRUPT);
	sched_run();
	assert_ptr_equal(this_cpu()->vcpu, dom0_vcpu);
}

static void a_doorbell_from_another_cpu_does_not_wait(void **state)
{
	struct vcpu *dom0_vcpu, *guest = ringer_beside(&dom0_vcpu);

	(void)state;
	on_cpu(1);
	sched_wake_later(dom0_vcpu, true);
	on_cpu(0);
	assert_ptr_equal(this_cpu()->vcpu, guest);
	sched_run();
	assert_ptr_equal(this_cpu()->vcpu, dom0_vcpu);
}

/*
 * dom0 tells a guest that sleeps beside it of something, and goes on for @dom0_time. The guest then has work for
 * @at_once, or for @after, if dom0 was through before. Return: whether it was.
 */
static bool tell(struct vcpu *dom0_vcpu, struct vcpu *guest, uint64_t dom0_time, uint64_t at_once, uint64_t after)
{
	bool waited;

	assert_ptr_equal(this_cpu()->vcpu, dom0_vcpu);
	test_counter += 4 * MS; /* so that the guest may take the CPU */
	sched_wake_later(guest, true);
	sched_run();
	waited = this_cpu()->vcpu == dom0_vcpu;
	if (waited) {
		test_counter += dom0_time;
		block(WAIT_INTERRUPT);
	}
	assert_ptr_equal(this_cpu()->vcpu, guest);
	test_counter += waited ? after : at_once;
	if (waited)
		sched_wake(dom0_vcpu, WAIT_INTERRUPT);
	block(WAIT_INTERRUPT);
	return waited;
}

static unsigned int waits_of(unsigned int calls, uint64_t at_once, uint64_t after)
{
	struct vcpu *dom0_vcpu, *guest = sleeper_beside(&dom0_vcpu);
	unsigned int count = 0;

	for (unsigned int n = 0; n < calls; n++)
		count += tell(dom0_vcpu, guest, MOMENT / 4, at_once, after);
	return count;
}

static void a_guest_with_more_to_do_after_a_moment_waits(void **state)
{
	(void)state;
	/* Nothing is known at first; then all but the tries. */
	assert_in_range(waits_of(10 * (TRIES + 1), MS / 10, MS), 9 * TRIES, 10 * TRIES + 1);
}

static void a_guest_that_is_waited_for_does_not(void **state)
{
	(void)state;
	assert_int_equal(waits_of(10 * (TRIES + 1), MS / 10, MS / 10), 10);
}

static void a_guest_waits_no_longer_than_a_moment(void **state)
{
	struct vcpu *dom0_vcpu, *guest = sleeper_beside(&dom0_vcpu);
	uint64_t told = test_counter;

	(void)state;
	sched_wake_later(guest, true); /* the first time is a try */
	sched_run();
	assert_ptr_equal(this_cpu()->vcpu, dom0_vcpu);
	assert_int_equal(timer[0], told + MOMENT);
	compute_until(told + MOMENT);
	assert_ptr_equal(this_cpu()->vcpu, guest);
}

/* That packets have left has time, that one has come has less. */
static void one_woken_for_later_and_then_for_soon_waits_a_moment(void **state)
{
	struct vcpu *dom0_vcpu, *guest = sleeper_beside(&dom0_vcpu);
	uint64_t told;

	(void)state;
	sched_wake_later(guest, false);
	sched_run();
	test_counter += MS / 10;
	told = test_counter;
	sched_wake_later(guest, true);
	sched_run();
	assert_ptr_equal(this_cpu()->vcpu, dom0_vcpu);
	assert_int_equal(timer[0], told + MOMENT);
	compute_until(told + MOMENT);
	assert_ptr_equal(this_cpu()->vcpu, guest);
	assert_int_equal(guest->held, 0);
	/* Not a try any more: it runs at once. */
	block(WAIT_INTERRUPT);
	compute_until(test_counter + 100 * MS);
	sched_wake_later(guest, false);
	sched_wake_later(guest, true);
	sched_run();
	assert_ptr_equal(this_cpu()->vcpu, guest);
}

static void a_wake_up_before_the_block_is_not_lost(void **state)
{
	struct vcpu *vcpu = add(1, 256);

	(void)state;
	sched_run();
	sched_wake(vcpu, WAIT_IO);
	block(WAIT_IO);
	assert_ptr_equal(this_cpu()->vcpu, vcpu);
	assert_int_equal(waits, 0);
}

static void an_idle_cpu_waits_for_interrupts(void **state)
{
	struct vcpu *vcpu = add(1, 256);

	(void)state;
	sched_run();
	vcpu->timer_deadline = test_counter + 7 * MS;
	wake_while_idle = vcpu;
	block(WAIT_INTERRUPT);
	assert_int_equal(waits, 1);
	/* Until the timer of the vCPU that sleeps, at the latest. */
	assert_int_equal(waited_for, vcpu->timer_deadline);
	assert_int_equal(timer[0], NEVER);
	assert_ptr_equal(this_cpu()->vcpu, vcpu);
}

/* dom0 answers a request that the guest waits for; the guest is @ahead of dom0. Return: the vCPU that runs then. */
static struct vcpu *answer(struct vcpu *dom0_vcpu, struct vcpu *guest, uint64_t ahead)
{
	sched_run();
	if (this_cpu()->vcpu == dom0_vcpu)
		block(WAIT_INTERRUPT);
	assert_ptr_equal(this_cpu()->vcpu, guest);
	block(WAIT_IO);
	guest->vruntime = dom0_vcpu->vruntime + ahead;
	sched_wake(guest, WAIT_IO);
	sched_run();
	return this_cpu()->vcpu;
}

static void answered_guest_goes_first_for_a_moment(void **state)
{
	struct vcpu *dom0_vcpu = add(0, 256), *guest = add(1, 256);
	uint64_t answered;

	(void)state;
	wake_while_idle = dom0_vcpu;
	assert_ptr_equal(answer(dom0_vcpu, guest, BONUS - 1), guest);
	answered = test_counter;
	assert_int_equal(timer[0], answered + GRANULARITY);
	compute_until(answered + GRANULARITY);
	assert_ptr_equal(this_cpu()->vcpu, dom0_vcpu);
}

static void a_guest_far_ahead_waits_for_its_share(void **state)
{
	struct vcpu *dom0_vcpu = add(0, 256), *guest = add(1, 256);

	(void)state;
	wake_while_idle = dom0_vcpu;
	assert_ptr_equal(answer(dom0_vcpu, guest, BONUS), dom0_vcpu);
	/* The hint is gone: the next look does not find it either. */
	this_cpu()->work = CPU_WORK_SCHED;
	sched_run();
	assert_ptr_equal(this_cpu()->vcpu, dom0_vcpu);
}

static void an_answered_guest_that_is_stopped_does_not_run(void **state)
{
	struct vcpu *other = add(2, 256), *guest = add(1, 256);

	(void)state;
	sched_run();
	assert_ptr_equal(this_cpu()->vcpu, guest);
	block(WAIT_IO);
	add(3, 256); /* so that there is a choice */
	sched_wake(guest, WAIT_IO);
	sched_stop(guest);
	sched_run();
	assert_ptr_equal(this_cpu()->vcpu, other);
	runqueue_forget(guest);
	memset(guest, 0xa5, sizeof(*guest)); /* freed */
	this_cpu()->work = CPU_WORK_SCHED;
	sched_run();
	assert_ptr_equal(this_cpu()->vcpu, other);
}

static void an_idle_cpu_takes_a_guest_but_not_dom0(void **state)
{
	struct vcpu *dom0_vcpu, *first, *second;

	(void)state;
	dom0_vcpu = add(0, 256);
	first = add(1, 256);
	second = add(2, 256);
	sched_run();
	assert_ptr_equal(this_cpu()->vcpu == dom0_vcpu || this_cpu()->vcpu == first || this_cpu()->vcpu == second ?
				 this_cpu() :
				 NULL,
			 &cpus[0]);
	cpu_count = 2;
	on_cpu(1);
	this_cpu()->work = CPU_WORK_SCHED;
	wake_while_idle = dom0_vcpu;
	sched_run();
	assert_ptr_not_equal(this_cpu()->vcpu, dom0_vcpu);
	assert_ptr_equal(this_cpu()->vcpu->cpu, &cpus[1]);
	assert_ptr_equal(dom0_vcpu->cpu, &cpus[0]);
}

/* big.LITTLE: CPUs 0 and 2 are of one kind, CPU 1 of another. */
static void a_guest_stays_on_one_kind_of_cpu(void **state)
{
	static struct vcpu more[3];
	struct vcpu *first;

	(void)state;
	cpu_count = 3;
	cpus[2].id = 2;
	cpus[1].kind = 1;
	first = add(1, 256);
	assert_ptr_equal(first->cpu, &cpus[0]);
	for (unsigned int i = 0; i < 3; i++) {
		more[i] = (struct vcpu){ .domain = &domains[1], .id = i + 1, .weight = 256, .timer_deadline = NEVER };
		runqueue_place(&more[i]);
		assert_int_equal(more[i].cpu->kind, 0);
	}
	/* The next guest finds CPU 1 empty, and stays there. */
	assert_ptr_equal(add(2, 256)->cpu, &cpus[1]);
}

static void an_idle_cpu_leaves_guests_of_another_kind(void **state)
{
	struct vcpu *first, *second, *third;

	(void)state;
	cpu_count = 2;
	cpus[1].kind = 1;
	first = add(1, 256);
	third = add(2, 256);
	second = add(3, 256);
	assert_ptr_equal(first->cpu, &cpus[0]);
	assert_ptr_equal(third->cpu, &cpus[1]);
	assert_ptr_equal(second->cpu, &cpus[0]);
	sched_run();
	on_cpu(1);
	sched_run();
	assert_ptr_equal(this_cpu()->vcpu, third);
	sched_block(third, WAIT_INTERRUPT);
	wake_while_idle = third;
	sched_run();
	/* Only its own vCPU: CPU 0 keeps both of its. */
	assert_ptr_equal(this_cpu()->vcpu, third);
	assert_ptr_equal(first->cpu, &cpus[0]);
	assert_ptr_equal(second->cpu, &cpus[0]);
}

static void a_vcpu_on_another_cpu_is_kicked(void **state)
{
	struct vcpu *first, *second;

	(void)state;
	cpu_count = 2;
	first = add(1, 256);
	second = add(2, 256);
	assert_ptr_not_equal(first->cpu, second->cpu);
	on_cpu(second->cpu->id);
	sched_run();
	on_cpu(first->cpu->id);
	sched_run();
	kicks[second->cpu->id] = 0;
	sched_wake(second, WAIT_INTERRUPT);
	assert_int_equal(kicks[second->cpu->id], 1);
	sched_stop(second);
	assert_int_equal(kicks[second->cpu->id], 2);
}

static void yielding_lets_the_other_run(void **state)
{
	struct vcpu *first = add(1, 256), *second = add(2, 256), *running;

	(void)state;
	sched_run();
	running = this_cpu()->vcpu;
	sched_yield(running);
	sched_run();
	assert_ptr_equal(this_cpu()->vcpu, running == first ? second : first);
}

#define TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shares_are_as_weights),
		TEST(one_alone_needs_no_timer),
		TEST(a_sleeper_runs_at_once_and_cannot_save_up),
		TEST(one_woken_for_later_waits_for_the_cpu_or_its_turn),
		TEST(one_woken_for_later_and_then_for_now_runs_at_once),
		TEST(one_that_rings_goes_on_until_it_waits),
		TEST(one_that_rings_and_computes_hands_over_soon),
		TEST(what_cannot_wait_ends_the_moment),
		TEST(a_doorbell_from_another_cpu_does_not_wait),
		TEST(a_guest_with_more_to_do_after_a_moment_waits),
		TEST(a_guest_that_is_waited_for_does_not),
		TEST(a_guest_waits_no_longer_than_a_moment),
		TEST(one_woken_for_later_and_then_for_soon_waits_a_moment),
		TEST(a_wake_up_before_the_block_is_not_lost),
		TEST(an_idle_cpu_waits_for_interrupts),
		TEST(answered_guest_goes_first_for_a_moment),
		TEST(a_guest_far_ahead_waits_for_its_share),
		TEST(an_answered_guest_that_is_stopped_does_not_run),
		TEST(an_idle_cpu_takes_a_guest_but_not_dom0),
		TEST(a_guest_stays_on_one_kind_of_cpu),
		TEST(an_idle_cpu_leaves_guests_of_another_kind),
		TEST(a_vcpu_on_another_cpu_is_kicked),
		TEST(yielding_lets_the_other_run),
	};

	return cmocka_run_group_tests_name("sched", tests, NULL, NULL);
}
