/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake_sysreg.h - system registers of one CPU in a test: cpu/sysreg.h reads and writes these.
 *
 * A register has one value whatever it is called: cpacr_el1 or S3_0_C1_C0_2. A read of a register that was never
 * written gives fake_sysreg_unknown: reset leaves registers UNKNOWN.
 */
#ifndef TESTS_FAKE_SYSREG_H
#define TESTS_FAKE_SYSREG_H

#include "fake_el2.h"
#include "cpu/sysreg.h"

extern uint64_t fake_sysreg_unknown;

void fake_sysreg_reset(void);
uint64_t fake_sysreg_get(const char *name);
void fake_sysreg_set(const char *name, uint64_t value);
/* Reads and writes by the code under test since the reset. */
unsigned int fake_sysreg_reads(const char *name);
unsigned int fake_sysreg_writes(const char *name);
/* Called with the canonical name before each write by the code under test; NULL: none. */
extern void (*fake_sysreg_on_write)(const char *name, uint64_t value);

#endif
