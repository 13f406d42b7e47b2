/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz.h - take a fuzzer's bytes apart; zeros when there are no more.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define RAM 0x40000000ull
#define RAM_BYTES 0x4000u

struct fuzz_input {
	const uint8_t *at;
	size_t left;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static inline uint64_t input_take(struct fuzz_input *input, size_t bytes)
{
	uint64_t value = 0;

	if (bytes > input->left)
		bytes = input->left;
	memcpy(&value, input->at, bytes);
	input->at += bytes;
	input->left -= bytes;
	return value;
}

/* An address as a hostile driver chooses it: mostly in RAM, sometimes near its ends or anywhere. */
static inline uint64_t input_address(struct fuzz_input *input)
{
	uint8_t kind = (uint8_t)input_take(input, 1);

	if (kind < 0xd0)
		return RAM + kind % 64u * 0x100;
	if (kind < 0xe0)
		return RAM + RAM_BYTES - (kind & 15);
	if (kind < 0xf0)
		return 0 - (uint64_t)(kind & 15);
	return input_take(input, 8);
}

static inline uint32_t input_length(struct fuzz_input *input)
{
	uint8_t kind = (uint8_t)input_take(input, 1);

	return kind < 0xe0 ? kind * 16u : kind < 0xf0 ? 0 - (kind & 15u) : (uint32_t)input_take(input, 4);
}

#endif
