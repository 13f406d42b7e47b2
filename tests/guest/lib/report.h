/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.h - lines on the UART, and the running case's result; the first CPU only. */
#ifndef GUEST_REPORT_H
#define GUEST_REPORT_H

#include "lib/guest.h"

void print(const char *text);
void print_hex(uint64_t value);
void report_begin(const struct test_case *test);
/* Print the case's line unless it was BAD; 1 if it was. */
int report_end(void);
void report_unexpected(const struct cpu *cpu);

#endif
