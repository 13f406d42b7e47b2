// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_virtqueue.c - any guest memory against a queue (libFuzzer).
 *   clang -fsanitize=fuzzer,address,undefined -Ibackends tests/fuzz/fuzz_virtqueue.c backends/core/virtqueue.c
 */
#include "core/virtqueue.h"

#include <string.h>

#define RAM 0x40000000ull

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static _Alignas(4096) uint8_t ram[0x1000];
	static struct virtqueue_chain chain;
	const struct guest_memory memory = { ram, RAM, sizeof(ram) };
	const struct virtqueue_layout layout = { RAM, RAM + 0x100, RAM + 0x200, 8 };
	struct virtqueue queue;

	memset(ram, 0, sizeof(ram));
	memcpy(ram, data, bytes < sizeof(ram) ? bytes : sizeof(ram));
	if (!virtqueue_start(&queue, &memory, &layout, bytes & 1))
		return 0;
	for (unsigned int i = 0; i < 64 && virtqueue_pop(&queue, &chain); i++) {
		for (unsigned int j = 0; j < chain.writable; j++)
			memset(chain.iov[chain.readable + j].iov_base, (int)i, chain.iov[chain.readable + j].iov_len);
		virtqueue_push(&queue, chain.head, i);
		virtqueue_wants_interrupt(&queue);
		virtqueue_rearm(&queue);
	}
	return 0;
}
