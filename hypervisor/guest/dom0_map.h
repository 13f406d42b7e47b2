/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dom0_map.h - dom0's own devices, mapped when dom0 first touches them.
 */
#ifndef GUEST_DOM0_MAP_H
#define GUEST_DOM0_MAP_H

#include "lib/types.h"

/* Boot: an address range that dom0 must never reach as a device (RAM, GIC, SMMU). VIMO_LIMIT when there are too many.
 */
enum vimo_status dom0_map_exclude(uint64_t base, uint64_t bytes);
/*
 * After a translation fault: map the largest block around ipa that no exclusion touches. VIMO_OK also when another vCPU
 * has mapped it, VIMO_NOT_FOUND when ipa is excluded.
 */
enum vimo_status dom0_map_device(uint64_t ipa);

#endif
