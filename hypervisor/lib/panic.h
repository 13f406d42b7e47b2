/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * panic.h - EL2's own end.
 */
#ifndef LIB_PANIC_H
#define LIB_PANIC_H

#include <stdarg.h>
#include "lib/types.h"

/* Print and stop this CPU for good; EL2's own bugs only. Never for what a domain did. */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define ASSERT(x) ((x) ? (void)0 : panic("%s:%d: %s", __FILE__, __LINE__, #x))

/* Set once at boot: what must happen before EL2's last words can be printed, and how they are printed. */
extern void (*panic_hook)(void);
extern void (*panic_print)(const char *format, va_list args);

#endif
