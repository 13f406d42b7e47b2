// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gic.c - the interrupt controller that gic_init() found (gic_find.c).
 */
#include "hw/gic.h"

struct gic_info gic_info;
const struct gic_ops *gic;
