// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_domain_memory.c - life of domains and their memory.
 */
#include "fake_guest.h"
#include <vimo/guest_map.h>
#include "guest/domain_clean.h"
#include "guest/domain_life.h"
#include "guest/domain_memory.h"
#include "mem/heap.h"
#include "mem/pool.h"
#include "mem/stage2_lookup.h"

#define RAM VIMO_GUEST_RAM_BASE
#define MAX_CALLS 100u

static unsigned int state_changes;

static enum vimo_status created(struct domain *domain)
{
	(void)domain;
	return VIMO_OK;
}

static void destroyed(struct domain *domain)
{
	(void)domain;
}

static void state_changed(struct domain *domain)
{
	(void)domain;
	state_changes++;
}

static int start(void **state)
{
	(void)state;
	domain_hooks = (struct domain_hooks){ created, destroyed, state_changed };
	state_changes = 0;
	fake_guest_start();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	fake_guest_stop();
	return 0;
}

typedef enum vimo_status (*memory_call)(struct domain *, ipa_t, size_t, size_t *);

/* As dom0 does: call again while the answer is AGAIN. */
static enum vimo_status repeat(memory_call call, struct domain *domain, uint64_t ipa, size_t bytes)
{
	enum vimo_status status = VIMO_AGAIN;
	size_t done;

	for (unsigned int i = 0; status == VIMO_AGAIN && i < MAX_CALLS; i++) {
		status = call(domain, IPA(ipa), bytes, &done);
		assert_true(done <= bytes);
		if (status == VIMO_OK)
			assert_int_equal(done, bytes);
		ipa += done;
		bytes -= done;
	}
	return status;
}

static void memory_comes_in_the_largest_pieces(void **state)
{
	struct domain *domain = fake_domu(1);

	(void)state;
	assert_int_equal(repeat(domain_populate, domain, RAM, 2 * BLOCK_SIZE + 3 * PAGE_SIZE), VIMO_OK);
	assert_int_equal(domain->stage2.leaves[1], 2);
	assert_int_equal(domain->stage2.leaves[2], 3);
	assert_int_equal(domain->pages, 2 * 512 + 3);
	assert_int_equal(repeat(domain_populate, domain, RAM + GIGA_SIZE + PAGE_SIZE, PAGE_SIZE), VIMO_OK);
	assert_int_equal(domain->stage2.leaves[2], 4);
}

static void ranges_that_are_no_ram_are_invalid(void **state)
{
	static const struct {
		uint64_t ipa, bytes;
	} bad[] = {
		{ RAM, 0 },
		{ RAM, 100 },
		{ RAM + 1, PAGE_SIZE },
		{ RAM - PAGE_SIZE, 2 * PAGE_SIZE },
		{ 0, PAGE_SIZE },
		{ RAM + VIMO_GUEST_RAM_MAX, PAGE_SIZE },
		{ RAM, VIMO_GUEST_RAM_MAX + PAGE_SIZE },
		{ RAM + PAGE_SIZE, ~0ull & ~(PAGE_SIZE - 1) },
		{ ~0ull & ~(PAGE_SIZE - 1), PAGE_SIZE },
	};
	const memory_call calls[] = { domain_populate, domain_grant, domain_revoke };
	struct domain *domain = fake_domu(1);
	size_t done = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		for (size_t j = 0; j < ARRAY_SIZE(calls); j++) {
			assert_int_equal(calls[j](domain, IPA(bad[i].ipa), bad[i].bytes, &done), VIMO_INVALID);
			assert_int_equal(done, 0);
			assert_int_equal(calls[j](dom0, IPA(RAM), PAGE_SIZE, &done), VIMO_INVALID);
		}
}

static void memory_is_not_put_over_memory(void **state)
{
	struct domain *domain = fake_domu(1);

	(void)state;
	assert_int_equal(repeat(domain_populate, domain, RAM, BLOCK_SIZE), VIMO_OK);
	assert_int_equal(repeat(domain_populate, domain, RAM, BLOCK_SIZE), VIMO_EXISTS);
	assert_int_equal(repeat(domain_populate, domain, RAM + PAGE_SIZE, PAGE_SIZE), VIMO_EXISTS);
	assert_int_equal(domain->pages, 512);
}

