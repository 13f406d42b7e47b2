/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * panic.h - EL2's own end.
 */
#ifndef LIB_PANIC_H
#define LIB_PANIC_H

#include <stdarg.h>
#include "lib/types.h"

/* Print and stop this CPU for good; for EL2's own bugs, never for an act of a domain. */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Set once at boot: panic_hook makes output possible, panic_print prints EL2's last words. */
extern void (*panic_hook)(void);
extern void (*panic_print)(const char *format, va_list args);

#endif
