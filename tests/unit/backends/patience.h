/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * patience.h - how long a test waits for another process or thread. No test passes or fails by how fast the computer
 * is: the limit ends a test that hangs.
 */
#ifndef TEST_PATIENCE_H
#define TEST_PATIENCE_H

#include <stdbool.h>
#include <time.h>

#define PATIENCE_SECONDS 300
#define PATIENCE_MS (PATIENCE_SECONDS * 1000)

/** patience_left() - true until PATIENCE_SECONDS after @begun, which is a result of time(). */
static inline bool patience_left(time_t begun)
{
	return time(NULL) - begun < PATIENCE_SECONDS;
}

#endif
