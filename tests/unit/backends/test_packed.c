// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_packed.c - a driver, honest and hostile, against the device's side of a packed queue.
 */
#include "virtio/virtqueue.h"
#include "fake_packed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define RAM 0x40000000ull
#define SIZE 5u /* no power of two */
#define RING 0x0000u
#define DRIVER 0x1000u
#define DEVICE 0x1004u
#define DATA 0x3000u

static _Alignas(4096) uint8_t ram[0x8000];
static const struct guest_memory memory = { ram, RAM, sizeof(ram) };
static const struct virtqueue_layout usual = { RAM + RING, RAM + DRIVER, RAM + DEVICE, SIZE };
static struct virtqueue_chain chain;
static struct packed_state kept;
static struct fake_packed driver;

static struct vring_packed_desc *ring(void)
{
	return (struct vring_packed_desc *)(void *)(ram + RING);
}

static uint16_t *event(unsigned int offset)
{
	return (uint16_t *)(void *)(ram + offset);
}

static struct virtqueue start(bool event_idx)
{
	struct virtqueue queue;

	memset(ram, 0, sizeof(ram));
	memset(&kept, 0xee, sizeof(kept));
	memset(&kept, 0, PACKED_STATE_ZERO);
	driver = fake_packed_new(SIZE);
	assert_true(packed_start(&queue, &memory, &usual, event_idx, &kept));
	return queue;
}

static struct virtqueue start_again(void)
{
	struct virtqueue queue;

	assert_true(packed_start(&queue, &memory, &usual, false, &kept));
	return queue;
}

/* A buffer of @count pieces, the last one writable, of which each says whose it is. */
static void offer(uint16_t id, uint16_t count)
{
	struct vring_packed_desc desc[SIZE];

	for (uint16_t n = 0; n < count; n++)
		desc[n] = (struct vring_packed_desc){ RAM + DATA + 256u * id + 16u * n, 16, 0,
						      n + 1 == count ? VRING_DESC_F_WRITE : 0 };
	fake_packed_offer(&driver, ring(), id, desc, count);
}

static void expect_pop(struct virtqueue *queue, uint16_t id, unsigned int count)
{
	assert_true(virtqueue_pop(queue, &chain));
	assert_int_equal(chain.head, id);
	assert_int_equal(chain.readable, count - 1);
	assert_int_equal(chain.writable, 1);
	for (unsigned int n = 0; n < count; n++)
		assert_ptr_equal(chain.iov[n].iov_base, ram + DATA + 256u * id + 16u * n);
}

static void expect_none(struct virtqueue *queue)
{
	assert_false(virtqueue_pop(queue, &chain));
	assert_false(queue->broken);
}

static void expect_back(uint16_t id, uint32_t bytes)
{
	uint16_t got;
	uint32_t len;

	assert_true(fake_packed_take(&driver, ring(), &got, &len));
	assert_int_equal(got, id);
	assert_int_equal(len, bytes);
}

static void expect_nothing_back(void)
{
	uint16_t id;
	uint32_t bytes;

	assert_false(fake_packed_take(&driver, ring(), &id, &bytes));
}

static void buffers_go_round(void **state)
{
	struct virtqueue queue = start(false);

	(void)state;
	expect_none(&queue);
	for (unsigned int lap = 0; lap < 7; lap++) { /* over the ring's end at each place */
		offer(3, 3);
		offer(1, 1);
		expect_pop(&queue, 3, 3);
		expect_pop(&queue, 1, 1);
		expect_none(&queue);
		assert_int_equal(queue.in_hand, 2);
		virtqueue_push(&queue, 1, 5);
		expect_back(1, 5);
		expect_nothing_back();
		virtqueue_push(&queue, 3, 0);
		expect_back(3, 0);
		assert_int_equal(queue.in_hand, 0);
		assert_true(virtqueue_pending_notify(&queue));
		assert_true(virtqueue_should_notify(&queue));
		assert_false(virtqueue_should_notify(&queue));
		assert_false(virtqueue_rearm(&queue));
	}
}

