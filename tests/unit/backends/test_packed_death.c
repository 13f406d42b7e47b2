// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_packed_death.c - a device model that is killed at each instruction: the next one answers each
 * buffer of a packed queue once.
 *
 * It is a process that is run instruction by instruction. The memory that it shares with others, as the guest's
 * memory and dm.state are shared, is checked after each instruction that changed it.
 */
#include "virtio/virtqueue.h"
#include "fake_packed.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define RAM 0x40000000ull
#define SIZE 5u
#define EVENTS 0x100u
#define DATA 0x200u

struct world {
	_Alignas(4096) uint8_t ram[0x400];
	struct packed_state kept;
	struct fake_packed driver;
	unsigned int together; /* so many come back at once */
	bool device;           /* it is at work: now it may die */
};

static struct world *shared;
static unsigned int deaths, again;

static struct vring_packed_desc *ring_of(struct world *world)
{
	return (struct vring_packed_desc *)(void *)world->ram;
}

static bool start(struct world *world, struct virtqueue *queue, struct guest_memory *memory)
{
	static const struct virtqueue_layout layout = { RAM, RAM + EVENTS, RAM + EVENTS + 4, SIZE };

	*memory = (struct guest_memory){ world->ram, RAM, sizeof(world->ram) };
	return packed_start(queue, memory, &layout, true, &world->kept);
}

static void offer(struct world *world, uint16_t id, uint16_t count)
{
	struct vring_packed_desc desc[SIZE];

	for (uint16_t n = 0; n < count; n++)
		desc[n] = (struct vring_packed_desc){ RAM + DATA + id, 1, 0, VRING_DESC_F_WRITE };
	fake_packed_offer(&world->driver, ring_of(world), id, desc, count);
}

/* Return: how many came back, each once; -1: not so. */
static int collect(struct world *world, bool offer_again)
{
	uint16_t places[FAKE_PACKED_MAX], id;
	uint32_t bytes;
	int count = 0;

	for (memcpy(places, world->driver.places, sizeof(places));
	     fake_packed_take(&world->driver, ring_of(world), &id, &bytes); count++) {
		if (id >= SIZE || !places[id] || bytes != id + 1u)
			return -1;
		if (offer_again)
			offer(world, id, places[id]);
		else
			places[id] = 0;
	}
	return count;
}

/* In the process that dies. */
static void expect(bool good)
{
	if (!good)
		_exit(1);
}

static void pop(struct world *world, struct virtqueue *queue, unsigned int count)
{
	static struct virtqueue_chain chain;

	world->device = true;
	while (count--)
		expect(virtqueue_pop(queue, &chain));
	world->device = false;
}

static void give(struct world *world, struct virtqueue *queue, const uint16_t *ids, unsigned int count)
{
	world->together = count;
	world->device = true;
	for (unsigned int n = 0; n < count; n++)
		virtqueue_put(queue, ids[n], ids[n] + 1u);
	virtqueue_publish(queue);
	world->device = false;
	expect(collect(world, false) == (int)count);
}

static void live(struct world *world)
{
	static const uint16_t order[] = { 1, 2, 0, 1, 3, 4, 0 };
	struct guest_memory memory;
	struct virtqueue queue;

	expect(start(world, &queue, &memory));
	for (unsigned int lap = 0; lap < 3; lap++) {
		offer(world, 0, 1);
		offer(world, 1, 2);
		offer(world, 2, 1);
		pop(world, &queue, 3);
		give(world, &queue, order, 1);
		offer(world, 1, 3);
		pop(world, &queue, 1);
		for (unsigned int n = 1; n < 4; n++)
			give(world, &queue, order + n, 1);
		offer(world, 3, 1);
		offer(world, 4, 2);
		offer(world, 0, 1);
		pop(world, &queue, 3);
		give(world, &queue, order + 4, 3);
	}
}

/* The next vimo-dm takes over, and is killed. */
static void begin(struct world *world)
{
	struct guest_memory memory;
	struct virtqueue queue;

	world->device = true;
	expect(start(world, &queue, &memory));
}

static void check(const struct world *left, bool driver_first)
{
	static struct virtqueue_chain chain;
	static struct world world;
	struct guest_memory memory;
	struct virtqueue queue;

	world = *left;
	if (driver_first) { /* it took used buffers and offered them again, before the next vimo-dm took over */
		int seen = collect(&world, true);

		assert_true(seen == 0 || seen == (int)world.together);
	}
	assert_true(start(&world, &queue, &memory));
	while (virtqueue_pop(&queue, &chain))
		virtqueue_push(&queue, chain.head, chain.head + 1u);
	assert_false(queue.broken);
	assert_true(collect(&world, false) >= 0);
	for (unsigned int id = 0; id < SIZE; id++)
		assert_int_equal(world.driver.places[id], 0);
}

/* Return: false when ptrace is not permitted. */
static bool step(pid_t child, int *status)
{
	return waitpid(child, status, 0) == child && (!WIFSTOPPED(*status) || WSTOPSIG(*status) == SIGTRAP);
}

static pid_t start_child(void (*life)(struct world *world))
{
	pid_t child = fork();

	if (child)
		return child;
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		_exit(77);
	raise(SIGTRAP);
	life(shared);
	_exit(0);
}

/* Live @life in *shared, and look at all that it could leave. Return: false when ptrace is not permitted. */
static bool kill_everywhere(void (*life)(struct world *world), bool nested)
{
	struct world before = *shared, now;
	pid_t child = start_child(life);
	int status;

	assert_true(child > 0);
	for (;;) {
		assert_true(step(child, &status));
		if (!WIFSTOPPED(status))
			break;
		if (shared->device && memcmp(shared, &before, sizeof(before))) {
			before = now = *shared;
			deaths++;
			check(&now, false);
			check(&now, true);
			if (!nested && now.kept.used >> 16) {
				again++;
				kill_everywhere(begin, true);
				*shared = now;
			}
		}
		if (ptrace(PTRACE_SINGLESTEP, child, NULL, NULL))
			assert_int_equal(errno, 0);
	}
	assert_true(WIFEXITED(status));
	assert_true(WEXITSTATUS(status) == 0 || (!nested && WEXITSTATUS(status) == 77));
	return WEXITSTATUS(status) == 0;
}

static void each_buffer_is_answered_once(void **state)
{
	(void)state;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared != MAP_FAILED);
	shared->driver = fake_packed_new(SIZE);
	if (!kill_everywhere(live, false))
		skip();
	print_message("%u deaths, %u of them while something was given back\n", deaths, again);
	assert_true(again > 3 * 5);
	munmap(shared, sizeof(*shared));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_buffer_is_answered_once) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
