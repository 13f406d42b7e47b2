/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * channel.h - paths of a guest's channels in dom0. vimo-dm makes the sockets, in the guest's directory; the key "path"
 * makes a link to a socket.
 */
#ifndef TOOLSTACK_HOST_CHANNEL_H
#define TOOLSTACK_HOST_CHANNEL_H

#include "config/config.h"

/** channel_path() - the socket of a guest's channel @index (from 0), in a static buffer. */
const char *channel_path(const struct guest_config *config, uint32_t index);
/** channels_check() - check that every link can be made. Return: 0 or -1. */
int channels_check(const struct guest_config *config, struct error *err);
/** channels_link() - make those links that do not exist yet. Return: 0 or -1. */
int channels_link(const struct guest_config *config, struct error *err);
/** channels_unlink() - remove the links of a guest that has ended. */
void channels_unlink(const struct guest_config *config);

#endif
