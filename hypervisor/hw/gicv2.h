/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gicv2.h - the driver of GICv2.
 */
#ifndef HW_GICV2_H
#define HW_GICV2_H

#include "hw/gic.h"

extern const struct gic_ops gicv2_ops;

#endif
