// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_hypercall.c - rights, devices, requests, events; any arguments do no
 * harm.
 */
#include "fake_guest.h"
#include <stdlib.h>
#include <string.h>
#include <vimo/guest_map.h>
#include "cpu/features.h"
#include "guest/domain_life.h"
#include "guest/domain_memory.h"
#include "hypercall/dispatch.h"
#include "hypercall/hypercall.h"
#include "io/event.h"
#include "io/io.h"
#include "mem/heap.h"
#include "mem/pool.h"

#define RAM VIMO_GUEST_RAM_BASE
#define DEVICE VIMO_GUEST_VIRTIO_BASE
#define LAYOUT VIMO_DEVICE_LAYOUT(0x50, 0x64, 0x60)
#define QUEUES 3u
#define EVENTS VIMO_DEVICE_EVENTS(100, QUEUES, 1)

uint8_t __image_start[1];
uint8_t __image_end[1];

static struct domain *guest;
static uint64_t mmfr0;

uint64_t features_id_register(unsigned int crm, unsigned int op2)
{
	assert_int_equal(crm * 8 + op2, 7 * 8);
	return mmfr0;
}

static int start(void **state)
{
	(void)state;
	io_init();
	fake_guest_start();
	event_init();
	guest = fake_domu(2);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	fake_guest_stop();
	return 0;
}

static int call_as(struct vcpu *vcpu, uint32_t nr, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
	const uint64_t in[] = { VIMO_HC(nr), a1, a2, a3, a4, a5 };

	memcpy(vcpu->x, in, sizeof(in));
	assert_true(hypercall_dispatch(vcpu, VIMO_HC(nr)));
	assert_true((int64_t)vcpu->x[0] <= 0 && (int64_t)vcpu->x[0] >= VIMO_LIMIT);
	return (int)vcpu->x[0];
}

/* As dom0's vCPU 0. */
static int call(uint32_t nr, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
	return call_as(dom0->vcpus[0], nr, a1, a2, a3, a4, a5);
}

static uint64_t result(unsigned int n)
{
	return dom0->vcpus[0]->x[n];
}

static bool event_is_set(unsigned int vcpu, unsigned int number)
{
	const struct vimo_event_page *page = (const struct vimo_event_page *)event_pages().v + vcpu;

	return page->pending[number / 64] & BIT(number % 64) && page->summary & BIT(number / 64);
}

static enum mmio_result guest_access(uint64_t ipa, unsigned int width, bool write, uint64_t data)
{
	const struct mmio_region *region = mmio_find(&guest->mmio, ipa);
	struct mmio_access access = { .data = data, .width = (uint8_t)width, .write = write };

	assert_non_null(region);
	access.offset = ipa - region->base;
	/* As trap/abort.c leaves it. */
	guest->vcpus[1]->io = (struct mmio_pending){ .access = access, .iss = 3u << 16 };
	return region->access(guest->vcpus[1], region->context, &access);
}

static void a_guest_may_ask_for_the_version_and_ring_its_ports(void **state)
{
	(void)state;
	for (uint32_t nr = 0; nr < VIMO_HC_COUNT; nr++) {
		int status = call_as(guest->vcpus[0], nr, 1, 0, 0, 0, 0);

		if (nr == VIMO_HC_VERSION)
			assert_int_equal(status, VIMO_OK);
		else if (nr == VIMO_HC_EVENT_SEND)
			assert_int_equal(status, VIMO_NOT_FOUND);
		else
			assert_int_equal(status, VIMO_DENIED);
	}
}

static void unknown_numbers_are_not_ours(void **state)
{
	(void)state;
	assert_false(hypercall_dispatch(dom0->vcpus[0], VIMO_HC(VIMO_HC_COUNT)));
	assert_false(hypercall_dispatch(dom0->vcpus[0], VIMO_HC(0xffff)));
	assert_false(hypercall_dispatch(dom0->vcpus[0], 0x86000000u));
	assert_false(hypercall_dispatch(dom0->vcpus[0], 0));
	assert_true(hypercall_dispatch(guest->vcpus[0], VIMO_SMCCC_UID));
	assert_int_equal(guest->vcpus[0]->x[0], VIMO_UID_0);
	assert_int_equal(guest->vcpus[0]->x[3], VIMO_UID_3);
}