/* Also where a buffer that came back overwrote its descriptors. */
static void a_full_ring_comes_back_in_any_order(void **state)
{
	struct virtqueue queue = start(false);

	(void)state;
	for (uint16_t id = 0; id < SIZE; id++)
		offer(id, 1);
	for (uint16_t id = 0; id < SIZE; id++)
		expect_pop(&queue, id, 1);
	for (uint16_t id = SIZE; id--;)
		virtqueue_push(&queue, id, id);
	for (uint16_t id = SIZE; id--;)
		expect_back(id, id);
}

static void an_indirect_table_is_read(void **state)
{
	struct virtqueue queue = start(false);
	struct vring_packed_desc *table = (struct vring_packed_desc *)(void *)(ram + DATA);
	const struct vring_packed_desc indirect = { RAM + DATA, 32, 0, VRING_DESC_F_INDIRECT };

	(void)state;
	table[0] = (struct vring_packed_desc){ RAM + DATA + 256, 4, 77, VRING_DESC_F_NEXT };
	table[1] = (struct vring_packed_desc){ RAM + DATA + 512, 4, 78, VRING_DESC_F_WRITE | FAKE_USED };
	fake_packed_offer(&driver, ring(), 4, &indirect, 1);
	assert_true(virtqueue_pop(&queue, &chain));
	assert_int_equal(chain.head, 4);
	assert_int_equal(chain.readable, 1);
	assert_int_equal(chain.writable, 1);
	assert_ptr_equal(chain.iov[1].iov_base, ram + DATA + 512);
}

static void several_are_seen_at_once(void **state)
{
	struct virtqueue queue = start(false);

	(void)state;
	offer(0, 2);
	offer(1, 1);
	offer(2, 2);
	expect_pop(&queue, 0, 2);
	expect_pop(&queue, 1, 1);
	expect_pop(&queue, 2, 2);
	virtqueue_put(&queue, 0, 7);
	virtqueue_put(&queue, 1, 8);
	expect_nothing_back();
	virtqueue_publish(&queue);
	expect_back(0, 7);
	expect_back(1, 8);
	expect_nothing_back();
	assert_int_equal(queue.in_hand, 1);
}

static void breaks(const struct vring_packed_desc *desc, uint16_t count, uint16_t id)
{
	struct virtqueue queue = start(false);

	fake_packed_offer(&driver, ring(), id, desc, count);
	assert_false(virtqueue_pop(&queue, &chain));
	assert_true(queue.broken);
	assert_false(virtqueue_pop(&queue, &chain));
	assert_false(virtqueue_rearm(&queue));
}

static void a_hostile_descriptor_breaks_only_the_queue(void **state)
{
	static const struct vring_packed_desc bad[] = {
		{ RAM - 1, 1, 0, 0 },
		{ RAM + sizeof(ram) - 1, 2, 0, 0 },
		{ UINT64_MAX, UINT32_MAX, 0, 0 },
		{ RAM + DATA, 0, 0, 0 },
		{ RAM + DATA, 17, 0, VRING_DESC_F_INDIRECT },
		{ RAM + DATA, 0, 0, VRING_DESC_F_INDIRECT },
		{ RAM + DATA + 8, 16, 0, VRING_DESC_F_INDIRECT },
		{ RAM + DATA, 16 * 257, 0, VRING_DESC_F_INDIRECT },
		{ RAM + sizeof(ram) - 16, 32, 0, VRING_DESC_F_INDIRECT },
		{ RAM + RING, 16, 0, VRING_DESC_F_INDIRECT }, /* a table in itself */
	};
	static const struct vring_packed_desc good = { RAM + DATA, 1, 0, 0 };
	const struct vring_packed_desc mixed[] = { good, { RAM + DATA, 16, 0, VRING_DESC_F_INDIRECT } };
	const struct vring_packed_desc turned[] = { { RAM + DATA, 1, 0, VRING_DESC_F_WRITE }, good };

	(void)state;
	for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++)
		breaks(&bad[n], 1, 0);
	breaks(mixed, 2, 0);
	breaks(turned, 2, 0);
	breaks(&good, 1, SIZE);
	breaks(&good, 1, UINT16_MAX);
}

