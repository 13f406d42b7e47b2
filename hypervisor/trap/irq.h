/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * irq.h - physical interrupts.
 */
#ifndef TRAP_IRQ_H
#define TRAP_IRQ_H

#include "lib/types.h"

/* One pending physical interrupt of this CPU; running or idle. */
void irq_handle(void);
/* An FIQ that reached EL2. */
void fiq_handle(void);

#endif
