/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gic_find.h - the interrupt controller of the boot DTB.
 */
#ifndef HW_GIC_FIND_H
#define HW_GIC_FIND_H

#include "lib/types.h"

/*
 * Boot CPU: read the DTB, choose the driver (gic), fill gic_info. VIMO_NOT_FOUND when the DTB has no controller that
 * EL2 can drive.
 */
enum vimo_status gic_init(const void *fdt);

#endif
