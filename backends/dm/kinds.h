/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kinds.h - the kinds of devices that a guest can have.
 */
#ifndef DM_KINDS_H
#define DM_KINDS_H

#include "host/kind.h"

/** kind_find() - the kind whose type is @type. Return: NULL if there is none. */
const struct device_kind *kind_find(const char *type);

#endif
