// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_virtqueue.c - a driver, honest and hostile, against the device's side of a queue.
 */
#include "virtio/virtqueue.h"

#include <linux/virtio_ring.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define RAM 0x40000000ull
#define SIZE 8u
#define DESC 0x0000u
#define AVAIL 0x1000u
#define USED 0x2000u
#define DATA 0x3000u

static _Alignas(4096) uint8_t ram[0x8000];
static const struct guest_memory memory = { ram, RAM, sizeof(ram) };
static struct virtqueue_chain chain;

static struct vring_desc *desc(unsigned int i)
{
	return (struct vring_desc *)(void *)(ram + DESC) + i;
}

static uint16_t *avail(unsigned int word)
{
	return (uint16_t *)(void *)(ram + AVAIL) + word;
}

static uint16_t *used(unsigned int word)
{
	return (uint16_t *)(void *)(ram + USED) + word;
}

static struct virtqueue start(bool event_idx)
{
	const struct virtqueue_layout layout = { RAM + DESC, RAM + AVAIL, RAM + USED, SIZE };
	struct virtqueue queue;

	memset(ram, 0, sizeof(ram));
	assert_true(split_start(&queue, &memory, &layout, event_idx, NULL));
	return queue;
}

static void offer(uint16_t head)
{
	*avail(2 + *avail(1) % SIZE) = head;
	++*avail(1);
}

static void a_buffer_goes_round(void **state)
{
	struct virtqueue queue = start(false);

	(void)state;
	*desc(3) = (struct vring_desc){ RAM + DATA, 10, VRING_DESC_F_NEXT, 5 };
	*desc(5) = (struct vring_desc){ RAM + DATA + 64, 20, VRING_DESC_F_WRITE, 0 };
	assert_false(virtqueue_pop(&queue, &chain));
	offer(3);
	assert_true(virtqueue_pop(&queue, &chain));
	assert_int_equal(chain.readable, 1);
	assert_int_equal(chain.writable, 1);
	assert_ptr_equal(chain.iov[1].iov_base, ram + DATA + 64);
	virtqueue_push(&queue, chain.head, 7);
	assert_int_equal(*used(1), 1);
	assert_int_equal(*used(2), 3);
	assert_int_equal(*used(4), 7);
	assert_true(virtqueue_should_notify(&queue));
	assert_false(virtqueue_should_notify(&queue));
	assert_false(virtqueue_rearm(&queue));
}

static void what_is_read_is_gathered(void **state)
{
	uint8_t got[8];

	(void)state;
	for (unsigned int i = 0; i < 10; i++)
		ram[DATA + i] = (uint8_t)i;
	chain = (struct virtqueue_chain){ .readable = 3, .writable = 1 };
	chain.iov[0] = (struct iovec){ ram + DATA, 4 };
	chain.iov[1] = (struct iovec){ ram + DATA + 4, 1 };
	chain.iov[2] = (struct iovec){ ram + DATA + 5, 3 };
	chain.iov[3] = (struct iovec){ ram + DATA + 8, 2 };
	for (size_t skip = 0; skip < 12; skip++)
		for (size_t bytes = 0; bytes <= sizeof(got); bytes++) {
			size_t all = skip < 8 ? 8 - skip : 0;

			memset(got, 0xee, sizeof(got));
			assert_int_equal(virtqueue_gather(&chain, skip, got, bytes), all);
			for (size_t i = 0; i < sizeof(got); i++)
				assert_int_equal(got[i], i < bytes && i < all ? skip + i : 0xee);
		}
}

static void an_indirect_table_is_read(void **state)
{
	struct virtqueue queue = start(false);
	struct vring_desc *table = (struct vring_desc *)(void *)(ram + DATA);

	(void)state;
	table[0] = (struct vring_desc){ RAM + DATA + 256, 4, VRING_DESC_F_NEXT, 1 };
	table[1] = (struct vring_desc){ RAM + DATA + 512, 4, 0, 0 };
	*desc(0) = (struct vring_desc){ RAM + DATA, 32, VRING_DESC_F_INDIRECT, 0 };
	offer(0);
	assert_true(virtqueue_pop(&queue, &chain));
	assert_int_equal(chain.readable, 2);
}

static void breaks(struct vring_desc first)
{
	struct virtqueue queue = start(false);

	*desc(0) = first;
	offer(0);
	assert_false(virtqueue_pop(&queue, &chain));
	assert_true(queue.broken);
	assert_false(virtqueue_pop(&queue, &chain));
}

