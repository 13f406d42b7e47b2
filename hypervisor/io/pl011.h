/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pl011.h - the emulated UART.
 */
#ifndef IO_PL011_H
#define IO_PL011_H

#include "io/domain_io.h"

enum vimo_status pl011_create(struct domain *domain);
void pl011_kick(struct domain *domain); /* dom0 wrote input or made room */

#endif
