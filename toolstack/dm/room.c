// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * room.c - files have holes: what they may still take is their size less their blocks.
 */
#include "dm/room.h"
#include "base/store.h"
#include "dm_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

off_t room_share(uint64_t available, uint64_t promised)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), share = promised < available ? (available - promised) / 4 : 0;

	if (share > DM_FOLDER_STATE_BYTES)
		share = DM_FOLDER_STATE_BYTES;
	share -= share % page;
	return share < DM_FOLDER_STATE_MIN ? 0 : (off_t)share;
}

static void add_promised(void *arg, const char *name)
{
	DIR *dir = opendir(store_record(name, ""));
	uint64_t *promised = arg;
	struct dirent *entry;
	struct stat status;

	while (dir && (entry = readdir(dir)))
		if (!fstatat(dirfd(dir), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) && S_ISREG(status.st_mode) &&
		    status.st_size > status.st_blocks * 512)
			*promised += (uint64_t)(status.st_size - status.st_blocks * 512);
	if (dir)
		closedir(dir);
}

off_t room_for_folder(struct error *err)
{
	uint64_t promised = 0, available;
	struct statfs system;
	off_t share;

	if (statfs(store_root(), &system))
		return error_errno(err, "%s", store_root());
	if (!system.f_blocks) /* a RAM disk without a limit */
		return DM_FOLDER_STATE_BYTES;
	available = (uint64_t)system.f_bavail * (uint64_t)system.f_bsize;
	store_each(add_promised, &promised);
	share = room_share(available, promised);
	if (!share)
		return error_set(err, ERROR_RESOURCES,
				 "folder: its table may take a quarter of the %llu KiB that /run has left, and needs "
				 "%u KiB: make room in /run",
				 (unsigned long long)(promised < available ? available - promised : 0) >> 10,
				 DM_FOLDER_STATE_MIN >> 10);
	return share;
}
