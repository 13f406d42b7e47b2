/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * its_regs.h - registers of an ITS and of LPIs in a redistributor (Arm IHI 0069
 * H, 12.11 and 12.19). The emulated ones of dom0 have the same offsets.
 */
#ifndef HW_ITS_REGS_H
#define HW_ITS_REGS_H

#include "hw/mmio_io.h"

#define GITS_CTLR 0x0000u
#define GITS_TYPER 0x0008u
#define GITS_CBASER 0x0080u
#define GITS_CWRITER 0x0088u
#define GITS_CREADR 0x0090u
#define GITS_BASER 0x0100u
#define GITS_BASERS 8u
#define GITS_IDS 0xf000u

#define CTLR_ENABLED 1u
#define CTLR_QUIESCENT (1u << 31)
#define CREADR_STALLED BIT(0)

#define TYPER_PHYSICAL BIT(0)
#define TYPER_PTA BIT(19)
#define TYPER_CIL BIT(36)

#define BASER_VALID BIT(63)
#define BASER_INDIRECT BIT(62)
#define BASER_TYPE(value) FIELD(value, 58, 56)
#define BASER_TYPE_DEVICES 1u
#define BASER_TYPE_COLLECTIONS 4u
#define BASER_ENTRY_BYTES(value) (FIELD(value, 52, 48) + 1)
#define BASER_PAGE_SIZE MASK(9, 8)
#define BASER_SHARE MASK(11, 10)
#define BASER_INNER_SHAREABLE BIT(10)

#define GICR_CTLR 0x0000u
#define GICR_TYPER 0x0008u
#define GICR_PROPBASER 0x0070u
#define GICR_PENDBASER 0x0078u
#define GICR_CTLR_LPIS 1u
#define GICR_TYPER_PLPIS BIT(0)
/* Lowest bit of inner cacheability in GICR_PROPBASER and GICR_PENDBASER, and in GITS_BASER<n> and GITS_CBASER. */
#define LPI_BASE_CACHE 7u
#define BASER_CACHE 59u

/*
 * To a base register: read- and write-allocate, write-back; outer as inner. A register that does not keep the
 * shareability wants memory that is not cached (12.11.33, 12.11.35, 12.19.1, 12.19.2).
 */
static inline void its_set_base(uint64_t address, uint64_t value, unsigned int cache)
{
	mmio_write64(address, value | BASER_INNER_SHAREABLE | 7ull << cache);
	if (!(mmio_read64(address) & BASER_SHARE))
		mmio_write64(address, value | 1ull << cache);
}

#define LPI_PENDING_ZERO BIT(62)

#define GICD_TYPER_LPIS BIT(17)

#endif
