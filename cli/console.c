// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * console.c - standard input and output connected to a guest's console or channel.
 */
#include "cleanup.h"
#include "json.h"
#include "unix_socket.h"
#include "vimoctl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>

#define TERMINAL_ESCAPE 0x1d /* ^] */

/* A client of a console or a channel. */
struct session {
	struct client *client;
	const char *name;   /* of the guest */
	const char *sized;  /* the guest that gets the terminal's size; NULL: none */
	bool ends_by_input; /* the end of input ends the session; else output goes on */
	int socket;
	int input; /* -1: it has ended, or is not read */
	int escape;
	char pending[4096]; /* input that the socket has not taken */
	size_t begin, end;
	bool last, escaped; /* nothing is read after what is pending; and the escape key was the end */
};

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

static volatile sig_atomic_t resized, ended;

static void on_resize(int signal)
{
	(void)signal;
	resized = 1;
}

static void on_end(int signal)
{
	(void)signal;
	ended = 1;
}

/* While vimod restarts, it is sent later. Other errors are ignored: the guest keeps the previous size. */
static void send_size(struct session *session)
{
	json_object *parameters, *reply;
	struct winsize size = { 0 };
	struct error err;

	resized = 0;
	if (ioctl(0, TIOCGWINSZ, &size) || !size.ws_col || !size.ws_row)
		return;
	parameters = json_object_new_object();
	json_put_string(parameters, "name", session->sized);
	json_put_number(parameters, "cols", size.ws_col);
	json_put_number(parameters, "rows", size.ws_row);
	reply = call_vimod(session->client, "io.vimo.Devices.ConsoleResize", parameters, &err);
	resized = !reply && err.code == ERROR_UNREACHABLE;
	json_object_put(reply);
}

/* Return: whether the session goes on. */
static bool read_input(struct session *session)
{
	ssize_t got = read(session->input, session->pending, sizeof(session->pending));
	char *escape = got > 0 && session->escape >= 0 ? memchr(session->pending, session->escape, (size_t)got) : NULL;

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	session->begin = 0;
	session->end = escape ? (size_t)(escape - session->pending) : got > 0 ? (size_t)got : 0;
	session->escaped = escape;
	session->last = escape || got <= 0;
	if (session->last)
		session->input = -1;
	return true;
}

/* Return: whether the session goes on. After the last input, vimo-dm ends the connection when it has taken all. */
static bool pass_input(struct session *session)
{
	ssize_t put = send(session->socket, session->pending + session->begin, session->end - session->begin,
			   MSG_DONTWAIT | MSG_NOSIGNAL);

	if (put < 0)
		return errno == EINTR || errno == EAGAIN;
	session->begin += (size_t)put;
	return true;
}

static bool pass_output(struct session *session)
{
	char bytes[16384];
	ssize_t got = read(session->socket, bytes, sizeof(bytes));

	return got > 0 ? write_all(1, bytes, (size_t)got) : got < 0 && errno == EINTR;
}

/* Signals arrive during ppoll() only. Return: the mask for ppoll(). */
static sigset_t catch_signals(void)
{
	static const int ends[] = { SIGTERM, SIGHUP, SIGINT };
	sigset_t blocked, before;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGWINCH);
	for (size_t n = 0; n < sizeof(ends) / sizeof(ends[0]); n++)
		sigaddset(&blocked, ends[n]);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	signal(SIGWINCH, on_resize);
	for (size_t n = 0; n < sizeof(ends) / sizeof(ends[0]); n++)
		signal(ends[n], on_end);
	return before;
}

/* Copy until the escape key, the end of input or of the guest, or a signal. */
static void pump(struct session *session)
{
	sigset_t during = catch_signals();
	bool told = false;

	for (resized = 1; !ended;) {
		bool pending = session->begin < session->end;
		struct pollfd wait[] = { { .fd = pending ? -1 : session->input, .events = POLLIN },
					 { .fd = session->socket, .events = POLLIN | (pending ? POLLOUT : 0) } };

		if (session->sized && resized)
			send_size(session);
		if (session->escaped && !pending)
			return;
		if (session->last && !pending && session->ends_by_input && !told) {
			told = true;
			shutdown(session->socket, SHUT_WR);
		}
		if (ppoll(wait, 2, NULL, &during) < 0) {
			if (errno != EINTR)
				return;
			continue;
		}
		if (wait[1].revents & ~POLLOUT && !pass_output(session))
			return;
		if (wait[1].revents & POLLOUT && !pass_input(session))
			return;
		if (wait[0].revents && !read_input(session))
			return;
	}
}