/* Every place says that another one follows. */
static void a_chain_ends_with_the_ring(void **state)
{
	struct virtqueue queue = start(false);

	(void)state;
	for (unsigned int n = 0; n < SIZE; n++)
		ring()[n] = (struct vring_packed_desc){ RAM + DATA, 1, 0, (uint16_t)(FAKE_AVAIL | VRING_DESC_F_NEXT) };
	assert_false(virtqueue_pop(&queue, &chain));
	assert_true(queue.broken);
}

static void a_buffer_offered_twice_breaks_the_queue(void **state)
{
	struct virtqueue queue = start(false);

	(void)state;
	offer(2, 1);
	offer(2, 1);
	expect_pop(&queue, 2, 1);
	assert_false(virtqueue_pop(&queue, &chain));
	assert_true(queue.broken);
}

/* Places that are in flight are offered again, by a driver that does not wait. */
static void more_than_there_is_breaks_the_queue(void **state)
{
	struct virtqueue queue = start(false);

	(void)state;
	offer(0, 4);
	expect_pop(&queue, 0, 4);
	offer(1, 2);
	assert_false(virtqueue_pop(&queue, &chain));
	assert_true(queue.broken);
}

static void bad_layouts_are_refused(void **state)
{
	static const struct virtqueue_layout bad[] = {
		{ RAM + RING, RAM + DRIVER, RAM + DEVICE, 0 },
		{ RAM + RING, RAM + DRIVER, RAM + DEVICE, 257 },
		{ RAM + RING + 8, RAM + DRIVER, RAM + DEVICE, 8 },
		{ RAM + RING, RAM + DRIVER + 2, RAM + DEVICE, 8 },
		{ RAM + RING, RAM + DRIVER, RAM + DEVICE + 2, 8 },
		{ RAM + sizeof(ram) - 112, RAM + DRIVER, RAM + DEVICE, 8 },
		{ RAM + RING, RAM + sizeof(ram), RAM + DEVICE, 8 },
		{ RAM + RING, RAM + DRIVER, RAM - 4, 8 },
	};
	struct virtqueue queue;

	(void)state;
	memset(&kept, 0, sizeof(kept));
	for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
		assert_false(packed_start(&queue, &memory, &bad[n], false, &kept));
		assert_false(virtqueue_pop(&queue, &chain));
	}
}

static void a_driver_can_do_without_interrupts(void **state)
{
	struct virtqueue queue = start(false);

	(void)state;
	event(DRIVER)[1] = VRING_PACKED_EVENT_FLAG_DISABLE;
	offer(0, 1);
	expect_pop(&queue, 0, 1);
	virtqueue_push(&queue, 0, 0);
	assert_false(virtqueue_should_notify(&queue));
	event(DEVICE)[1] = VRING_PACKED_EVENT_FLAG_DISABLE;
	assert_false(virtqueue_rearm(&queue));
	assert_int_equal(event(DEVICE)[1], VRING_PACKED_EVENT_FLAG_ENABLE);
	offer(0, 1);
	assert_true(virtqueue_rearm(&queue));
}

