/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rtc.h - the guest's clock.
 */
#ifndef PLATFORM_RTC_H
#define PLATFORM_RTC_H

#include "host/ioreq.h"

/** rtc_open() - add it to the guest; before ioreq_start(). */
void rtc_open(struct ioreq *ioreq);

#endif