/* Return: the escape key, or ESCAPE_NONE. */
static int escape_of(const struct options *options)
{
	if (options->escape == ESCAPE_DEFAULT)
		return isatty(0) ? TERMINAL_ESCAPE : ESCAPE_NONE;
	return options->escape;
}

static void announce(const struct session *session)
{
	if (session->escape < 0)
		fprintf(stderr, "Connected to %s\n", session->name);
	else if (session->escape < 0x20 || session->escape == 0x7f)
		fprintf(stderr, "Connected to %s, escape is ^%c\n", session->name, session->escape ^ 0x40);
	else
		fprintf(stderr, "Connected to %s, escape is %c\n", session->name, session->escape);
}

/* After a kill of vimo-dm, the socket is missing until the next vimo-dm makes it. Return: 0 or -1. */
static int connect_socket(struct session *session, json_object *reply, struct error *err)
{
	const char *path = json_string(reply, "path");

	for (int tries = 0; tries < 20; tries++) {
		session->socket = unix_socket_connect(path ? path : "", SOCK_STREAM, 0);
		if (session->socket >= 0)
			return 0;
		if (errno != ENOENT && errno != ECONNREFUSED)
			break;
		nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	}
	return error_set(err, ERROR_FAILED, "cannot connect to %s: %s", session->name, strerror(errno));
}

/* One client writes to a console: the lock is held until this process ends. Return: 0 or -1. */
static int become_writer(const char *name, json_object *reply, struct error *err)
{
	struct flock lock = { .l_type = F_WRLCK };
	const char *path = json_string(reply, "lock");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;

	if (!path)
		return 0; /* an older vimod has none */
	if (fd < 0)
		return error_errno(err, "%s", path);
	if (!fcntl(fd, F_SETLK, &lock))
		return 0;
	if (fcntl(fd, F_GETLK, &lock) || lock.l_type == F_UNLCK)
		lock.l_pid = 0;
	close(fd);
	return error_set(
		err, ERROR_STATE,
		"process %d writes to the console of %s: run 'vimoctl console --watch %s' to see its output, or "
		"end that process",
		(int)lock.l_pid, name, name);
}

/* Get the path of the socket by @method, and connect to it. Return: 0 or -1. */
static int attach(struct session *session, const char *method, json_object *parameters, struct error *err)
{
	CLEANUP_JSON json_object *reply = client_call(session->client, method, parameters, err);

	if (!reply || (session->input >= 0 && become_writer(session->name, reply, err)))
		return -1;
	return connect_socket(session, reply, err);
}

static void begin(struct session *session, struct client *client, const struct options *options, const char *name)
{
	*session = (struct session){ .client = client,
				     .name = name,
				     .socket = -1,
				     .input = options->watch ? -1 : 0,
				     .escape = options->watch ? ESCAPE_NONE : escape_of(options) };
}

static void run(struct session *session)
{
	bool reads = session->input >= 0;

	announce(session);
	session->client->hasty = true;
	if (reads)
		raw_mode(true);
	pump(session);
	if (reads)
		raw_mode(false);
	close(session->socket);
	fprintf(stderr, "\nDisconnected from %s\n", session->name);
}

int console_attach(struct client *client, const struct options *options, const char *name, bool unpause,
		   struct error *err)
{
	json_object *parameters = json_object_new_object();
	struct error ignored, unpaused;
	struct session session;
	int result;

	begin(&session, client, options, name);
	session.ends_by_input = true;
	if (!strcmp(options->type, "virtio") && !options->watch)
		session.sized = name;
	json_put_string(parameters, "name", name);
	json_put_string(parameters, "type", options->type);
	result = attach(&session, "io.vimo.Devices.Console", parameters, err);
	if (unpause) {
		CLEANUP_JSON json_object *reply;

		parameters = json_object_new_object();
		json_put_string(parameters, "name", name);
		reply = call_vimod(client, "io.vimo.Domains.Unpause", parameters, result ? &ignored : &unpaused);
		if (!reply && !result && unpaused.code != ERROR_STATE) { /* another client may have unpaused it */
			*err = unpaused;
			result = -1;
		}
	}
	if (!result)
		run(&session);
	return result;
}

int cmd_channel(struct client *client, const struct options *options, struct error *err)
{
	json_object *parameters = json_object_new_object();
	struct session session;

	begin(&session, client, options, options->operand);
	json_put_string(parameters, "name", options->operand);
	json_put_string(parameters, "channel", options->second);
	if (attach(&session, "io.vimo.Devices.Channel", parameters, err))
		return -1;
	run(&session);
	return 0;
}

int cmd_console(struct client *client, const struct options *options, struct error *err)
{
	return console_attach(client, options, options->operand, false, err);
}
