// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_rng.c - a hostile driver of the entropy device; dom0's kernel gives
 * less than it was asked now and then.
 */
#include "driver.h"
#include "rng/rng.h"

#include <sys/random.h>

static struct virtio_device device = { .model = &rng_model, .queues = RNG_QUEUES };
static struct rng rng;
static uint64_t now;
static unsigned int calls;

/* Instead of libc's, which would take most of the time. */
ssize_t getrandom(void *to, size_t bytes, unsigned int flags)
{
	(void)flags;
	if (++calls % 3 == 0 && bytes > 256)
		bytes = 256; /* a signal came */
	fuzz_touch(to, bytes);
	memset(to, (int)calls, bytes);
	return (ssize_t)bytes;
}

static void work(void)
{
	rng_work(&rng, now);
}

/* Time goes on, or by. */
static void event(struct fuzz_input *input)
{
	now += rng.wait ? rng.wait : input_take(input, 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const struct fuzz_device fuzzed = { .device = &device, .work = work, .event = event, .forged = true };
	struct fuzz_input input = { data, bytes };

	calls = 0;
	now = 1;
	rng = (struct rng){ .device = &device, .limit.rate = input_take(&input, 1) * 64 };
	fuzz_drive(&fuzzed, &input);
	return 0;
}