static void a_hostile_descriptor_breaks_only_the_queue(void **state)
{
	(void)state;
	breaks((struct vring_desc){ RAM + DATA, 1, VRING_DESC_F_NEXT, 0 });    /* a loop */
	breaks((struct vring_desc){ RAM + DATA, 1, VRING_DESC_F_NEXT, SIZE }); /* beyond the table */
	breaks((struct vring_desc){ RAM - 1, 1, 0, 0 });
	breaks((struct vring_desc){ RAM + sizeof(ram) - 1, 2, 0, 0 });
	breaks((struct vring_desc){ UINT64_MAX, UINT32_MAX, 0, 0 });
	breaks((struct vring_desc){ RAM + DATA, 0, 0, 0 });
	breaks((struct vring_desc){ RAM + DATA, 17, VRING_DESC_F_INDIRECT, 0 });
	breaks((struct vring_desc){ RAM + DATA, 0, VRING_DESC_F_INDIRECT, 0 });
	breaks((struct vring_desc){ RAM + DESC, 16, VRING_DESC_F_INDIRECT, 0 }); /* a table in itself */
}

/* A good descriptor right behind the table is not in it. */
static void the_table_ends_where_it_ends(void **state)
{
	struct virtqueue queue = start(false);

	(void)state;
	*desc(0) = (struct vring_desc){ RAM + DATA, 1, VRING_DESC_F_NEXT, SIZE };
	*desc(SIZE) = (struct vring_desc){ RAM + DATA, 1, 0, 0 };
	offer(0);
	assert_false(virtqueue_pop(&queue, &chain));
	assert_true(queue.broken);
}

static void a_hostile_index_breaks_the_queue(void **state)
{
	struct virtqueue queue = start(false);

	(void)state;
	*avail(1) = SIZE + 1;
	assert_false(virtqueue_pop(&queue, &chain));
	assert_true(queue.broken);
	queue = start(false);
	offer(SIZE);
	assert_false(virtqueue_pop(&queue, &chain));
	assert_true(queue.broken);
}

static void bad_layouts_are_refused(void **state)
{
	const struct virtqueue_layout bad[] = {
		{ RAM + DESC, RAM + AVAIL, RAM + USED, 0 },     { RAM + DESC, RAM + AVAIL, RAM + USED, 3 },
		{ RAM + DESC, RAM + AVAIL, RAM + USED, 2048 },  { RAM + DESC + 8, RAM + AVAIL, RAM + USED, 8 },
		{ RAM + DESC, RAM + AVAIL + 1, RAM + USED, 8 }, { RAM + DESC, RAM + AVAIL, RAM + USED + 2, 8 },
		{ RAM - 16, RAM + AVAIL, RAM + USED, 8 },       { RAM + DESC, RAM + sizeof(ram) - 2, RAM + USED, 8 },
	};
	struct virtqueue queue;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(split_start(&queue, &memory, &bad[i], false, NULL));
}

static void a_queue_in_order_may_be_large(void **state)
{
	const struct virtqueue_layout large = { RAM + DESC, RAM + AVAIL, RAM + USED, VIRTQUEUE_IN_ORDER_MAX };
	struct split_state inflight = { 0 };
	struct virtqueue queue;

	(void)state;
	memset(ram, 0, sizeof(ram));
	assert_true(split_start(&queue, &memory, &large, false, NULL));
	assert_false(split_start(&queue, &memory, &large, false, &inflight));
}

static void a_successor_goes_on_at_the_used_index(void **state)
{
	const struct virtqueue_layout layout = { RAM + DESC, RAM + AVAIL, RAM + USED, SIZE };
	struct virtqueue queue = start(false);

	(void)state;
	*desc(0) = (struct vring_desc){ RAM + DATA, 4, 0, 0 };
	offer(0);
	offer(0);
	assert_true(virtqueue_pop(&queue, &chain));
	virtqueue_push(&queue, chain.head, 0);
	assert_true(virtqueue_pop(&queue, &chain)); /* dies with it in hand */
	assert_true(split_start(&queue, &memory, &layout, false, NULL));
	assert_true(virtqueue_pop(&queue, &chain));
	assert_false(virtqueue_pop(&queue, &chain));
}

static void the_event_index_saves_interrupts(void **state)
{
	struct virtqueue queue = start(true);

	(void)state;
	*desc(0) = (struct vring_desc){ RAM + DATA, 4, 0, 0 };
	*avail(2 + SIZE) = 1; /* tell me after the second */
	offer(0);
	offer(0);
	assert_true(virtqueue_pop(&queue, &chain));
	virtqueue_push(&queue, chain.head, 0);
	assert_false(virtqueue_should_notify(&queue));
	assert_true(virtqueue_rearm(&queue));
	assert_true(virtqueue_pop(&queue, &chain));
	virtqueue_push(&queue, chain.head, 0);
	assert_true(virtqueue_should_notify(&queue));
	assert_false(virtqueue_rearm(&queue));
	assert_int_equal(*used(2 + 4 * SIZE), 2);
}

