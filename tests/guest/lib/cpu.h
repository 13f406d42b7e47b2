/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpu.h - constants that C and assembly share: registers' values, and offsets in struct cpu and struct frame. */
#ifndef GUEST_CPU_H
#define GUEST_CPU_H

#define CPU_STACK 0
#define FRAME_BYTES 272

/* Attribute 0: Normal, write-back; 1: Device-nGnRE; 2: Normal, not cached. */
#define MAIR 0x4404ff
/* T0SZ 25: 39 bits from a table of level 1; walks write-back, inner shareable; TTBR1 not used; IPS 40 bits. */
#define TCR (25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23 | 2 << 32)
/* RES1 bits of Armv8.0 (DDI 0487 J.a, D17.2.118), little-endian, alignment not checked. */
#define SCTLR_OFF 0x30d00800
#define SCTLR_ON (SCTLR_OFF | 1 << 12 | 1 << 2 | 1)

#endif
