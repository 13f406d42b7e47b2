// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_vtimer.c - the emulated physical timer, and when a vCPU must wake for its
 * timers.
 */
#include "fake_el2.h"
#include "guest/domain.h"
#include "guest/sched_wake.h"
#include "guest/vgic.h"
#include "guest/vtimer.h"
#include "hw/timer.h"

#define NEVER (~0ull)
#define TVAL 0
#define CTL 1
#define CVAL 2

uint64_t test_counter;
static struct domain domain;
static struct vcpu vcpu;
static bool line;

void vgic_set_level(struct domain *of, struct vcpu *target, uint32_t intid, bool high)
{
	assert_ptr_equal(of, &domain);
	assert_ptr_equal(target, &vcpu);
	assert_int_equal(intid, 30);
	line = high;
}

void sched_retime(void) {}

static int start(void **state)
{
	(void)state;
	domain = (struct domain){ .counter_offset = 1000 };
	vcpu = (struct vcpu){ .domain = &domain };
	test_counter = 5000;
	line = false;
	return 0;
}

static void status_shows_once_the_interrupt_is_pending(void **state)
{
	(void)state;
	vtimer_write(&vcpu, CVAL, 6000);
	vtimer_write(&vcpu, CTL, TIMER_ENABLE);
	assert_int_equal(vtimer_read(&vcpu, CTL), TIMER_ENABLE);
	assert_false(line);
	/* No exit but this read has looked at the counter since. */
	test_counter = 6000;
	assert_int_equal(vtimer_read(&vcpu, CTL), TIMER_ENABLE | TIMER_ISTATUS);
	assert_true(line);
	vtimer_write(&vcpu, TVAL, 1);
	assert_false(line);
	test_counter = 6001;
	vtimer_write(&vcpu, CTL, TIMER_ENABLE | TIMER_IMASK);
	assert_int_equal(vtimer_read(&vcpu, CTL), TIMER_ENABLE | TIMER_IMASK | TIMER_ISTATUS);
	assert_false(line);
}

static void wakes_for_the_earlier_timer(void **state)
{
	(void)state;
	assert_int_equal(vtimer_deadline(&vcpu), NEVER);
	vcpu.context.cntv_ctl = TIMER_ENABLE;
	vcpu.context.cntv_cval = 7000;
	assert_int_equal(vtimer_deadline(&vcpu), 8000);
	vcpu.vtimer.ptimer_ctl = TIMER_ENABLE;
	vcpu.vtimer.ptimer_cval = 7500;
	assert_int_equal(vtimer_deadline(&vcpu), 7500);
	vcpu.context.cntv_ctl = TIMER_ENABLE | TIMER_IMASK;
	vcpu.vtimer.ptimer_ctl = 0;
	assert_int_equal(vtimer_deadline(&vcpu), NEVER);
}

/* Linux writes ~0 to stop a timer that it leaves enabled. */
static void a_value_beyond_the_counter_is_never(void **state)
{
	(void)state;
	vcpu.context.cntv_ctl = TIMER_ENABLE;
	vcpu.context.cntv_cval = ~0ull;
	assert_int_equal(vtimer_deadline(&vcpu), NEVER);
	vcpu.context.cntv_cval = ~0ull - 999;
	assert_int_equal(vtimer_deadline(&vcpu), NEVER);
	vcpu.context.cntv_cval = ~0ull - 1001;
	assert_int_equal(vtimer_deadline(&vcpu), ~0ull - 1);
	vcpu.vtimer.ptimer_ctl = TIMER_ENABLE;
	vcpu.vtimer.ptimer_cval = ~0ull;
	vcpu.context.cntv_ctl = 0;
	assert_int_equal(vtimer_deadline(&vcpu), NEVER);
	assert_int_equal(vtimer_next(&vcpu), NEVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(status_shows_once_the_interrupt_is_pending, start),
		cmocka_unit_test_setup(wakes_for_the_earlier_timer, start),
		cmocka_unit_test_setup(a_value_beyond_the_counter_is_never, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
