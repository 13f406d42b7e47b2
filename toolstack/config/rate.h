/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rate.h - limits of networks as xl writes them: xl-network-configuration(5), rate.
 */
#ifndef TOOLSTACK_CONFIG_RATE_H
#define TOOLSTACK_CONFIG_RATE_H

#include "error.h"

#include <stdint.h>

struct rate {
	uint64_t bytes_per_second;
	uint32_t burst; /* bytes that may pass at once */
};

/** rate_parse() - "10Mb/s" or "250KB/s@20ms"; @rate may be NULL. Return: 0 or -1. */
int rate_parse(const char *text, struct rate *rate, struct error *err);

#endif
