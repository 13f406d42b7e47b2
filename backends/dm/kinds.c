// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kinds.c - the table of kinds; a new device folder adds its line.
 */
#include "dm/kinds.h"

#include "block/block.h"
#include "console/channels.h"
#include "console/console.h"
#include "fs/fs.h"
#include "input/input.h"
#include "net/net.h"
#include "rng/rng.h"
#include "vsock/vsock.h"

#include <string.h>

static const struct device_kind *const kinds[] = {
	&block_kind, &channels_kind, &console_kind, &fs_kind, &input_kind, &net_kind, &rng_kind, &vsock_kind,
};

const struct device_kind *kind_find(const char *type)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(type, kinds[i]->type))
			return kinds[i];
	return NULL;
}
