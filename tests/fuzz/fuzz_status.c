// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_status.c - a forged status of vimo-dm, as vimod and the next vimo-dm read it, and the reports that follow.
 */
#include "dm_files.h"
#include "fuzz.h"
#include "host/status.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define FORGED_BYTES (sizeof(struct dm_status) + 16)

static int fd = -1;

/* What vimod takes: one printable line, and a slot or none. Return: whether there is a status. */
static bool check(struct dm_status *status)
{
	bool good = dm_status_read(fd, status);

	if (status->magic != DM_STATUS_MAGIC || status->stalled > DM_STATUS_SLOTS ||
	    !memchr(status->why, 0, sizeof(status->why)) || (!good && (status->stalled || status->links_down)))
		abort();
	for (const char *c = status->why; *c; c++)
		if (*c < ' ' || *c > '~')
			abort();
	return good;
}

static void report(struct status *status, struct fuzz_input *input)
{
	uint8_t what = (uint8_t)input_take(input, 1), slot = what / 8;
	struct dm_status now, before;
	char why[200];

	check(&before);
	switch (what % 4) {
	case 0:
		memset(why, (int)input_take(input, 1) | 1, sizeof(why));
		why[input_take(input, 1) % sizeof(why)] = 0;
		status_stall(status, slot, why);
		if (!check(&now) || now.stalled != slot + 1u)
			abort();
		break;
	case 1:
		status_go_on(status);
		if (!check(&now) || now.stalled || now.links_down != before.links_down)
			abort();
		break;
	default:
		status_link(status, slot, what & 1);
		if (!check(&now) || !(now.links_down >> slot & 1) == (what & 1) || now.stalled != before.stalled)
			abort();
		break;
	}
}

/* A file of that many bytes, mostly with the right magic. */
static size_t forge(struct fuzz_input *input)
{
	uint8_t file[FORGED_BYTES] = { 0 };
	size_t bytes = input_take(input, 1) % (sizeof(file) + 1);

	for (size_t at = 0; at < sizeof(file); at++)
		file[at] = (uint8_t)input_take(input, 1);
	if (input_take(input, 1) < 0xf0)
		memcpy(file, &(uint64_t){ DM_STATUS_MAGIC }, sizeof(uint64_t));
	if (fd < 0)
		fd = memfd_create("status", MFD_CLOEXEC);
	if (ftruncate(fd, (off_t)bytes) || pwrite(fd, file, bytes, 0) != (ssize_t)bytes)
		abort();
	return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct fuzz_input input = { data, bytes };
	size_t forged = forge(&input);
	struct dm_status status;
	struct status mine;
	struct error err;

	check(&status);
	if (status_open(&mine, fd, -1, &err)) {
		if (forged >= sizeof(status))
			abort();
		return 0;
	}
	while (input.left)
		report(&mine, &input);
	status_close(&mine);
	return 0;
}
