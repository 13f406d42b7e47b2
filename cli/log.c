// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * log.c - the log of a guest's console: what it has, and what comes.
 */
#include "cleanup.h"
#include "json.h"
#include "text.h"
#include "vimoctl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096

/* Output, by lines where they must be. */
struct printer {
	bool json, terminal;
	char line[LINE_MAX_BYTES];
	size_t used;
};

static void end_line(struct printer *printer)
{
	json_object *json;

	printer->line[printer->used] = '\0';
	printer->used = 0;
	text_clean(printer->line);
	if (!printer->json) {
		puts(printer->line);
		return;
	}
	json = json_object_new_object();
	json_put_string(json, "line", printer->line);
	puts(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN));
	json_object_put(json);
}

/* A file gets the bytes as the guest wrote them; a terminal and JSON get lines of printable text. */
static void print_bytes(struct printer *printer, const char *bytes, size_t count)
{
	if (!printer->json && !printer->terminal) {
		fwrite(bytes, 1, count, stdout);
		return;
	}
	for (size_t n = 0; n < count; n++) {
		if (bytes[n] == '\n' || printer->used + 1 == sizeof(printer->line))
			end_line(printer);
		if (bytes[n] != '\n' && bytes[n] != '\r')
			printer->line[printer->used++] = bytes[n] ? bytes[n] : '?';
	}
}

static void print_rest(struct printer *printer, int fd)
{
	char bytes[16384];
	ssize_t got;

	while ((got = read(fd, bytes, sizeof(bytes))) > 0)
		print_bytes(printer, bytes, (size_t)got);
}

/* A full log is emptied: what it had is in the older one, whose end is read by the time. */
static void follow(struct printer *printer, int fd, const char *path)
{
	CLEANUP_FD int changes = inotify_init1(IN_CLOEXEC);
	char events[4096];
	struct stat status;

	if (changes < 0 || inotify_add_watch(changes, path, IN_MODIFY | IN_ATTRIB) < 0)
		return;
	for (;;) {
		if (!fstat(fd, &status) && status.st_size < lseek(fd, 0, SEEK_CUR))
			lseek(fd, 0, SEEK_SET);
		print_rest(printer, fd);
		if (fflush(stdout) || !status.st_nlink)
			return;
		if (read(changes, events, sizeof(events)) <= 0 && errno != EINTR)
			return;
	}
}

/* Only the end of the file, @lines lines. */
static void skip_to(int fd, int lines)
{
	off_t at = lseek(fd, 0, SEEK_END);
	char bytes[4096];

	for (bool last = true; at > 0;) {
		size_t part = at < (off_t)sizeof(bytes) ? (size_t)at : sizeof(bytes);
		ssize_t got = pread(fd, bytes, part, at - (off_t)part);

		if (got <= 0)
			return;
		for (ssize_t n = got - 1; n >= 0; n--, last = false)
			if (bytes[n] == '\n' && !last && --lines == 0) {
				lseek(fd, at - (off_t)part + n + 1, SEEK_SET);
				return;
			}
		at -= (off_t)part;
	}
	lseek(fd, 0, SEEK_SET);
}

int cmd_log(struct client *client, const struct options *options, struct error *err)
{
	struct printer printer = { .json = options->json, .terminal = isatty(1) };
	json_object *call = named_guest(options);
	CLEANUP_JSON json_object *reply = NULL;
	CLEANUP_FD int fd = -1, old = -1;
	const char *path;

	json_put_string(call, "type", options->type);
	reply = client_call(client, "io.vimo.Devices.ConsoleLog", call, err);
	path = json_string(reply, "path");
	if (!reply || !path)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, "%s", path);
	if (options->lines) {
		skip_to(fd, options->lines);
	} else if (json_string(reply, "old")) {
		old = open(json_string(reply, "old"), O_RDONLY | O_CLOEXEC);
		if (old >= 0)
			print_rest(&printer, old);
	}
	if (options->follow)
		follow(&printer, fd, path);
	else
		print_rest(&printer, fd);
	if (printer.used)
		end_line(&printer);
	return fflush(stdout) ? error_errno(err, "standard output") : 0;
}
