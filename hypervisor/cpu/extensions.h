/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * extensions.h - EL2's controls of the architecture's extensions.
 */
#ifndef CPU_EXTENSIONS_H
#define CPU_EXTENSIONS_H

/*
 * On the CPU itself, before a guest: each register that reset leaves UNKNOWN and that changes what EL1 does gets a
 * value, if this CPU has it.
 */
void extensions_reset(void);

#endif
