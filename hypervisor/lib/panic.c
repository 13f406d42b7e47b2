// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * panic.c - EL2's own end: print the reason on the UART and into the ring, stop
 * this CPU.
 */
#include "lib/panic.h"

void (*panic_hook)(void);
void (*panic_print)(const char *format, va_list args);
uint64_t __stack_chk_guard = 0x595e9fbd94fda766ull;

_Noreturn void panic(const char *format, ...)
{
	va_list args;

	if (panic_hook)
		panic_hook();
	va_start(args, format);
	if (panic_print)
		panic_print(format, args);
	va_end(args);
	for (;;)
		__asm__ volatile("wfe");
}

_Noreturn void __stack_chk_fail(void);
_Noreturn void __stack_chk_fail(void)
{
	panic("stack overflow in EL2, returning to %p", __builtin_return_address(0));
}
