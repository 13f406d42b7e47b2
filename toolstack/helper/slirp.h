/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * slirp.h - a vimo-slirp for each network with backend=user. It has dom0's network and no rights.
 *
 * vimo-dm has one end of a socket, vimo-slirp the other. vimod keeps a copy of the first for the next vimo-dm, so
 * connections outlive vimo-dm. vimo-slirp exits when no copy is left.
 */
#ifndef TOOLSTACK_HELPER_SLIRP_H
#define TOOLSTACK_HELPER_SLIRP_H

#include "helper/helper.h"

/** slirp_check() - dom0's ports of hostfwd are free now. Return: 0 or -1. */
int slirp_check(const struct vif_config *vif, struct error *err);
/** slirp_new() - the helper of a network with backend=user; it does not run. */
struct helper *slirp_new(const char *guest, uid_t user, const struct vif_config *vif);

#endif
