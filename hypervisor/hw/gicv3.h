/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gicv3.h - the driver of GICv3.
 */
#ifndef HW_GICV3_H
#define HW_GICV3_H

#include "hw/gic.h"

extern const struct gic_ops gicv3_ops;

#endif
