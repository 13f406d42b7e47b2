/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settings.h - /etc/vimo/vimod.conf: what the administrator sets for all guests.
 */
#ifndef TOOLSTACK_CONFIG_SETTINGS_H
#define TOOLSTACK_CONFIG_SETTINGS_H

#include "config/guest_config.h"
#include "error.h"

#include <limits.h>
#include <stdint.h>

struct settings {
	char backing_directories[PATH_MAX]; /* KEY_PATHS: images may be based on files in them */
	uint32_t shutdown_timeout_s;        /* of guests that are shut down with dom0 */
	struct config_defaults defaults;
};

/**
 * settings_read() - read the file, whose owner and mode are checked; without a file all settings have defaults.
 *
 * Any thread. Return: 0; or -1 with file, line and remedy in @err, and defaults for what could not be read.
 */
int settings_read(struct settings *settings, struct error *err);

#endif
