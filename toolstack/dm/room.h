/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * room.h - how much of /run a folder's state may take. vimo-dm can fill its file up to the size that vimod gives it,
 * but not beyond, so the sizes of all state files together leave room in /run.
 */
#ifndef TOOLSTACK_DM_ROOM_H
#define TOOLSTACK_DM_ROOM_H

#include "error.h"

#include <stdint.h>
#include <sys/types.h>

/**
 * room_share() - a quarter of what is left, in whole pages, and DM_FOLDER_STATE_BYTES at most.
 * @available: bytes of the file system that no file takes
 * @promised: bytes of them that existing files may still take
 *
 * Return: 0: it would be less than DM_FOLDER_STATE_MIN.
 */
off_t room_share(uint64_t available, uint64_t promised);
/** room_for_folder() - the size of a new folder's state. Event loop only. Return: -1 on error. */
off_t room_for_folder(struct error *err);

#endif
