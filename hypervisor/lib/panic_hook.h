/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * panic_hook.h - what must happen before EL2's last words can be printed.
 */
#ifndef LIB_PANIC_HOOK_H
#define LIB_PANIC_HOOK_H

extern void (*panic_hook)(void); /* set once at boot */

#endif