/* At each place and lap: told of the place asked for, and of no other. */
static void the_event_index_saves_interrupts(void **state)
{
	struct virtqueue queue = start(true);

	(void)state;
	event(DRIVER)[1] = VRING_PACKED_EVENT_FLAG_DESC;
	for (unsigned int n = 0; n < 4 * SIZE; n++) {
		unsigned int wish = n + 2; /* places from the beginning: after one buffer of two, and one of one */

		event(DRIVER)[0] = (uint16_t)(wish % SIZE | (wish / SIZE % 2 ? 0 : 1u << 15));
		offer(0, 2);
		expect_pop(&queue, 0, 2);
		virtqueue_push(&queue, 0, 0);
		expect_back(0, 0);
		assert_false(virtqueue_should_notify(&queue));
		assert_true(event(DEVICE)[1] == (n ? VRING_PACKED_EVENT_FLAG_DESC : 0));
		assert_false(virtqueue_rearm(&queue));
		assert_int_equal(event(DEVICE)[0], wish % SIZE | (wish / SIZE % 2 ? 0 : 1u << 15));
		offer(0, 1);
		assert_true(virtqueue_rearm(&queue));
		expect_pop(&queue, 0, 1);
		virtqueue_push(&queue, 0, 0);
		expect_back(0, 0);
		assert_true(virtqueue_should_notify(&queue));
		assert_false(virtqueue_should_notify(&queue));
		n += 2;
	}
}

/* The driver did not read used buffers for so long that the same place was used repeatedly. */
static void news_are_not_forgotten(void **state)
{
	struct virtqueue queue = start(true);

	(void)state;
	event(DRIVER)[0] = 1u << 15 | 3;
	event(DRIVER)[1] = VRING_PACKED_EVENT_FLAG_DESC;
	for (unsigned int n = 0; n < 2 * SIZE; n++) {
		offer(0, 1);
		expect_pop(&queue, 0, 1);
		virtqueue_push(&queue, 0, 0);
		expect_back(0, 0);
	}
	assert_true(virtqueue_pending_notify(&queue));
	assert_true(virtqueue_should_notify(&queue));
}

static void a_successor_repeats_what_was_in_flight_in_its_order(void **state)
{
	struct virtqueue queue = start(false);

	(void)state;
	offer(0, 1);
	offer(4, 2);
	offer(1, 1);
	expect_pop(&queue, 0, 1);
	expect_pop(&queue, 4, 2);
	expect_pop(&queue, 1, 1);
	virtqueue_push(&queue, 1, 0); /* over the descriptor of 0 */
	expect_back(1, 0);
	offer(3, 1);
	offer(1, 1);
	expect_pop(&queue, 3, 1);

	queue = start_again();
	expect_pop(&queue, 0, 1);
	queue = start_again();
	expect_pop(&queue, 0, 1);
	expect_pop(&queue, 4, 2);
	virtqueue_push(&queue, 4, 0);
	expect_pop(&queue, 3, 1);
	expect_pop(&queue, 1, 1);
	expect_none(&queue);
	expect_back(4, 0);
	offer(4, 2);
	expect_pop(&queue, 4, 2);
	for (uint16_t id = 0; id < SIZE; id++) {
		static const uint16_t all[] = { 4, 3, 1, 0 };

		if (id < sizeof(all) / sizeof(all[0])) {
			virtqueue_push(&queue, all[id], 0);
			expect_back(all[id], 0);
		}
	}
	queue = start_again();
	expect_none(&queue);
}

/* Two buffers in flight, a third one being given back, all with a valid list of copies. */
static void forge(struct packed_state *state)
{
	memset(state, 0, sizeof(*state));
	state->used = 3 | 1u << 16;
	state->taken[1] = 5;
	state->buffer[1] = (struct packed_buffer){ .first = 0, .count = 2 };
	state->saved[0].next = 3;
	state->taken[4] = 7;
	state->buffer[4] = (struct packed_buffer){ .first = 1, .count = 1 };
	state->giving[0].id = 2;
	state->buffer[2] = (struct packed_buffer){ .first = 2, .count = 1 };
	state->saved[1].next = state->saved[2].next = state->saved[3].next = UINT16_MAX; /* ends, which are not read */
}

static void forge_used(struct packed_state *state)
{
	state->used = 2 * SIZE;
}

static void forge_giving(struct packed_state *state)
{
	state->used |= (SIZE + 1) << 16;
}

static void forge_given_id(struct packed_state *state)
{
	state->giving[0].id = SIZE;
}