static void only_a_domain_being_built_is_populated(void **state)
{
	struct domain *domain = fake_domu(1);

	(void)state;
	assert_int_equal(domain_start(domain), VIMO_OK);
	assert_int_equal(repeat(domain_populate, domain, RAM, BLOCK_SIZE), VIMO_STATE);
}

static void too_much_ends_with_no_memory(void **state)
{
	struct domain *domain = fake_domu(1);

	(void)state;
	assert_int_equal(repeat(domain_populate, domain, RAM, FAKE_RAM_BYTES + BLOCK_SIZE), VIMO_NO_MEMORY);
	assert_int_equal(domain->pages, FAKE_RAM_BYTES / PAGE_SIZE);
}

static void a_used_up_heap_ends_with_no_memory(void **state)
{
	struct domain *domain = fake_domu(1);
	void *first = NULL, **last = &first;

	(void)state;
	while ((*last = heap_page()))
		last = *last;
	assert_int_equal(repeat(domain_populate, domain, RAM, PAGE_SIZE), VIMO_NO_MEMORY);
	while (first) {
		void *next = *(void **)first;

		heap_free(first, 1);
		first = next;
	}
}

static void dirty_memory_is_scrubbed_before_it_is_broken_up(void **state)
{
	struct domain *old = fake_domu(1), *new;

	(void)state;
	assert_int_equal(repeat(domain_populate, old, RAM, FAKE_RAM_BYTES), VIMO_OK);
	for (uint64_t at = 0; at < FAKE_RAM_BYTES; at += PAGE_SIZE)
		*fake_ram(FAKE_RAM_BASE + at) = 0xee;
	/* One step: given back, not all of it scrubbed. */
	assert_non_null(domain_get(old->id));
	assert_int_equal(domain_destroy(old), VIMO_AGAIN);
	domain_put(old);
	assert_true(pool_free_pages() < FAKE_RAM_BYTES / PAGE_SIZE);
	new = fake_domu(1);
	assert_int_equal(repeat(domain_populate, new, RAM, FAKE_RAM_BYTES), VIMO_OK);
	assert_int_equal(new->stage2.leaves[1], FAKE_RAM_BYTES / BLOCK_SIZE);
	for (uint64_t at = 0; at < FAKE_RAM_BYTES; at += PAGE_SIZE)
		assert_int_equal(*fake_ram(FAKE_RAM_BASE + at), 0);
}

static bool dom0_reaches(uint64_t pa)
{
	pa_t to = PA(0);
	unsigned int prot = 0;

	if (stage2_lookup(&dom0->stage2, IPA(pa), &to, NULL, &prot))
		return false;
	assert_int_equal(to.v, pa);
	assert_int_equal(prot, STAGE2_R | STAGE2_W);
	return true;
}

static void granted_memory_is_in_dom0_at_its_own_address(void **state)
{
	struct domain *domain = fake_domu(1);
	pa_t pa;

	(void)state;
	assert_int_equal(repeat(domain_populate, domain, RAM, 2 * BLOCK_SIZE), VIMO_OK);
	assert_int_equal(stage2_lookup(&domain->stage2, IPA(RAM), &pa, NULL, NULL), VIMO_OK);
	assert_false(dom0_reaches(pa.v));
	assert_int_equal(repeat(domain_grant, domain, RAM, 2 * BLOCK_SIZE), VIMO_OK);
	assert_true(dom0_reaches(pa.v));
	assert_int_equal(domain->granted, 1024);
	assert_int_equal(repeat(domain_grant, domain, RAM, PAGE_SIZE), VIMO_STATE);
	assert_int_equal(repeat(domain_revoke, domain, RAM, PAGE_SIZE), VIMO_OK);
	assert_false(dom0_reaches(pa.v));
	assert_true(dom0_reaches(pa.v + PAGE_SIZE));
	assert_int_equal(repeat(domain_revoke, domain, RAM, PAGE_SIZE), VIMO_STATE);
	assert_int_equal(repeat(domain_grant, domain, RAM + GIGA_SIZE, PAGE_SIZE), VIMO_NOT_FOUND);
	assert_int_equal(repeat(domain_revoke, domain, RAM + PAGE_SIZE, 2 * BLOCK_SIZE - PAGE_SIZE), VIMO_OK);
	assert_int_equal(domain->granted, 0);
}