static void dom0_is_no_argument(void **state)
{
	(void)state;
	assert_int_equal(call(VIMO_HC_DOMAIN_DESTROY, VIMO_DOM0, 0, 0, 0, 0), VIMO_DENIED);
	assert_int_equal(call(VIMO_HC_DOMAIN_CONTROL, VIMO_DOM0, VIMO_OP_KILL, 0, 0, 0), VIMO_DENIED);
	assert_int_equal(call(VIMO_HC_DOMAIN_CONTROL, 7, VIMO_OP_KILL, 0, 0, 0), VIMO_NOT_FOUND);
	assert_int_equal(call(VIMO_HC_DOMAIN_CONTROL, 1 + (1ull << 32), VIMO_OP_KILL, 0, 0, 0), VIMO_NOT_FOUND);
}

static void a_domain_lives_through_calls(void **state)
{
	uint64_t id;

	(void)state;
	assert_int_equal(call(VIMO_HC_DOMAIN_CREATE, 2, 512, 0, 0, 0), VIMO_OK);
	id = result(1);
	assert_int_equal(id, 2);
	assert_int_equal(call(VIMO_HC_DOMAIN_NEXT, 1, 0, 0, 0, 0), VIMO_OK);
	assert_int_equal(result(1), id);
	assert_int_equal(call(VIMO_HC_DOMAIN_NEXT, id, 0, 0, 0, 0), VIMO_NOT_FOUND);
	assert_int_equal(call(VIMO_HC_MEM_POPULATE, id, RAM, BLOCK_SIZE, 0, 0), VIMO_OK);
	assert_int_equal(result(1), BLOCK_SIZE);
	assert_int_equal(call(VIMO_HC_MEM_TRANSLATE, id, RAM + PAGE_SIZE, 0, 0, 0), VIMO_OK);
	assert_int_equal(result(2), BLOCK_SIZE - PAGE_SIZE);
	assert_int_equal(call(VIMO_HC_VCPU_ENTRY, id, 0, RAM, 0x42, 0), VIMO_OK);
	assert_int_equal(call(VIMO_HC_VCPU_ENTRY, id, 2, RAM, 0, 0), VIMO_NOT_FOUND);
	assert_int_equal(call(VIMO_HC_VCPU_ENTRY, id, 0, RAM + 2, 0, 0), VIMO_INVALID);
	assert_int_equal(call(VIMO_HC_DOMAIN_CONTROL, id, VIMO_OP_START, 0, 0, 0), VIMO_OK);
	assert_int_equal(call(VIMO_HC_VCPU_ENTRY, id, 0, RAM, 0, 0), VIMO_STATE);
	assert_int_equal(call(VIMO_HC_DOMAIN_INFO, id, VIMO_DOMAIN_INFO_SIZE, 0, 0, 0), VIMO_OK);
	assert_int_equal(result(1), 2);
	assert_int_equal(result(2), 512);
	assert_int_equal(call(VIMO_HC_DOMAIN_INFO, id, VIMO_DOMAIN_INFO_COUNT, 0, 0, 0), VIMO_INVALID);
	assert_int_equal(call(VIMO_HC_DOMAIN_CONTROL, id, VIMO_OP_KILL, 0, 0, 0), VIMO_OK);
	assert_int_equal(call(VIMO_HC_DOMAIN_INFO, id, VIMO_DOMAIN_INFO_STATE, 0, 0, 0), VIMO_OK);
	assert_int_equal(result(1), VIMO_DOMAIN_SHUTDOWN);
	assert_int_equal(result(2), VIMO_STOP_KILLED);
	assert_int_equal(result(3), 0);
	while (call(VIMO_HC_DOMAIN_DESTROY, id, 0, 0, 0, 0) == VIMO_AGAIN)
		;
	assert_int_equal(call(VIMO_HC_DOMAIN_INFO, id, 0, 0, 0, 0), VIMO_NOT_FOUND);
}

