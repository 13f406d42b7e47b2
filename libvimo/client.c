// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * client.c - frames and errors of the API socket.
 */
#include "client.h"
#include "cleanup.h"
#include "json.h"
#include "text.h"
#include "unix_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define REPLY_MAX (16u << 20)
#define CLIENT_CALLS 10 /* of one call, when vimod ends again and again */

/* The command line of this program, for histories: vimod may not see other users' processes. */
static void read_command(char *text, size_t bytes)
{
	CLEANUP_FD int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, bytes - 1);

	text[got > 0 ? got : 0] = 0;
	for (ssize_t n = 0; n + 1 < got; n++)
		if (!text[n])
			text[n] = ' ';
}

/* Return: a connection, or -1 with errno. @path gets the socket's, or the one that would be the first choice. */
static int try_connect(const char **path)
{
	const char *given = getenv("VIMO_SOCKET");
	char command[96];
	int fd;

	*path = given && *given ? given : CLIENT_SOCKET;
	read_command(command, sizeof(command));
	fd = unix_socket_connect_named(*path, command);
	if (fd >= 0 || *path == given || errno != EACCES)
		return fd;
	fd = unix_socket_connect(CLIENT_SOCKET_READ_ONLY, SOCK_STREAM, 0);
	if (fd < 0 && errno != ECONNREFUSED)
		errno = EACCES;
	return fd;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

/* How long vimod may take to listen. @ran: its socket was there: the next vimod removes it just before its own. */
static int64_t patience_ms(const struct client *client, int error, bool ran)
{
	if (client->hasty || (error != ENOENT && error != ECONNREFUSED))
		return 0;
	return ran ? CLIENT_PATIENCE_MS : CLIENT_PATIENCE_NEW_MS;
}

int client_reconnect(struct client *client, struct error *err)
{
	const struct timespec pause = { .tv_nsec = 50000000 };
	bool ran = client->fd >= 0;
	int64_t begun = now_ms();
	const char *path;

	if (client->fd >= 0)
		close(client->fd);
	client->used = 0;
	client->lost = false;
	while ((client->fd = try_connect(&path)) < 0) {
		ran |= errno == ECONNREFUSED;
		if (now_ms() - begun >= patience_ms(client, errno, ran))
			break;
		nanosleep(&pause, NULL);
	}
	if (client->fd >= 0)
		return 0;
	if (errno == EACCES || errno == EPERM)
		return error_set(
			err, ERROR_UNREACHABLE,
			"permission to connect to vimod at %s denied: run vimoctl as root or join the group vimo",
			path);
	return error_set(err, ERROR_UNREACHABLE, "vimod is not running (%s: %s): run 'systemctl start vimod'", path,
			 strerror(errno));
}

int client_connect(struct client *client, struct error *err)
{
	*client = (struct client){ .fd = -1 };
	return client_reconnect(client, err);
}

void client_close(struct client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	free(client->buffer);
	json_object_put(client->failure);
}

/* The reply cannot be read, and no other reply to the same call could. */
static int broken(struct error *err, const char *why)
{
	return error_set(err, ERROR_UNREACHABLE,
			 "vimod cannot be understood (%s): install vimod and its client from "
			 "one release",
			 why);
}

static int lost(struct client *client, struct error *err, const char *why)
{
	client->lost = true;
	return error_set(err, ERROR_UNREACHABLE,
			 "the connection to vimod is lost (%s): run 'journalctl -u vimod' to see why", why);
}

int client_send(struct client *client, const char *method, json_object *parameters, bool more, struct error *err)
{
	CLEANUP_JSON json_object *call = json_object_new_object();
	const char *text;
	size_t left;

	json_object_put(client->failure);
	client->failure = NULL;
	json_put_string(call, "method", method);
	if (parameters)
		json_object_object_add(call, "parameters", parameters);
	if (more)
		json_object_object_add(call, "more", json_object_new_boolean(1));
	text = json_object_to_json_string_ext(call, JSON_C_TO_STRING_PLAIN);
	if (!text_is_plain(text, strlen(text)))
		return error_set(err, ERROR_USAGE, "an argument is not UTF-8 text: %s", text);
	for (left = strlen(text) + 1; left;) {
		ssize_t sent = send(client->fd, text, left, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return lost(client, err, strerror(errno));
		text += sent;
		left -= sent;
	}
	return 0;
}

static int left_ms(int64_t deadline)
{
	int64_t left = deadline - now_ms();

	return left > 0 ? (int)left : 0;
}

/* Return: bytes of the first frame with its NUL, or -1. */
static ssize_t client_fill(struct client *client, int timeout_ms, struct error *err)
{
	int64_t deadline = now_ms() + timeout_ms;

	for (;;) {
		char *end = client->used ? memchr(client->buffer, 0, client->used) : NULL;
		struct pollfd wait = { .fd = client->fd, .events = POLLIN };
		ssize_t got;

		if (end)
			return end - client->buffer + 1;
		if (client->used == client->size) {
			size_t size = client->size ? client->size * 2 : 4096;
			char *bigger = size <= REPLY_MAX ? realloc(client->buffer, size) : NULL;

			if (!bigger)
				return broken(err, "a reply is too large");
			client->buffer = bigger;
			client->size = size;
		}
		if (timeout_ms >= 0 && poll(&wait, 1, left_ms(deadline)) == 0)
			return error_set(err, ERROR_FAILED,
					 "vimod did not answer within %d ms: run 'journalctl -u vimod' to see why",
					 timeout_ms);
		if (timeout_ms >= 0 && !wait.revents)
			continue; /* a signal */
		got = read(client->fd, client->buffer + client->used, client->size - client->used);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return lost(client, err, got ? strerror(errno) : "vimod closed it");
		client->used += got;
	}
}

json_object *client_receive(struct client *client, int timeout_ms, struct error *err)
{
	CLEANUP_JSON json_object *reply = NULL;
	ssize_t frame = client_fill(client, timeout_ms, err);
	json_object *parameters;
	const char *name;

	if (frame < 0)
		return NULL;
	reply = json_parse(client->buffer, frame - 1);
	client->used -= frame;
	memmove(client->buffer, client->buffer + frame, client->used);
	if (!reply) {
		broken(err, "a reply is not a JSON object");
		return NULL;
	}
	if (!json_object_object_get_ex(reply, "parameters", &parameters))
		parameters = NULL;
	name = json_string(reply, "error");
	if (name) {
		const char *text = json_string(parameters, "message");

		error_set(err, error_from_name(name), "%s", text ? text : name);
		text = json_string(parameters, "key");
		if (text)
			error_about(err, text);
		client->failure = json_object_get(parameters);
		return NULL;
	}
	return parameters ? json_object_get(parameters) : json_object_new_object();
}

/*
 * Methods that change nothing, or do what is left to do when they are called again: a call that vimod may have answered
 * as it ended can be sent to the next vimod.
 */
static const char *const repeatable[] = {
	"org.varlink.service.GetInfo",
	"org.varlink.service.GetInterfaceDescription",
	"io.vimo.Domains.ParseConfig",
	"io.vimo.Domains.List",
	"io.vimo.Domains.Info",
	"io.vimo.Domains.Statistics",
	"io.vimo.Domains.Define",
	"io.vimo.Domains.Autostart",
	"io.vimo.Domains.Definition",
	"io.vimo.Domains.StartAll",
	"io.vimo.Domains.ShutdownAll",
	"io.vimo.Domains.History",
	"io.vimo.Devices.Console",
	"io.vimo.Devices.ConsoleLog",
	"io.vimo.Devices.Channel",
	"io.vimo.Devices.ConsoleResize",
	"io.vimo.Host.Log",
	"io.vimo.Host.Version",
};
#define REPEATABLE (sizeof(repeatable) / sizeof(repeatable[0]))

const char *client_repeatable(size_t n)
{
	return n < REPEATABLE ? repeatable[n] : NULL;
}

static bool may_repeat(const char *method)
{
	size_t n = 0;

	while (n < REPEATABLE && strcmp(repeatable[n], method) != 0)
		n++;
	return n < REPEATABLE;
}

/* vimod closed the connection after the last call. */
static bool is_closed(const struct client *client)
{
	struct pollfd end = { .fd = client->fd, .events = POLLRDHUP };

	return client->fd >= 0 && poll(&end, 1, 0) > 0;
}

json_object *client_call(struct client *client, const char *method, json_object *parameters, struct error *err)
{
	json_object *reply = NULL;
	bool sent, again = client->lost || is_closed(client);

	for (int calls = 0; calls < CLIENT_CALLS; calls++) {
		if (again && client_reconnect(client, err))
			break;
		sent = !client_send(client, method, json_object_get(parameters), false, err);
		reply = sent ? client_receive(client, -1, err) : NULL;
		/* A call that was not sent as a whole has not begun. */
		again = !reply && client->lost && (!sent || may_repeat(method));
		if (!again)
			break;
	}
	json_object_put(parameters);
	return reply;
}
