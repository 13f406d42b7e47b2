// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stall.c - pause a guest, and go on with it.
 */
#include "dm/stall.h"

#include "host/status.h"

#include <sys/ioctl.h>
#include <vimo/domain.h>
#include <vimo/ioctl.h>

/* The guest is paused first: when vimod reads why, the guest is paused already. */
void dm_stall(const struct endpoint_host *host, unsigned int slot, const char *why)
{
	const uint32_t pause = VIMO_OP_PAUSE;

	ioctl(host->domain, VIMO_IOC_CONTROL, &pause); /* fails when it is paused already, or gone */
	status_stall(host->status, slot, why);
}

void dm_retry(struct dm *dm)
{
	status_go_on(dm->host.status);
	for (unsigned int slot = 0; slot < dm->slots; slot++) {
		struct endpoint *endpoint = &dm->endpoint[slot];

		if (endpoint->kind && endpoint->kind->retry)
			endpoint->kind->retry(endpoint);
	}
}
