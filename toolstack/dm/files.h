/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * files.h - files and listening sockets of a guest, opened for vimo-dm, which opens no path. The one place that knows
 * where they are.
 *
 * Event loop only. Each function appends descriptors to @fds, which the caller closes even after an error.
 */
#ifndef TOOLSTACK_DM_FILES_H
#define TOOLSTACK_DM_FILES_H

#include "base/fd_list.h"
#include "config/guest_config.h"
#include "error.h"

#include <json-c/json.h>

/** dm_files_open() - what each vimo-dm has. Return: the list of names for "files" of the description, or NULL. */
json_object *dm_files_open(const char *name, struct fd_list *fds, struct error *err);
/** dm_files_console() - the console's listening socket, log and old log. Return: 0 or -1. */
int dm_files_console(const char *name, struct fd_list *fds, struct error *err);
/** dm_files_channel() - the listening socket of the channel @index. Return: 0 or -1. */
int dm_files_channel(const struct guest_config *config, uint32_t index, struct fd_list *fds, struct error *err);
/** dm_files_folder() - the table of the folder in @slot, of a size for the life of the guest. Return: 0 or -1. */
int dm_files_folder(const char *name, uint32_t slot, struct fd_list *fds, struct error *err);
/**
 * dm_files_check_logs() - empty logs of consoles that are far larger than vimo-dm makes them.
 *
 * A vimo-dm that was taken over has the open files and can write what it likes.
 */
void dm_files_check_logs(const char *name);
/** dm_files_forget() - remove the files of a guest's last life: the next one begins. */
void dm_files_forget(const struct guest_config *config);
/** dm_files_status() - where vimo-dm's status is; valid until the next path is asked for. */
const char *dm_files_status(const char *name);
/** dm_files_console_path() - the path of the socket of a console, "console" or "serial"; valid as above. */
const char *dm_files_console_path(const char *name, const char *console);
/** dm_files_log_path() - the path of the log of a console; valid until this is called again. */
const char *dm_files_log_path(const char *name, const char *console);
/**
 * dm_files_console_lock() - the file that a client of a console locks before it writes; made unless it is there.
 *
 * Return: its path, valid as above, or NULL.
 */
const char *dm_files_console_lock(const char *name, const char *console, struct error *err);

#endif