static void granted_memory_keeps_a_domain_from_going(void **state)
{
	struct domain *domain = fake_domu(1);

	(void)state;
	assert_int_equal(repeat(domain_populate, domain, RAM, BLOCK_SIZE), VIMO_OK);
	assert_int_equal(repeat(domain_grant, domain, RAM, BLOCK_SIZE), VIMO_OK);
	assert_int_equal(fake_destroy(domain), VIMO_BUSY);
	assert_int_equal(domain->state, VIMO_DOMAIN_DYING);
	assert_int_equal(domain->reason, VIMO_STOP_KILLED);
	assert_int_equal(repeat(domain_grant, domain, RAM, PAGE_SIZE), VIMO_STATE);
	assert_int_equal(repeat(domain_revoke, domain, RAM, BLOCK_SIZE), VIMO_OK);
	assert_int_equal(repeat(domain_grant, domain, RAM, PAGE_SIZE), VIMO_STATE);
	assert_int_equal(fake_destroy(domain), VIMO_OK);
	assert_null(domain_get(1));
}

static void a_hundred_lives_leave_nothing_behind(void **state)
{
	size_t heap = 0, pool = 0;

	(void)state;
	for (unsigned int i = 0; i < 101; i++) {
		struct domain *domain = fake_domu(1 + i % 4);

		assert_int_equal(domain->id, 1);
		assert_int_equal(repeat(domain_populate, domain, RAM, 3 * BLOCK_SIZE + 5 * PAGE_SIZE), VIMO_OK);
		assert_int_equal(repeat(domain_grant, domain, RAM, 2 * BLOCK_SIZE), VIMO_OK);
		assert_int_equal(repeat(domain_revoke, domain, RAM, 2 * BLOCK_SIZE), VIMO_OK);
		assert_int_equal(domain_start(domain), VIMO_OK);
		assert_int_equal(fake_destroy(domain), VIMO_OK);
		/* The first one's dom0 tables stay, for the next. */
		if (i == 0) {
			heap = heap_free_pages();
			pool = pool_free_pages();
		}
	}
	assert_int_equal(heap_free_pages(), heap);
	assert_int_equal(pool_free_pages(), pool);
	assert_int_equal(pool_free_pages(), FAKE_RAM_BYTES / PAGE_SIZE);
}

static void a_failed_creation_leaves_nothing_behind(void **state)
{
	size_t before = heap_free_pages(), held = 0;
	void *hold[8192];
	struct domain *domain = NULL;

	(void)state;
	while (held < ARRAY_SIZE(hold) && (hold[held] = heap_page()))
		held++;
	for (size_t spare = 0; spare < 40 && !domain; spare++) {
		enum vimo_status status = domain_create(4, 0, &domain);

		if (status) {
			assert_int_equal(status, VIMO_NO_MEMORY);
			assert_int_equal(heap_free_pages(), spare);
			assert_null(domain_get(1));
			heap_free(hold[--held], 1);
		}
	}
	assert_non_null(domain);
	domain_put(domain);
	while (held)
		heap_free(hold[--held], 1);
	assert_int_equal(fake_destroy(domain), VIMO_OK);
	assert_int_equal(heap_free_pages(), before);
}

static void a_domain_outlives_its_references(void **state)
{
	struct domain *domain = fake_domu(1), *again;

	(void)state;
	again = domain_get(domain->id);
	assert_ptr_equal(again, domain);
	assert_int_equal(fake_destroy(domain), VIMO_AGAIN);
	domain_put(again);
	assert_int_equal(fake_destroy(domain), VIMO_OK);
}

static void states_change_only_as_the_contract_defines(void **state)
{
	struct domain *domain = fake_domu(2);

	(void)state;
	assert_int_equal(domain_pause(domain), VIMO_STATE);
	assert_int_equal(domain_unpause(domain), VIMO_STATE);
	assert_int_equal(domain_start(domain), VIMO_OK);
	assert_int_equal(domain_start(domain), VIMO_STATE);
	fake_run(domain->vcpus[0]);
	assert_int_equal(domain_pause(domain), VIMO_OK);
	assert_false(domain_is_running(domain));
	assert_int_equal(domain_pause(domain), VIMO_STATE);
	assert_int_equal(domain_unpause(domain), VIMO_OK);
	assert_false(domain->vcpus[0]->stopped);
	assert_int_equal(domain_kill(domain), VIMO_OK);
	assert_int_equal(domain->state, VIMO_DOMAIN_SHUTDOWN);
	assert_int_equal(domain->reason, VIMO_STOP_KILLED);
	assert_int_equal(domain_kill(domain), VIMO_OK);
	assert_int_equal(domain_start(domain), VIMO_STATE);
	assert_int_equal(domain_unpause(domain), VIMO_STATE);
	assert_int_equal(state_changes, 3);
}

