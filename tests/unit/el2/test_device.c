// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_device.c - a device that is added again: its queues and events change as
 * one, also under a guest that rings.
 */
#include "fake_guest.h"
#include <pthread.h>
#include <string.h>
#include <vimo/guest_map.h>
#include "guest/domain_life.h"
#include "io/device.h"
#include "io/event.h"
#include "io/io.h"
#include "mem/heap.h"

#define DEVICE VIMO_GUEST_VIRTIO_BASE
#define DOORBELL 0x50u
#define LAYOUT VIMO_DEVICE_LAYOUT(DOORBELL, 0x64, 0x60)
#define INTID VIMO_GUEST_VIRTIO_INTID
/* Few queues on vCPU 0, many on vCPU 1: a mixture of both would show. */
#define FEW VIMO_DEVICE_EVENTS(100, 2, 0)
#define MANY VIMO_DEVICE_EVENTS(2000, 60, 1)

static struct domain *guest;
static pa_t page;

static int start(void **state)
{
	(void)state;
	io_init();
	fake_guest_start();
	event_init();
	guest = fake_domu(1);
	assert_int_equal(device_add(guest, DEVICE, LAYOUT, INTID, FEW, &page), VIMO_OK);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	fake_guest_stop();
	return 0;
}

static struct vimo_event_page *events(unsigned int vcpu)
{
	return (struct vimo_event_page *)event_pages().v + vcpu;
}

/* Events of dom0's vCPU that are set in first .. first + count - 1; they are cleared. */
static unsigned int take_events(unsigned int vcpu, unsigned int first, unsigned int count)
{
	unsigned int found = 0;

	for (unsigned int number = first; number < first + count; number++) {
		uint64_t *word = &events(vcpu)->pending[number / 64];

		found += *word >> number % 64 & 1;
		*word &= ~BIT(number % 64);
	}
	return found;
}

/* All of both vCPUs. */
static unsigned int take_all_events(void)
{
	return take_events(0, 0, VIMO_EVENT_COUNT) + take_events(1, 0, VIMO_EVENT_COUNT);
}

static enum mmio_result ring(uint64_t queue)
{
	const struct mmio_region *region = mmio_find(&guest->mmio, DEVICE + DOORBELL);
	struct mmio_access access = { .offset = DOORBELL, .data = queue, .width = 4, .write = true };

	assert_non_null(region);
	return region->access(guest->vcpus[0], region->context, &access);
}

/* As an I/O request; no vimo-dm serves it in this test. */
static void assert_no_queue(uint64_t queue)
{
	assert_int_equal(ring(queue), MMIO_ABORT);
	assert_int_equal(take_all_events(), 0);
}

static void assert_rings(uint64_t queue, unsigned int vcpu, unsigned int event)
{
	assert_int_equal(ring(queue), MMIO_DONE);
	assert_int_equal(take_events(vcpu, event, 1), 1);
	assert_int_equal(take_all_events(), 0);
}

static void a_device_added_again_has_the_queues_it_was_given_last(void **state)
{
	pa_t again = PA(0);

	(void)state;
	assert_rings(1, 0, 101);
	assert_no_queue(2);
	assert_int_equal(device_add(guest, DEVICE, LAYOUT, INTID, MANY, &again), VIMO_EXISTS);
	assert_true(again.v == page.v);
	assert_rings(1, 1, 2001);
	assert_rings(59, 1, 2059);
	assert_no_queue(60);
	assert_no_queue(1ull << 32);

	/* A running guest's, too. */
	assert_int_equal(domain_start(guest), VIMO_OK);
	assert_int_equal(device_add(guest, DEVICE, LAYOUT, INTID, FEW, &again), VIMO_EXISTS);
	assert_rings(0, 0, 100);
	assert_no_queue(2);
}

static void what_is_refused_changes_nothing(void **state)
{
	static const uint64_t bad[] = {
		VIMO_DEVICE_EVENTS(200, 0, 0),
		VIMO_DEVICE_EVENTS(200, VIMO_DEVICE_QUEUES + 1, 0),
		VIMO_DEVICE_EVENTS(VIMO_EVENT_COUNT - 2, 3, 0),
		VIMO_DEVICE_EVENTS(0xffff, 2, 0),
		VIMO_DEVICE_EVENTS(200, 3, 2),
		VIMO_DEVICE_EVENTS(200, 3, 0) | 1ull << 48,
	};
	pa_t again = PA(0);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(device_add(guest, DEVICE, LAYOUT, INTID, bad[i], &again), VIMO_INVALID);
	assert_int_equal(again.v, 0);
	assert_rings(1, 0, 101);
	assert_no_queue(2);
}

static void layout_and_interrupt_stay_as_they_were(void **state)
{
	pa_t again;

	(void)state;
	assert_int_equal(device_add(guest, DEVICE, VIMO_DEVICE_LAYOUT(0x80, 0x94, 0x90), INTID + 1, MANY, &again),
			 VIMO_EXISTS);
	assert_rings(2, 1, 2002);
	assert_int_equal(device_notify(guest, DEVICE, 1), VIMO_OK);
	assert_int_equal(fake_irq.intid, INTID);
	assert_int_equal(((const uint32_t *)page.v)[0x60 / 4], 1);
}

#define ROUNDS 200000u

static unsigned int rounds; /* of the bell */
static bool ringing;

static void *ring_all_queues(void *unused)
{
	(void)unused;
	while (__atomic_load_n(&ringing, __ATOMIC_RELAXED)) {
		for (uint64_t queue = 0; queue < VIMO_DEVICE_QUEUES; queue++)
			ring(queue);
		__atomic_fetch_add(&rounds, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void a_guest_that_rings_meanwhile_reaches_old_or_new_events_only(void **state)
{
	pthread_t bell;
	pa_t again;

	(void)state;
	rounds = 0;
	ringing = true;
	assert_int_equal(pthread_create(&bell, NULL, ring_all_queues, NULL), 0);
	for (unsigned int i = 0; i < ROUNDS || __atomic_load_n(&rounds, __ATOMIC_RELAXED) < ROUNDS / 100; i++)
		device_add(guest, DEVICE, LAYOUT, INTID, i % 2 ? FEW : MANY, &again);
	__atomic_store_n(&ringing, false, __ATOMIC_RELAXED);
	assert_int_equal(pthread_join(bell, NULL), 0);
	take_events(0, 100, 2);
	take_events(1, 2000, 60);
	assert_int_equal(take_all_events(), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_device_added_again_has_the_queues_it_was_given_last),
		TEST(what_is_refused_changes_nothing),
		TEST(layout_and_interrupt_stay_as_they_were),
		TEST(a_guest_that_rings_meanwhile_reaches_old_or_new_events_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
