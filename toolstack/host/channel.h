/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * channel.h - where dom0's programs find a guest's channels. vimo-dm makes the sockets, in
 * the guest's directory; a "path" is a link to one.
 */
#ifndef TOOLSTACK_HOST_CHANNEL_H
#define TOOLSTACK_HOST_CHANNEL_H

#include "config/config.h"

/** channel_path() - the socket of a guest's channel @index (from 0), in a static buffer. */
const char *channel_path(const struct guest_config *config, uint32_t index);
/** channels_check() - every link can be made. Return: 0 or -1. */
int channels_check(const struct guest_config *config, struct error *err);
/** channels_link() - make the links, those that are not there yet. Return: 0 or -1. */
int channels_link(const struct guest_config *config, struct error *err);
/** channels_unlink() - of a guest that has ended. */
void channels_unlink(const struct guest_config *config);

#endif
