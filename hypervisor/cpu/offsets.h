/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offsets.h - offsets in C structures for assembly; asserted in cpu/cpu.c.
 */
#ifndef CPU_OFFSETS_H
#define CPU_OFFSETS_H

#define CPU_VCPU 0
#define CPU_MPIDR 16
#define CPU_STACK_TOP 32
#define CPU_HISTORY_LOOPS 48
#define CPU_WORKAROUND 52
#define CPU_SERROR 56
#define CPU_STACK_BYTES 16384

#endif