static void forge_given_twice(struct packed_state *state)
{
	state->used = 3 | 2u << 16;
	state->giving[0].id = state->giving[1].id = 1;
}

static void forge_order(struct packed_state *state)
{
	state->taken[1] = 4;
}

static void forge_first(struct packed_state *state)
{
	state->buffer[1].first = SIZE;
}

static void forge_count(struct packed_state *state)
{
	state->buffer[4].count = 0;
}

static void forge_long_list(struct packed_state *state)
{
	state->buffer[1].count = UINT16_MAX;
}

static void forge_next(struct packed_state *state)
{
	state->saved[0].next = SIZE;
}

static void forge_circle(struct packed_state *state)
{
	state->saved[0].next = 0;
}

static void forge_shared_copy(struct packed_state *state)
{
	state->saved[0].next = 1;
}

static void forge_shared_with_given(struct packed_state *state)
{
	state->buffer[2].first = 3;
}

/* A guest that took over the previous vimo-dm wrote them. */
static void forged_states_do_not_start(void **state)
{
	static void (*const forgeries[])(
		struct packed_state *) = { forge_used,  forge_giving, forge_given_id,    forge_given_twice,
					   forge_order, forge_first,  forge_count,       forge_long_list,
					   forge_next,  forge_circle, forge_shared_copy, forge_shared_with_given };
	struct virtqueue queue;
	uint32_t seed = 1;

	(void)state;
	memset(ram, 0, sizeof(ram));
	forge(&kept);
	assert_true(packed_state_is_valid(&kept, SIZE));
	assert_true(packed_start(&queue, &memory, &usual, false, &kept));
	assert_int_equal(queue.repeats, 2);
	for (size_t n = 0; n < sizeof(forgeries) / sizeof(forgeries[0]); n++) {
		forge(&kept);
		forgeries[n](&kept);
		if (packed_start(&queue, &memory, &usual, false, &kept))
			fail_msg("forgery %zu", n);
	}
	for (unsigned int round = 0; round < 100000; round++) { /* any bytes */
		for (size_t at = 0; at < 64; at++) {
			seed = seed * 1664525u + 1013904223u;
			((uint8_t *)&kept)[(seed >> 8) % sizeof(kept)] = (uint8_t)(seed >> 24 & 7);
		}
		if (packed_start(&queue, &memory, &usual, false, &kept))
			while (virtqueue_pop(&queue, &chain))
				virtqueue_push(&queue, chain.head, 1);
		if (round % 8 == 0)
			forge(&kept);
	}
}

/* Orders wrap, and may be any odd numbers. */
static void orders_wrap(void **state)
{
	struct virtqueue queue;

	(void)state;
	forge(&kept);
	kept.used = 0;
	kept.taken[1] = 1;
	kept.taken[4] = UINT32_MAX;
	assert_true(packed_start(&queue, &memory, &usual, false, &kept));
	assert_int_equal(queue.repeat[0], 4);
	assert_int_equal(queue.repeat[1], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buffers_go_round),
		cmocka_unit_test(a_full_ring_comes_back_in_any_order),
		cmocka_unit_test(an_indirect_table_is_read),
		cmocka_unit_test(several_are_seen_at_once),
		cmocka_unit_test(a_hostile_descriptor_breaks_only_the_queue),
		cmocka_unit_test(a_chain_ends_with_the_ring),
		cmocka_unit_test(a_buffer_offered_twice_breaks_the_queue),
		cmocka_unit_test(more_than_there_is_breaks_the_queue),
		cmocka_unit_test(bad_layouts_are_refused),
		cmocka_unit_test(a_driver_can_do_without_interrupts),
		cmocka_unit_test(the_event_index_saves_interrupts),
		cmocka_unit_test(news_are_not_forgotten),
		cmocka_unit_test(a_successor_repeats_what_was_in_flight_in_its_order),
		cmocka_unit_test(forged_states_do_not_start),
		cmocka_unit_test(orders_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
