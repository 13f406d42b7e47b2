/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * control.h - /dev/vimo: the control descriptor.
 */
#ifndef CONTROL_H
#define CONTROL_H

#define VIMO_MODULE_VERSION ((u64)VIMO_VERSION_MAJOR << 32 | (u64)VIMO_VERSION_MINOR << 16 | VIMO_VERSION_PATCH)

int vimo_control_init(void);
void vimo_control_exit(void);

#endif
