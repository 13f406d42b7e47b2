// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_daemon.c - a hostile storage daemon: it writes to all memory that it shares with vimo-dm, and vimo-dm's requests
 * are each done once.
 */
#include "block/daemon_ring.h"
#include "host/vhost_user.h"
#include "fuzz.h"
#include "log.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

static _Alignas(4096) uint8_t ram[RAM_BYTES];
static uint8_t elsewhere[512];
static const struct guest_memory memory = { ram, RAM, sizeof(ram) };
static struct endpoint endpoint;
static struct block block = { .endpoint = &endpoint };
static struct block_queue queue = { .block = &block };
static struct block_remote remote = { .block = &block, .connected = true };
static struct {
	struct io_op op;
	bool in_flight;
	int64_t bytes;
} ops[DRIVER_RING];
static unsigned int in_flight, cuts;

int shutdown(int fd, int how)
{
	(void)fd;
	(void)how;
	cuts++;
	return 0;
}

int vhost_user_start(int fd, uint64_t features, const struct vhost_user_region *regions, unsigned int count,
		     const struct vhost_user_ring *ring, struct error *err)
{
	(void)fd;
	(void)features;
	(void)regions;
	(void)count;
	(void)ring;
	(void)err;
	return 0;
}

/* A daemon cannot fill dom0's log: its connection ends with the first line. */
void log_line(enum log_level level, const char *format, ...)
{
	(void)level;
	(void)format;
	if (!remote.connected)
		abort();
}

static void done(struct io_op *op, int result, unsigned int flags)
{
	unsigned int index = (unsigned int)((size_t)((uint8_t *)op - (uint8_t *)ops) / sizeof(ops[0]));

	(void)flags;
	if (!ops[index].in_flight || (result > 0 && result != ops[index].bytes))
		abort();
	ops[index].in_flight = false;
	in_flight--;
}

static void submit(struct fuzz_input *input)
{
	uint8_t how = (uint8_t)input_take(input, 1);
	struct iovec iov[4];
	struct block_step step = { .action = how % 5, .iov = iov, .count = 1 + (how >> 6) };
	unsigned int index = 0;

	if (in_flight == DRIVER_RING)
		return;
	while (ops[index].in_flight)
		index++;
	for (unsigned int i = 0; i < step.count; i++) {
		iov[i] = (struct iovec){ ram + 512u * (uint8_t)input_take(input, 1) % RAM_BYTES, 512 };
		step.bytes += 512;
	}
	if ((how & 0x38) == 0x38) /* data that the daemon cannot reach */
		iov[0].iov_base = elsewhere;
	step.offset = input_take(input, 1) * 512;
	ops[index].op.done = done;
	ops[index].bytes = (int64_t)step.bytes;
	ops[index].in_flight = true;
	in_flight++;
	block.disk.write_through = how & 0x20;
	daemon_submit(&queue, &step, &ops[index].op);
}

/* An answer as the rules have it, but for any index and status. */
static void answer(struct fuzz_input *input)
{
	struct driver_ring_shared *shared = remote.ring.shared;
	uint8_t index = (uint8_t)input_take(input, 1), status = (uint8_t)input_take(input, 1);
	uint16_t next = shared->used.idx;

	remote.shared->request[index].status = status < 0xe0 ? 0 : status & 3;
	shared->used.ring[next % DRIVER_RING].id = status == 0xff ? (uint32_t)input_take(input, 4) : index;
	shared->used.idx = (uint16_t)(next + 1);
}

static void scribble(struct fuzz_input *input)
{
	uint64_t at = input_take(input, 3), value = input_take(input, 8);

	memcpy((uint8_t *)remote.shared + at % (sizeof(*remote.shared) - 8), &value, sizeof(value));
}

static void reconnect(void)
{
	struct error err;

	remote.connected = false;
	if (driver_ring_start(&remote.ring, 0, 0, 0, 0, &err))
		abort();
	remote.connected = true;
	daemon_publish_all(&remote);
}

static void step(struct fuzz_input *input)
{
	uint8_t what = (uint8_t)input_take(input, 1);

	if (what < 0x60)
		submit(input);
	else if (what < 0xa0)
		answer(input);
	else if (what < 0xb0)
		scribble(input);
	else if (what < 0xb8)
		remote.ring.shared->used.idx = (uint16_t)input_take(input, 2);
	else if (what >= 0xf0)
		reconnect();
	else if (remote.connected)
		daemon_take_completions(&remote);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct fuzz_input input = { data, bytes };
	struct error err;

	if (!remote.shared) {
		if (driver_ring_open(&remote.ring, &memory, sizeof(*remote.shared), &err))
			abort();
		remote.shared = (struct daemon_shared *)(void *)remote.ring.shared;
		block.remote = &remote;
	}
	memset(remote.slot, 0, sizeof(remote.slot));
	memset(ops, 0, sizeof(ops));
	in_flight = cuts = 0;
	reconnect();
	while (input.left)
		step(&input);
	/* A good daemon answers the rest. */
	reconnect();
	for (unsigned int index = 0; index < DRIVER_RING; index++)
		for (unsigned int n = 0; n < 2 && remote.slot[index].op; n++) {
			remote.shared->request[index].status = 0;
			remote.ring.shared->used.ring[remote.ring.shared->used.idx++ % DRIVER_RING].id = index;
			daemon_take_completions(&remote);
		}
	if (in_flight)
		abort();
	return 0;
}
