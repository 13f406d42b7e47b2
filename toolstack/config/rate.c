// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rate.c - bits or bytes each second, and the time for which credit accumulates.
 */
#include "config/rate.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_MIN 1000ull /* at lower rates a burst takes longer than the kernel can count */
#define BYTES_MAX (1ull << 40)
#define INTERVAL_US 50000ull /* xl's */
#define INTERVAL_MAX_US 100000000ull
/* Two of the largest packets that guest and dom0 exchange whole. A packet larger than the burst would never pass. */
#define BURST_MIN (128ull << 10)
#define BURST_MAX (1ull << 30)

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit sizes[] = {
	{ "GB/s", 8000000000 }, { "MB/s", 8000000 }, { "KB/s", 8000 }, { "B/s", 8 },
	{ "Gb/s", 1000000000 }, { "Mb/s", 1000000 }, { "Kb/s", 1000 }, { "b/s", 1 },
};
static const struct unit times[] = { { "us", 1 }, { "ms", 1000 }, { "s", 1000000 }, { "", 1000000 } };

/* Digits and a unit, up to @end. */
static bool take(const char *text, const char *end, const struct unit *units, size_t count, uint64_t *value)
{
	char *rest;

	errno = 0;
	*value = strtoull(text, &rest, 10);
	if (*text < '0' || *text > '9' || errno || *value > UINT32_MAX)
		return false;
	for (size_t n = 0; n < count; n++)
		if (strlen(units[n].name) == (size_t)(end - rest) && !strncmp(rest, units[n].name, end - rest)) {
			*value *= units[n].factor;
			return true;
		}
	return false;
}

int rate_parse(const char *text, struct rate *rate, struct error *err)
{
	const char *at = strchr(text, '@'), *end = at ? at : text + strlen(text);
	uint64_t bits, interval = INTERVAL_US, bytes, burst;

	if (!take(text, end, sizes, sizeof(sizes) / sizeof(sizes[0]), &bits) ||
	    (at && !take(at + 1, at + strlen(at), times, sizeof(times) / sizeof(times[0]), &interval)))
		return error_set(
			err, ERROR_FAILED,
			"\"%.40s\" is not a rate: write 10Mb/s, 250KB/s (B, KB, MB, GB, or b for bits) or 250KB/s@20ms",
			text);
	bytes = bits / 8;
	if (bytes < BYTES_MIN || bytes > BYTES_MAX || !interval || interval > INTERVAL_MAX_US)
		return error_set(err, ERROR_FAILED,
				 "rate \"%.40s\" is out of range: write 1KB/s to 1099GB/s, with credit of 1us to 100s",
				 text);
	burst = bytes > BURST_MAX * 1000000 / interval ? BURST_MAX : bytes * interval / 1000000;
	if (rate)
		*rate = (struct rate){ bytes, (uint32_t)(burst < BURST_MIN ? BURST_MIN : burst) };
	return 0;
}
