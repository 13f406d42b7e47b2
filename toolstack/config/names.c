// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * names.c - names of formats and back ends.
 */
#include "config/names.h"

#include <stddef.h>
#include <string.h>

const char *const format_names[] = {
	[FORMAT_RAW] = "raw",   [FORMAT_QCOW2] = "qcow2", [FORMAT_VMDK] = "vmdk", [FORMAT_VDI] = "vdi",
	[FORMAT_VHDX] = "vhdx", [FORMAT_VPC] = "vpc",     [FORMAT_NBD] = "nbd",   NULL,
};
const char *const vif_backend_names[] = {
	[VIF_BRIDGE] = "bridge",
	[VIF_USER] = "user",
	[VIF_VHOST_USER] = "vhost-user",
	NULL,
};

bool format_find(const char *name, enum disk_format *format)
{
	for (unsigned int n = 0; name && format_names[n]; n++) {
		*format = (enum disk_format)n;
		if (!strcmp(format_names[n], name))
			return true;
	}
	return false;
}
