/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * io.h - a domain's I/O as a whole.
 */
#ifndef IO_IO_H
#define IO_IO_H

#include "lib/types.h"

/* Boot: before dom0 is made, and after. The second panics when there is no memory. */
void io_init(void);
void io_share_with_dom0(void);

#endif
