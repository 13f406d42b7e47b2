// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * panic.c - EL2's own end: say why on the UART and in the ring, stop this CPU.
 */
#include "lib/log.h"
#include "lib/log_ring.h"
#include "lib/panic_hook.h"

void (*panic_hook)(void);
uint64_t __stack_chk_guard = 0x595e9fbd94fda766ull;

_Noreturn void panic(const char *format, ...)
{
	va_list args;

	if (panic_hook)
		panic_hook();
	va_start(args, format);
	log_panic_line(format, args);
	va_end(args);
	for (;;)
		__asm__ volatile("wfe");
}

_Noreturn void __stack_chk_fail(void);
_Noreturn void __stack_chk_fail(void)
{
	panic("stack overflow in EL2, returning to %p", __builtin_return_address(0));
}
