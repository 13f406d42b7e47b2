/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lpi.h - physical LPIs: the tables that redistributors read (Arm IHI 0069 H,
 * 5.1). They are EL2's. LPIs are edges without an active state.
 */
#ifndef HW_LPI_H
#define HW_LPI_H

#include "lib/types.h"

#define LPI_FIRST 8192u
#define LPI_ID_BITS 14u
#define LPI_COUNT ((1u << LPI_ID_BITS) - LPI_FIRST)

/* Once, on the boot CPU. False: this machine has no LPIs, or no memory for them. */
bool lpi_init(void);
/* Each CPU, after its interface. No effect without lpi_init(). */
void lpi_init_cpu(void);
/* Whether every CPU that came up takes LPIs. */
bool lpi_usable(void);

#endif
