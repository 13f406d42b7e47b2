/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pvpanic.h - the device by which a guest's kernel reports its panic: QEMU's docs/specs/pvpanic, the MMIO form of
 * Linux's Documentation/devicetree/bindings/misc/pvpanic-mmio.txt. One register of a byte.
 */
#ifndef PLATFORM_PVPANIC_H
#define PLATFORM_PVPANIC_H

#include "host/ioreq.h"

#define PVPANIC_PANICKED 1u     /* the kernel panicked, and does not go on */
#define PVPANIC_CRASH_LOADED 2u /* the kernel panicked, and its crash kernel (kexec) starts */

/** pvpanic_access() - the register's page; context is its struct ioreq. A panic stops the domain. */
uint64_t pvpanic_access(void *context, uint64_t offset, unsigned int width, bool is_write, uint64_t value);
/** pvpanic_open() - add it to the guest; before ioreq_start(). */
void pvpanic_open(struct ioreq *ioreq);

#endif