static void the_first_reason_stays(void **state)
{
	struct domain *domain = fake_domu(1);

	(void)state;
	assert_int_equal(domain_start(domain), VIMO_OK);
	domain_shutdown(domain, VIMO_STOP_CRASH, 0x1234);
	domain_shutdown(domain, VIMO_STOP_POWEROFF, 0);
	assert_int_equal(domain_kill(domain), VIMO_OK);
	assert_int_equal(domain->reason, VIMO_STOP_CRASH);
	assert_int_equal(domain->reason_detail, 0x1234);
}

static void dom0_is_not_stopped_or_destroyed(void **state)
{
	(void)state;
	assert_int_equal(domain_destroy(dom0), VIMO_DENIED);
	assert_int_equal(domain_kill(dom0), VIMO_DENIED);
	assert_int_equal(domain_pause(dom0), VIMO_STATE);
	domain_shutdown(dom0, VIMO_STOP_CRASH, 0);
	assert_int_equal(dom0->state, VIMO_DOMAIN_RUNNING);
}

static void ids_run_out_with_a_limit(void **state)
{
	struct domain *domain = NULL;
	enum vimo_status status = VIMO_OK;
	unsigned int made = 0;

	(void)state;
	while (!status && made < VIMO_DOMAIN_MAX) {
		status = domain_create(1, 0, &domain);
		if (!status)
			domain_put(domain);
		made += !status;
	}
	assert_true(status == VIMO_LIMIT || status == VIMO_NO_MEMORY);
	assert_null(domain_get(VIMO_DOMAIN_MAX));
	assert_null(domain_get(~0ull));
	assert_null(domain_next(~0ull));
	assert_int_equal(domain_create(0, 0, &domain), VIMO_INVALID);
	assert_int_equal(domain_create(DOMAIN_MAX_VCPUS + 1, 0, &domain), VIMO_INVALID);
	assert_int_equal(domain_create(1, 65537, &domain), VIMO_INVALID);
}

static void all_memory_is_cleaned_in_bounded_steps(void **state)
{
	struct domain *domain = fake_domu(1);
	uint64_t at = 0, before, most = 0;
	unsigned int steps = 1;

	(void)state;
	assert_int_equal(repeat(domain_populate, domain, RAM, 5 * BLOCK_SIZE + 3 * PAGE_SIZE), VIMO_OK);
	assert_int_equal(repeat(domain_populate, domain, RAM + GIGA_SIZE + PAGE_SIZE, PAGE_SIZE), VIMO_OK);
	before = fake_window_bytes;
	for (uint64_t last = before; !domain_clean_step(domain, &at); steps++) {
		most = MAX(most, fake_window_bytes - last);
		last = fake_window_bytes;
		assert_true(steps < MAX_CALLS);
	}
	assert_int_equal(fake_window_bytes - before, 5 * BLOCK_SIZE + 4 * PAGE_SIZE);
	assert_true(most <= 2 * BLOCK_SIZE);
	assert_true(steps > 2);
	/* The next cleaning begins anew. */
	assert_int_equal(at, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(memory_comes_in_the_largest_pieces),
		TEST(ranges_that_are_no_ram_are_invalid),
		TEST(memory_is_not_put_over_memory),
		TEST(only_a_domain_being_built_is_populated),
		TEST(too_much_ends_with_no_memory),
		TEST(a_used_up_heap_ends_with_no_memory),
		TEST(dirty_memory_is_scrubbed_before_it_is_broken_up),
		TEST(granted_memory_is_in_dom0_at_its_own_address),
		TEST(granted_memory_keeps_a_domain_from_going),
		TEST(a_hundred_lives_leave_nothing_behind),
		TEST(a_failed_creation_leaves_nothing_behind),
		TEST(a_domain_outlives_its_references),
		TEST(states_change_only_as_the_contract_defines),
		TEST(the_first_reason_stays),
		TEST(dom0_is_not_stopped_or_destroyed),
		TEST(ids_run_out_with_a_limit),
		TEST(all_memory_is_cleaned_in_bounded_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
