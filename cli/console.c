// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * console.c - standard input and output connected to a guest's console or channel.
 */
#include "cleanup.h"
#include "json.h"
#include "unix_socket.h"
#include "vimoctl.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>

#define ESCAPE 0x1d /* ^] */

static struct termios saved;

static void raw_mode(bool on)
{
	struct termios raw;

	if (!isatty(0))
		return;
	if (!on) {
		tcsetattr(0, TCSADRAIN, &saved);
		return;
	}
	tcgetattr(0, &saved);
	raw = saved;
	cfmakeraw(&raw);
	tcsetattr(0, TCSADRAIN, &raw);
}

static bool write_all(int fd, const char *bytes, size_t count)
{
	while (count) {
		ssize_t put = write(fd, bytes, count);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		bytes += put;
		count -= put;
	}
	return true;
}

static volatile sig_atomic_t resized;

static void on_resize(int signal)
{
	(void)signal;
	resized = 1;
}

/* An error is ignored: the guest keeps the previous size. */
static void send_size(struct client *client, const char *name)
{
	json_object *parameters, *reply;
	struct winsize size = { 0 };
	struct error err;

	resized = 0;
	if (ioctl(0, TIOCGWINSZ, &size) || !size.ws_col || !size.ws_row)
		return;
	parameters = json_object_new_object();
	json_put_string(parameters, "name", name);
	json_put_number(parameters, "cols", size.ws_col);
	json_put_number(parameters, "rows", size.ws_row);
	reply = call_vimod(client, "io.vimo.Devices.ConsoleResize", parameters, &err);
	json_object_put(reply);
}

/*
 * Copy until the escape key or the end of the guest. After the end of input, output continues.
 * @sized: the guest to which the terminal's size is sent; NULL: none
 */
static void pump(int console, struct client *client, const char *sized)
{
	struct pollfd wait[] = { { .fd = 0, .events = POLLIN }, { .fd = console, .events = POLLIN } };
	sigset_t resize, before;
	char bytes[4096];

	/* SIGWINCH arrives during ppoll() only. */
	sigemptyset(&resize);
	sigaddset(&resize, SIGWINCH);
	sigprocmask(SIG_BLOCK, &resize, &before);
	signal(SIGWINCH, on_resize);
	for (resized = 1;;) {
		if (sized && resized)
			send_size(client, sized);
		if (ppoll(wait, 2, NULL, &before) < 0) {
			if (errno != EINTR)
				return;
			continue;
		}
		if (wait[1].revents) {
			ssize_t got = read(console, bytes, sizeof(bytes));

			if (got <= 0 || !write_all(1, bytes, got))
				return;
		}
		if (wait[0].revents) {
			ssize_t got = read(0, bytes, sizeof(bytes));
			char *escape = got > 0 ? memchr(bytes, ESCAPE, got) : NULL;

			if (got <= 0)
				wait[0].fd = -1;
			else if (!write_all(console, bytes, escape ? escape - bytes : got) || escape)
				return;
		}
	}
}

/*
 * Get the path of the socket by @method, and connect to it.
 * @sized: whether the terminal's size is sent to the guest
 */
static int attach(struct client *client, const char *method, json_object *parameters, const char *name, bool sized,
		  struct error *err)
{
	CLEANUP_JSON json_object *reply = client_call(client, method, parameters, err);
	const char *path = json_string(reply, "path");
	CLEANUP_FD int console = -1;

	if (!reply)
		return -1;
	/* After a kill of vimo-dm, the socket is missing until the next vimo-dm makes it. */
	for (int tries = 0; tries < 20; tries++) {
		console = unix_socket_connect(path ? path : "", SOCK_STREAM, 0);
		if (console >= 0 || (errno != ENOENT && errno != ECONNREFUSED))
			break;
		nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	}
	if (console < 0)
		return error_set(err, ERROR_FAILED, "cannot connect to %s: %s", name, strerror(errno));
	fprintf(stderr, "Connected to %s, escape is ^]\n", name);
	raw_mode(true);
	pump(console, client, sized ? name : NULL);
	raw_mode(false);
	fprintf(stderr, "\nDisconnected from %s\n", name);
	return 0;
}

int console_attach(struct client *client, const char *name, const char *type, struct error *err)
{
	json_object *parameters = json_object_new_object();

	json_put_string(parameters, "name", name);
	json_put_string(parameters, "type", type);
	return attach(client, "io.vimo.Devices.Console", parameters, name, !strcmp(type, "virtio"), err);
}

int cmd_channel(struct client *client, const struct options *options, struct error *err)
{
	json_object *parameters = json_object_new_object();

	json_put_string(parameters, "name", options->operand);
	json_put_string(parameters, "channel", options->second);
	return attach(client, "io.vimo.Devices.Channel", parameters, options->operand, false, err);
}

int cmd_console(struct client *client, const struct options *options, struct error *err)
{
	return console_attach(client, options->operand, options->type, err);
}
