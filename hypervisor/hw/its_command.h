/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * its_command.h - commands of an ITS (Arm IHI 0069 H, 5.3) and the queue of a
 * physical one. Lock: the caller's, one for each ITS.
 */
#ifndef HW_ITS_COMMAND_H
#define HW_ITS_COMMAND_H

#include "hw/its.h"

enum its_opcode {
	ITS_MOVI = 0x01,
	ITS_INT = 0x03,
	ITS_CLEAR = 0x04,
	ITS_SYNC = 0x05,
	ITS_MAPD = 0x08,
	ITS_MAPC = 0x09,
	ITS_MAPTI = 0x0a,
	ITS_MAPI = 0x0b,
	ITS_INV = 0x0c,
	ITS_INVALL = 0x0d,
	ITS_MOVALL = 0x0e,
	ITS_DISCARD = 0x0f,
};

struct its_command {
	uint64_t word[4];
};
static_assert(sizeof(struct its_command) == 32, "IHI 0069 H, 5.3");

#define ITS_VALID BIT(63) /* of word 2 */

static inline struct its_command its_event_command(enum its_opcode opcode, uint32_t device, uint32_t event)
{
	return (struct its_command){ { opcode | (uint64_t)device << 32, event } };
}

static inline struct its_command its_mapti(uint32_t device, uint32_t event, uint32_t intid, uint32_t collection)
{
	struct its_command command = its_event_command(ITS_MAPTI, device, event);

	command.word[1] |= (uint64_t)intid << 32;
	command.word[2] = collection;
	return command;
}

static inline struct its_command its_movi(uint32_t device, uint32_t event, uint32_t collection)
{
	struct its_command command = its_event_command(ITS_MOVI, device, event);

	command.word[2] = collection;
	return command;
}

/* table: 256-byte aligned, NULL to unmap. */
static inline struct its_command its_mapd(uint32_t device, const void *table, unsigned int event_bits)
{
	struct its_command command = { { ITS_MAPD | (uint64_t)device << 32 } };

	if (table) {
		command.word[1] = event_bits - 1;
		command.word[2] = (uintptr_t)table | ITS_VALID;
	}
	return command;
}

/* target: its_target(). */
static inline struct its_command its_mapc(uint32_t collection, uint64_t target, bool valid)
{
	return (struct its_command){ { ITS_MAPC, 0, collection | target | (valid ? ITS_VALID : 0) } };
}

static inline struct its_command its_movall(uint64_t from, uint64_t to)
{
	return (struct its_command){ { ITS_MOVALL, 0, from, to } };
}

/* The redistributor of a CPU, as commands of this ITS name it. */
uint64_t its_target(const struct its *its, unsigned int cpu);
/* Queue a command; waits while the queue is full. */
void its_post(struct its *its, struct its_command command);
/* Wait until the effects of all commands are seen by the redistributor of a CPU. False: the ITS does not answer. */
bool its_sync(struct its *its, unsigned int cpu);

#endif
