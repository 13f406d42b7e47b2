/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vsock.h - dom0's end of a guest's socket device: vhost-vsock.
 */
#ifndef TOOLSTACK_HOST_VSOCK_H
#define TOOLSTACK_HOST_VSOCK_H

#include "error.h"

#include <stdint.h>

/** vsock_open() - the kernel's back end with address @cid, which it has alone while it is open. Return: -1 on error. */
int vsock_open(uint32_t cid, struct error *err);

#endif
