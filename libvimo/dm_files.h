/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dm_files.h - files and descriptors that vimod opens for a vimo-dm, which opens no path.
 *
 * After the numbers below come the files that the description names, in its order, then the devices' descriptors.
 */
#ifndef LIBVIMO_DM_FILES_H
#define LIBVIMO_DM_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The description is JSON in a memory file. */
enum { DM_FD_DOMAIN = 3, DM_FD_READY, DM_FD_DESCRIPTION, DM_FD_FIRST };
#define DM_DESCRIPTION_MAX (1u << 20)
#define DM_DESCRIPTION_VERSION 3

/* Sizes of the files that the next vimo-dm finds as the previous one left them. Only parts in use take memory. */
#define DM_STATE_BYTES (8u << 20)
#define DM_FOLDER_STATE_BYTES (96u << 20) /* at most */
#define DM_FOLDER_STATE_MIN (2u << 20)    /* some thousand files; a smaller table would not be of use */

/** The file "status": vimo-dm writes it, vimod reads it. All zeroes: nothing to report. */
struct dm_status {
	uint64_t magic;
	uint32_t stalled;    /* slot + 1 of the disk whose failure paused the guest; 0: none */
	uint32_t links_down; /* a bit for each slot whose network asks for a connection to its switch, and DM_LOG_* */
	char why[128];       /* the stall's reason */
};
/* Bits of links_down that are of no network: a console's log is not kept, since its disk is full or fails. */
#define DM_LOG_CONSOLE 0u
#define DM_LOG_SERIAL 1u
#define DM_STATUS_MAGIC 0x3173746f4d6956ull /* "ViMots1" */
#define DM_STATUS_SLOTS 32u

/**
 * dm_status_decode() - the status in the first @bytes of its file. A guest may have written them that took over
 * vimo-dm.
 * @status: gets the contents, with one printable line in why
 *
 * Return: false when they are not a status; @status is empty then.
 */
bool dm_status_decode(const void *from, size_t bytes, struct dm_status *status);
/** dm_status_read() - the same of the file @fd. */
bool dm_status_read(int fd, struct dm_status *status);

#endif
