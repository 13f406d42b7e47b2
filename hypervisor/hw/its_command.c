// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * its_command.c - the queue of a physical ITS: one page, written by EL2 alone.
 */
#include "hw/its_command.h"
#include "cpu/cache.h"
#include "cpu/cpu.h"
#include "hw/its_regs.h"
#include "lib/log.h"

#define QUEUE_BYTES PAGE_SIZE
/* Bounded: an ITS that hangs must not hang EL2. */
#define WAIT_TRIES 1000000u

uint64_t its_target(const struct its *its, unsigned int cpu)
{
	uint64_t gicr = cpus[cpu].gicr;

	/* GITS_TYPER.PTA (12.19.13): an address of 64 KiB, or GICR_TYPER.Processor_Number. */
	return its->physical_target ? gicr : FIELD(mmio_read64(gicr + GICR_TYPER), 23, 8) << 16;
}

static bool stopped(struct its *its, const char *why)
{
	if (!its->dead)
		log_print(LOG_ERROR, "ITS %lx %s: no more of its interrupts are set up", (unsigned long)its->base, why);
	its->dead = true;
	return false;
}

/* Until the ITS has read all commands, or at least one when the queue is full. */
static bool wait(struct its *its, bool all)
{
	uint32_t next = (its->writer + (uint32_t)sizeof(struct its_command)) % QUEUE_BYTES;

	for (unsigned int i = 0; i < WAIT_TRIES; i++) {
		uint64_t reader = mmio_read64(its->base + GITS_CREADR);

		if (reader & CREADR_STALLED)
			return stopped(its, "stalled");
		if (all ? reader == its->writer : reader != next)
			return true;
	}
	return stopped(its, "does not read its commands");
}

void its_post(struct its *its, struct its_command command)
{
	struct its_command *slot = (struct its_command *)(its->queue + its->writer / sizeof(uint64_t));

	if (its->dead || !wait(its, false))
		return;
	*slot = command;
	/* The command is in memory before CWRITER says so, also for an ITS that snoops no cache (IHI 0069 H, 5.3.1). */
	cache_clean(slot, sizeof(*slot));
	its->writer = (its->writer + (uint32_t)sizeof(*slot)) % QUEUE_BYTES;
	mmio_write64(its->base + GITS_CWRITER, its->writer);
}

bool its_sync(struct its *its, unsigned int cpu)
{
	its_post(its, (struct its_command){ { ITS_SYNC, 0, its_target(its, cpu) } });
	return !its->dead && wait(its, true);
}
