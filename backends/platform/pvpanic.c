// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pvpanic.c - a panic of the guest's kernel ends the guest's run: on_crash decides.
 */
#include "platform/pvpanic.h"

#include "log.h"

#include <sys/ioctl.h>
#include <vimo/domain.h>
#include <vimo/guest_map.h>
#include <vimo/ioctl.h>

static void report(const struct ioreq *ioreq, uint64_t events)
{
	const uint32_t panic = VIMO_OP_PANIC;

	if (events & PVPANIC_PANICKED)
		ioctl(ioreq->domain, VIMO_IOC_CONTROL, &panic); /* fails when the guest is gone */
	else if (events & PVPANIC_CRASH_LOADED)
		log_info("the guest's kernel panicked and starts its crash kernel");
}

uint64_t pvpanic_access(void *context, uint64_t offset, unsigned int width, bool is_write, uint64_t value)
{
	(void)width;
	if (offset)
		return 0;
	if (is_write)
		report(context, value);
	return PVPANIC_PANICKED | PVPANIC_CRASH_LOADED; /* the events that the device takes */
}

void pvpanic_open(struct ioreq *ioreq)
{
	const struct ioreq_range range = { VIMO_GUEST_PVPANIC_BASE, pvpanic_access, ioreq };

	ioreq_add(ioreq, &range);
}
