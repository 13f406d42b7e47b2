// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pl061.c - GPIO lines, and the edges and levels that interrupt.
 */
#include "platform/pl061.h"

#include <stddef.h>

static const struct {
	uint16_t offset;
	uint8_t field; /* offset in struct pl061 */
} registers[] = {
	{ 0x400, offsetof(struct pl061, direction) }, { 0x404, offsetof(struct pl061, level) },
	{ 0x408, offsetof(struct pl061, both) },      { 0x40c, offsetof(struct pl061, high) },
	{ 0x410, offsetof(struct pl061, enable) },    { 0x420, offsetof(struct pl061, select) },
};
#define REGISTERS (sizeof(registers) / sizeof(registers[0]))

static uint8_t lines(const struct pl061 *gpio)
{
	return (uint8_t)((gpio->data & gpio->direction) | (gpio->input & ~gpio->direction));
}

/* RIS: the present level of level lines, the latched edges of others. */
static uint8_t raw(const struct pl061 *gpio)
{
	uint8_t active = (uint8_t) ~(lines(gpio) ^ gpio->high);

	return (uint8_t)((active & gpio->level) | (gpio->edges & ~gpio->level));
}

bool pl061_interrupt(const struct pl061 *gpio)
{
	return raw(gpio) & gpio->enable;
}

static void latch_edges(struct pl061 *gpio, uint8_t before)
{
	uint8_t now = lines(gpio);
	uint8_t changed = now ^ before;

	gpio->edges |= (uint8_t)(changed & (gpio->both | (uint8_t) ~(now ^ gpio->high)) & ~gpio->level);
}

void pl061_set_input(struct pl061 *gpio, unsigned int line, bool high)
{
	uint8_t before = lines(gpio), bit = (uint8_t)(1u << (line & 7));

	gpio->input = high ? gpio->input | bit : gpio->input & (uint8_t)~bit;
	latch_edges(gpio, before);
}

uint32_t pl061_read(const struct pl061 *gpio, uint64_t offset)
{
	static const uint8_t id[8] = { 0x61, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

	if (offset & 3)
		return 0;
	if (offset < 0x400) /* bits 9:2 of the address choose lines */
		return lines(gpio) & (uint32_t)(offset >> 2);
	if (offset == 0x414)
		return raw(gpio);
	if (offset == 0x418)
		return raw(gpio) & gpio->enable;
	if (offset >= 0xfe0 && offset < 0x1000)
		return id[(offset - 0xfe0) / 4];
	for (size_t i = 0; i < REGISTERS; i++)
		if (registers[i].offset == offset)
			return ((const uint8_t *)gpio)[registers[i].field];
	return 0;
}

void pl061_write(struct pl061 *gpio, uint64_t offset, uint32_t value)
{
	uint8_t before = lines(gpio);

	if (offset < 0x400 && !(offset & 3)) {
		uint8_t mask = (uint8_t)(offset >> 2) & gpio->direction;

		gpio->data = (uint8_t)((gpio->data & ~mask) | (value & mask));
		latch_edges(gpio, before);
		return;
	}
	if (offset == 0x41c) {
		gpio->edges &= (uint8_t)~value;
		return;
	}
	for (size_t i = 0; i < REGISTERS; i++)
		if (registers[i].offset == offset)
			((uint8_t *)gpio)[registers[i].field] = (uint8_t)value;
}
