// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lpi.c - physical LPIs. Owner of the configuration table, which all CPUs share,
 * and of whether LPIs can be used.
 *
 * Every LPI is enabled there, with one priority, once and for all: an ITS only
 * makes those pending that EL2 mapped, and dom0's masks are the vGIC's matter.
 */
#include "hw/lpi.h"
#include "cpu/cache.h"
#include "cpu/cpu.h"
#include "hw/gic_dist.h"
#include "hw/its_regs.h"
#include "lib/log.h"
#include "lib/string.h"
#include "mem/heap.h"

#define CONFIG_PAGES (LPI_COUNT / PAGE_SIZE)
#define CONFIG_BYTE (GIC_PRIORITY_ALL | 3u) /* bit 1 is RES1, bit 0 enables (5.1.1) */
#define PENDING_ALIGN 16u                   /* pages: GICR_PENDBASER has 64 KiB steps */

static uint8_t *config;
static bool failed;

bool lpi_init(void)
{
	uint32_t typer = mmio_read32(gic_info.gicd.v + GICD_TYPER);

	config = NULL;
	failed = false;
	if (!(typer & GICD_TYPER_LPIS) || FIELD(typer, 23, 19) + 1 < LPI_ID_BITS)
		return false;
	config = heap_alloc(CONFIG_PAGES, 1);
	if (!config)
		return false;
	memset(config, CONFIG_BYTE, LPI_COUNT);
	/* A redistributor may read it without a look into caches (5.1.1). */
	cache_clean(config, LPI_COUNT);
	return true;
}

static const char *start(uint64_t gicr)
{
	uint8_t *pending;

	if (!(mmio_read64(gicr + GICR_TYPER) & GICR_TYPER_PLPIS))
		return "has no LPIs";
	/* Once on, LPIs may stay on, with tables at an address that the boot loader chose (12.11.2, EnableLPIs). */
	if (mmio_read32(gicr + GICR_CTLR) & GICR_CTLR_LPIS)
		return "has LPIs on that the boot loader left";
	pending = heap_alloc(1, PENDING_ALIGN);
	if (!pending)
		return "has no memory for LPIs";
	/* The redistributor reads memory that is zero (5.1.2, PTZ). */
	cache_clean(pending, PAGE_SIZE);
	its_set_base(gicr + GICR_PROPBASER, (uintptr_t)config | (LPI_ID_BITS - 1), LPI_BASE_CACHE);
	its_set_base(gicr + GICR_PENDBASER, (uintptr_t)pending | LPI_PENDING_ZERO, LPI_BASE_CACHE);
	mmio_write32(gicr + GICR_CTLR, mmio_read32(gicr + GICR_CTLR) | GICR_CTLR_LPIS);
	return NULL;
}

void lpi_init_cpu(void)
{
	const char *why = config ? start(this_cpu()->gicr) : NULL;

	if (!why)
		return;
	log_print(LOG_WARN, "CPU %u %s: dom0 gets no ITS", this_cpu()->id, why);
	__atomic_store_n(&failed, true, __ATOMIC_RELAXED);
}

bool lpi_usable(void)
{
	return config && !__atomic_load_n(&failed, __ATOMIC_RELAXED);
}
