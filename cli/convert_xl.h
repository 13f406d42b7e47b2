/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * convert_xl.h - an xl.cfg to a guest.cfg.
 */
#ifndef CLI_CONVERT_XL_H
#define CLI_CONVERT_XL_H

#include "conversion.h"

/** convert_xl() - the keys of guest.cfg from the text of an xl.cfg. Return: 0 or -1. */
int convert_xl(struct conversion *conversion, const char *text, struct error *err);

#endif
