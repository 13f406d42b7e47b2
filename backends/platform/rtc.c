// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rtc.c - the time of dom0 as a PL031.
 */
#include "platform/rtc.h"

#include "platform/pl031.h"

#include <time.h>
#include <vimo/guest_map.h>

static uint64_t access_registers(void *context, uint64_t offset, unsigned int width, bool is_write, uint64_t value)
{
	(void)context;
	(void)width;
	(void)value;
	return is_write ? 0 : pl031_read(offset, (uint64_t)time(NULL));
}

void rtc_open(struct ioreq *ioreq)
{
	const struct ioreq_range range = { VIMO_GUEST_RTC_BASE, access_registers, NULL };

	ioreq_add(ioreq, &range);
}