static void a_reported_panic_is_a_reason_of_its_own(void **state)
{
	const uint32_t id = guest->id;

	(void)state;
	assert_int_equal(call(VIMO_HC_DOMAIN_CONTROL, VIMO_DOM0, VIMO_OP_PANIC, 0, 0, 0), VIMO_DENIED);
	assert_int_equal(call(VIMO_HC_DOMAIN_CONTROL, id, VIMO_OP_PANIC, 0, 0, 0), VIMO_OK);
	assert_int_equal(call(VIMO_HC_DOMAIN_CONTROL, id, VIMO_OP_KILL, 0, 0, 0), VIMO_OK);
	assert_int_equal(call(VIMO_HC_DOMAIN_INFO, id, VIMO_DOMAIN_INFO_STATE, 0, 0, 0), VIMO_OK);
	assert_int_equal(result(1), VIMO_DOMAIN_SHUTDOWN);
	assert_int_equal(result(2), VIMO_STOP_PANIC);
	assert_int_equal(call(VIMO_HC_DOMAIN_CONTROL, id, VIMO_OP_PANIC + 1, 0, 0, 0), VIMO_INVALID);
}

/* Granules of a Cortex-A57, of QEMU's max (52 bits), and of CPUs with one or two. */
static void page_sizes_are_those_of_the_id_register(void **state)
{
	static const struct {
		uint64_t mmfr0, sizes;
	} cpus[] = {
		{ 0x1124, 4096 | 65536 }, { 0x10201122, 4096 | 16384 | 65536 }, { 0x0f000000, 4096 },
		{ 0xff100000, 16384 },    { 0x1f200000, 4096 | 16384 },
	};

	(void)state;
	for (size_t n = 0; n < ARRAY_SIZE(cpus); n++) {
		mmfr0 = cpus[n].mmfr0;
		assert_int_equal(call(VIMO_HC_INFO, VIMO_INFO_PAGE_SIZES, 0, 0, 0, 0), VIMO_OK);
		assert_int_equal(result(1), cpus[n].sizes);
	}
	assert_int_equal(call(VIMO_HC_INFO, VIMO_INFO_COUNT, 0, 0, 0, 0), VIMO_INVALID);
}

static void add_device(void)
{
	assert_int_equal(call(VIMO_HC_DEVICE_ADD, 1, DEVICE, LAYOUT, VIMO_GUEST_VIRTIO_INTID, EVENTS), VIMO_OK);
}

static void a_doorbell_is_an_event_and_the_guest_goes_on(void **state)
{
	(void)state;
	add_device();
	assert_int_equal(guest_access(DEVICE + 0x50, 4, true, 2), MMIO_DONE);
	assert_true(event_is_set(1, 102));
	assert_int_equal(fake_irq.pulses, 1);
	assert_ptr_equal(fake_irq.vcpu, dom0->vcpus[1]);
	assert_int_equal(fake_irq.intid, VIMO_EVENT_INTID);
	/* dom0 knows already. */
	assert_int_equal(guest_access(DEVICE + 0x50, 4, true, 0), MMIO_DONE);
	assert_int_equal(fake_irq.pulses, 1);
	assert_int_equal(fake_irq.soon, 1);
	assert_true(event_is_set(1, 100));
	/* An event that cannot wait ends the delay of a doorbell. */
	dom0->vcpus[1]->held = 5;
	event_raise_soon((struct event_binding){ 103, 1 });
	assert_int_equal(dom0->vcpus[1]->held, 5);
	event_raise((struct event_binding){ 104, 1 });
	assert_int_equal(dom0->vcpus[1]->held, 0);
	assert_int_equal(fake_irq.pulses, 1);
}

