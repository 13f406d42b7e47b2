/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * convert_libvirt.h - XML of a libvirt domain to a guest.cfg.
 */
#ifndef CLI_CONVERT_LIBVIRT_H
#define CLI_CONVERT_LIBVIRT_H

#include "conversion.h"

/** convert_libvirt() - the keys of guest.cfg from the text of XML of a libvirt domain. Return: 0 or -1. */
int convert_libvirt(struct conversion *conversion, const char *text, struct error *err);

#endif