static const struct virtqueue_layout usual = { RAM + DESC, RAM + AVAIL, RAM + USED, SIZE };
static struct split_state inflight;

/* A queue that may give back in any order, with buffers 0..count-1 offered. */
static struct virtqueue start_unordered(unsigned int count)
{
	struct virtqueue queue = start(false);

	memset(&inflight, 0, sizeof(inflight));
	assert_true(split_start(&queue, &memory, &usual, false, &inflight));
	for (uint16_t i = 0; i < count; i++) {
		*desc(i) = (struct vring_desc){ RAM + DATA, 4, 0, 0 };
		offer(i);
	}
	return queue;
}

static void a_successor_repeats_what_was_in_flight_in_its_order(void **state)
{
	struct virtqueue queue = start_unordered(5);

	(void)state;
	/* 0 and 3 come back, and 3 goes out again: in flight are 1, 2 and 3, the last place being 3's. */
	for (unsigned int i = 0; i < 4; i++)
		assert_true(virtqueue_pop(&queue, &chain));
	virtqueue_push(&queue, 3, 0);
	virtqueue_push(&queue, 0, 0);
	assert_true(virtqueue_pop(&queue, &chain));
	assert_int_equal(chain.head, 4);
	virtqueue_push(&queue, 4, 0);
	offer(3);
	offer(0);
	assert_true(virtqueue_pop(&queue, &chain));
	assert_int_equal(chain.head, 3);

	assert_true(split_start(&queue, &memory, &usual, false, &inflight));
	for (unsigned int i = 0; i < 4; i++) {
		static const uint16_t expected[] = { 1, 2, 3, 0 };

		assert_true(virtqueue_pop(&queue, &chain));
		assert_int_equal(chain.head, expected[i]);
		virtqueue_push(&queue, chain.head, 0);
	}
	assert_false(virtqueue_pop(&queue, &chain));
	assert_int_equal(*used(1), 7);
	for (unsigned int i = 0; i < SIZE; i++)
		assert_int_equal(inflight.taken[i], 0);
}

/* Its predecessor died after it had published a buffer, or just before. */
static void a_buffer_is_given_back_once(void **state)
{
	struct virtqueue queue = start_unordered(2);

	(void)state;
	assert_true(virtqueue_pop(&queue, &chain));
	assert_true(virtqueue_pop(&queue, &chain));
	inflight.completing = 2;
	inflight.used_idx = 0;
	*used(2) = 1;
	*used(1) = 1; /* the index is out: 1 was given back */
	assert_true(split_start(&queue, &memory, &usual, false, &inflight));
	assert_true(virtqueue_pop(&queue, &chain));
	assert_int_equal(chain.head, 0);
	assert_false(virtqueue_pop(&queue, &chain));

	inflight.completing = 1;
	inflight.used_idx = 1; /* the index is not out: 0 was not */
	assert_true(split_start(&queue, &memory, &usual, false, &inflight));
	assert_true(virtqueue_pop(&queue, &chain));
	assert_int_equal(chain.head, 0);
	assert_false(virtqueue_pop(&queue, &chain));
}

static void a_buffer_offered_twice_breaks_the_queue(void **state)
{
	struct virtqueue queue = start_unordered(1);

	(void)state;
	offer(0);
	assert_true(virtqueue_pop(&queue, &chain));
	assert_false(virtqueue_pop(&queue, &chain));
	assert_true(queue.broken);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_buffer_goes_round),
		cmocka_unit_test(what_is_read_is_gathered),
		cmocka_unit_test(an_indirect_table_is_read),
		cmocka_unit_test(a_hostile_descriptor_breaks_only_the_queue),
		cmocka_unit_test(the_table_ends_where_it_ends),
		cmocka_unit_test(a_hostile_index_breaks_the_queue),
		cmocka_unit_test(bad_layouts_are_refused),
		cmocka_unit_test(a_queue_in_order_may_be_large),
		cmocka_unit_test(a_successor_goes_on_at_the_used_index),
		cmocka_unit_test(the_event_index_saves_interrupts),
		cmocka_unit_test(a_successor_repeats_what_was_in_flight_in_its_order),
		cmocka_unit_test(a_buffer_is_given_back_once),
		cmocka_unit_test(a_buffer_offered_twice_breaks_the_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