static void notify_and_acknowledge_change_the_status_word(void **state)
{
	uint32_t *status;

	(void)state;
	add_device();
	status = (uint32_t *)(void *)((uint8_t *)result(1) + 0x60);
	assert_int_equal(call(VIMO_HC_DEVICE_NOTIFY, 1, DEVICE, 3, 0, 0), VIMO_OK);
	assert_int_equal(*status, 3);
	assert_int_equal(fake_irq.intid, VIMO_GUEST_VIRTIO_INTID);
	assert_ptr_equal(fake_irq.domain, guest);
	assert_int_equal(guest_access(DEVICE + 0x64, 4, true, 1), MMIO_DONE);
	assert_int_equal(*status, 2);
	assert_int_equal(fake_irq.later, 0);
	assert_int_equal(call(VIMO_HC_DEVICE_NOTIFY, 1, DEVICE, VIMO_NOTIFY_LATER | 1, 0, 0), VIMO_OK);
	assert_int_equal(*status, 3);
	assert_int_equal(fake_irq.later, 1);
	assert_int_equal(call(VIMO_HC_DEVICE_NOTIFY, 1, DEVICE + PAGE_SIZE, 1, 0, 0), VIMO_NOT_FOUND);
	assert_int_equal(call(VIMO_HC_DEVICE_NOTIFY, 1, DEVICE, 1ull << 32, 0, 0), VIMO_INVALID);
}

static void other_writes_wait_for_the_device_model(void **state)
{
	struct vimo_ioreq *slot = &guest->io->ioreq->slot[1];

	(void)state;
	add_device();
	assert_int_equal(guest_access(DEVICE + 0x70, 4, true, 1), MMIO_ABORT);
	assert_int_equal(call(VIMO_HC_EVENT_BIND, 1, VIMO_EVENT_IOREQ, 1, 7, 0), VIMO_OK);
	assert_int_equal(guest_access(DEVICE + 0x50, 4, true, QUEUES), MMIO_WAIT);
	assert_int_equal(slot->state, VIMO_IOREQ_PENDING);
	assert_true(slot->ipa == DEVICE + 0x50 && slot->data == QUEUES && slot->width == 4 && slot->is_write);
	assert_true(event_is_set(0, 7));
	assert_int_equal(call(VIMO_HC_IOREQ_DONE, 1, 1, 0, 0, 0), VIMO_STATE);
	slot->state = VIMO_IOREQ_DONE;
	assert_int_equal(call(VIMO_HC_IOREQ_DONE, 1, 1, 0, 0, 0), VIMO_OK);
	assert_int_equal(slot->state, VIMO_IOREQ_FREE);
	slot->state = VIMO_IOREQ_DONE;
	assert_int_equal(call(VIMO_HC_IOREQ_DONE, 1, 1, 0, 0, 0), VIMO_STATE);
	assert_int_equal(fake_completions, 1);
	assert_int_equal(call(VIMO_HC_IOREQ_DONE, 1, 2, 0, 0, 0), VIMO_NOT_FOUND);
	assert_int_equal(guest_access(VIMO_GUEST_RTC_BASE, 4, false, 0), MMIO_WAIT);
	assert_true(slot->ipa == VIMO_GUEST_RTC_BASE && !slot->is_write);
	/* The answer is in the register, by its width. */
	slot->data = 0x1122334455667788;
	slot->state = VIMO_IOREQ_DONE;
	assert_int_equal(call(VIMO_HC_IOREQ_DONE, 1, 1, 0, 0, 0), VIMO_OK);
	assert_true(guest->vcpus[1]->x[3] == 0x55667788);
}

static void devices_are_checked(void **state)
{
	static const struct {
		uint64_t ipa, layout, intid, events;
	} bad[] = {
		{ DEVICE + 4, LAYOUT, 48, EVENTS },
		{ RAM, LAYOUT, 48, EVENTS },
		{ 0, LAYOUT, 48, EVENTS },
		{ DEVICE, VIMO_DEVICE_LAYOUT(0x1000, 0x64, 0x60), 48, EVENTS },
		{ DEVICE, VIMO_DEVICE_LAYOUT(0x50, 0x63, 0x60), 48, EVENTS },
		{ DEVICE, VIMO_DEVICE_LAYOUT(0x50, 0x64, 0xfffe), 48, EVENTS },
		{ DEVICE, LAYOUT | 1ull << 48, 48, EVENTS },
		{ DEVICE, LAYOUT, 31, EVENTS },
		{ DEVICE, LAYOUT, 32 + VIMO_GUEST_SPIS, EVENTS },
		{ DEVICE, LAYOUT, 48 + (1ull << 32), EVENTS },
		{ DEVICE, LAYOUT, 48, VIMO_DEVICE_EVENTS(100, 0, 1) },
		{ DEVICE, LAYOUT, 48, VIMO_DEVICE_EVENTS(100, VIMO_DEVICE_QUEUES + 1, 1) },
		{ DEVICE, LAYOUT, 48, VIMO_DEVICE_EVENTS(VIMO_EVENT_COUNT - 1, 2, 1) },
		{ DEVICE, LAYOUT, 48, VIMO_DEVICE_EVENTS(0xffff, 2, 1) },
		{ DEVICE, LAYOUT, 48, VIMO_DEVICE_EVENTS(100, 1, 2) },
		{ DEVICE, LAYOUT, 48, VIMO_DEVICE_EVENTS(100, 1, 0x10000) },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(call(VIMO_HC_DEVICE_ADD, 1, bad[i].ipa, bad[i].layout, bad[i].intid, bad[i].events),
				 VIMO_INVALID);
	add_device();
	assert_int_equal(call(VIMO_HC_DEVICE_ADD, 1, DEVICE, LAYOUT, 48, EVENTS), VIMO_EXISTS);
	assert_int_equal(call(VIMO_HC_DOMAIN_CONTROL, 1, VIMO_OP_START, 0, 0, 0), VIMO_OK);
	assert_int_equal(call(VIMO_HC_DEVICE_ADD, 1, DEVICE, LAYOUT, 48, EVENTS), VIMO_EXISTS);
	assert_int_equal(call(VIMO_HC_DEVICE_ADD, 1, DEVICE + PAGE_SIZE, LAYOUT, 49, EVENTS), VIMO_STATE);
}

static void all_device_slots_come_and_go(void **state)
{
	size_t heap;

	(void)state;
	for (unsigned int round = 0; round < 3; round++) {
		struct domain *domain = fake_domu(1);
		uint64_t id = domain->id;

		for (uint64_t i = 0; i < VIMO_GUEST_VIRTIO_COUNT; i++)
			assert_int_equal(call(VIMO_HC_DEVICE_ADD, id, DEVICE + i * PAGE_SIZE, LAYOUT, 48 + i, EVENTS),
					 VIMO_OK);
		assert_int_equal(fake_destroy(domain), VIMO_OK);
		if (round)
			assert_int_equal(heap_free_pages(), heap);
		heap = heap_free_pages();
	}
}

static void a_port_rings_whom_it_was_connected_to(void **state)
{
	struct domain *other = fake_domu(1);

	(void)state;
	assert_int_equal(call(VIMO_HC_EVENT_CONNECT, 1, 3, other->id, 200, 0), VIMO_OK);
	assert_int_equal(call_as(guest->vcpus[0], VIMO_HC_EVENT_SEND, 3, 0, 0, 0, 0), VIMO_OK);
	assert_ptr_equal(fake_irq.domain, other);
	assert_int_equal(fake_irq.intid, 200);
	assert_int_equal(call_as(guest->vcpus[0], VIMO_HC_EVENT_SEND, 32, 0, 0, 0, 0), VIMO_INVALID);
	assert_int_equal(call(VIMO_HC_EVENT_CONNECT, 1, 4, VIMO_DOM0, 66, 0), VIMO_OK);
	assert_int_equal(call_as(guest->vcpus[0], VIMO_HC_EVENT_SEND, 4, 0, 0, 0, 0), VIMO_OK);
	assert_true(event_is_set(0, 66));
	assert_int_equal(call(VIMO_HC_EVENT_CONNECT, 1, 32, other->id, 200, 0), VIMO_INVALID);
	assert_int_equal(call(VIMO_HC_EVENT_CONNECT, 1, 3, other->id, 31, 0), VIMO_INVALID);
	assert_int_equal(call(VIMO_HC_EVENT_CONNECT, 1, 3, VIMO_DOM0, VIMO_EVENT_COUNT, 0), VIMO_INVALID);
	assert_int_equal(call(VIMO_HC_EVENT_CONNECT, 1, 3, 99, 200, 0), VIMO_NOT_FOUND);
}

static void a_port_does_not_ring_the_next_owner_of_an_id(void **state)
{
	struct domain *other = fake_domu(1);
	unsigned int pulses;

	(void)state;
	assert_int_equal(call(VIMO_HC_EVENT_CONNECT, 1, 3, other->id, 200, 0), VIMO_OK);
	assert_int_equal(fake_destroy(other), VIMO_OK);
	assert_int_equal(call_as(guest->vcpus[0], VIMO_HC_EVENT_SEND, 3, 0, 0, 0, 0), VIMO_NOT_FOUND);
	other = fake_domu(1);
	assert_int_equal(other->id, 2);
	pulses = fake_irq.pulses;
	assert_int_equal(call_as(guest->vcpus[0], VIMO_HC_EVENT_SEND, 3, 0, 0, 0, 0), VIMO_NOT_FOUND);
	assert_int_equal(fake_irq.pulses, pulses);
}

static void an_event_before_the_binding_is_not_lost(void **state)
{
	(void)state;
	domain_shutdown(guest, VIMO_STOP_POWEROFF, 0);
	assert_int_equal(call(VIMO_HC_EVENT_BIND, 1, VIMO_EVENT_STATE, 0, 70, 1), VIMO_OK);
	assert_true(event_is_set(1, 70));
}

/* A number dom0 might choose: edges, and real addresses now and then. */
static uint64_t some_argument(void)
{
	static const uint64_t values[] = { 0,
					   1,
					   2,
					   3,
					   4,
					   31,
					   32,
					   48,
					   4095,
					   4096,
					   RAM,
					   DEVICE,
					   LAYOUT,
					   EVENTS,
					   PAGE_SIZE,
					   BLOCK_SIZE,
					   GIGA_SIZE,
					   RAM + BLOCK_SIZE,
					   1ull << 32,
					   1ull << 47,
					   1ull << 48,
					   1ull << 63,
					   ~0ull,
					   ~0ull << 12,
					   VIMO_GUEST_UART_BASE };

	return values[(unsigned int)rand() % ARRAY_SIZE(values)] + (rand() % 8 == 0 ? (uint64_t)rand() : 0);
}

static void revoke_all(struct domain *domain, uint64_t from)
{
	size_t done;

	for (uint64_t at = from; domain->granted && at < from + 2 * GIGA_SIZE; at += PAGE_SIZE)
		domain_revoke(domain, IPA(at), PAGE_SIZE, &done);
}

static void any_arguments_do_no_harm(void **state)
{
	size_t pages = FAKE_RAM_BYTES / PAGE_SIZE;
	struct domain *domain;

	(void)state;
	srand(20261121);
	for (unsigned int i = 0; i < 300000; i++) {
		uint32_t nr = (uint32_t)rand() % VIMO_HC_COUNT;

		call_as(rand() % 8 && (domain = domain_get(1)) ? (domain_put(domain), dom0->vcpus[0]) : dom0->vcpus[1],
			nr, rand() % 2 ? (uint64_t)rand() % 4 : some_argument(), some_argument(), some_argument(),
			some_argument(), some_argument());
	}
	while ((domain = domain_next(0))) {
		/* Where the arguments above can have put memory. */
		revoke_all(domain, RAM);
		revoke_all(domain, 1ull << 32);
		domain_put(domain);
		assert_int_equal(domain->granted, 0);
		assert_int_equal(fake_destroy(domain), VIMO_OK);
	}
	while (pool_scrub(BLOCK_SIZE, NULL))
		;
	assert_int_equal(pool_free_pages(), pages);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_guest_may_ask_for_the_version_and_ring_its_ports),
		TEST(unknown_numbers_are_not_ours),
		TEST(dom0_is_no_argument),
		TEST(a_reported_panic_is_a_reason_of_its_own),
		TEST(a_domain_lives_through_calls),
		TEST(page_sizes_are_those_of_the_id_register),
		TEST(a_doorbell_is_an_event_and_the_guest_goes_on),
		TEST(notify_and_acknowledge_change_the_status_word),
		TEST(other_writes_wait_for_the_device_model),
		TEST(devices_are_checked),
		TEST(all_device_slots_come_and_go),
		TEST(a_port_rings_whom_it_was_connected_to),
		TEST(a_port_does_not_ring_the_next_owner_of_an_id),
		TEST(an_event_before_the_binding_is_not_lost),
		TEST(any_arguments_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
