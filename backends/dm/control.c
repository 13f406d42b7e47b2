// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * control.c - vimod's requests to vimo-dm: one packet on the control socket, to which only root may connect, with one
 * JSON object and its descriptors; one packet back: "OK" or "ERROR text".
 */
#include "dm/control.h"

#include "dm/devices.h"
#include "dm/stall.h"
#include "cleanup.h"
#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define REQUEST_BYTES 8192u

static int do_powerbutton(struct dm *dm, struct device_spec *spec, struct error *err)
{
	(void)spec;
	(void)err;
	power_button_press(&dm->power_button);
	return 0;
}

static int do_trigger(struct dm *dm, struct device_spec *spec, struct error *err)
{
	return dm_trigger(dm, spec->json, err);
}

static int do_add(struct dm *dm, struct device_spec *spec, struct error *err)
{
	if (dm_add_device(dm, spec, err))
		return -1;
	spec->fd_count = 0; /* the device has taken them over */
	return 0;
}

static int do_remove(struct dm *dm, struct device_spec *spec, struct error *err)
{
	return dm_remove_device(dm, spec->json, err);
}

static int do_grow(struct dm *dm, struct device_spec *spec, struct error *err)
{
	return dm_grow(dm, spec->json, err);
}

static int do_retry(struct dm *dm, struct device_spec *spec, struct error *err)
{
	(void)spec;
	(void)err;
	dm_retry(dm);
	return 0;
}

static int do_reconnect(struct dm *dm, struct device_spec *spec, struct error *err)
{
	if (dm_reconnect(dm, spec, err))
		return -1;
	spec->fd_count = 0;
	return 0;
}

static int do_resize(struct dm *dm, struct device_spec *spec, struct error *err)
{
	int64_t cols = json_number(spec->json, "cols", 0), rows = json_number(spec->json, "rows", 0);

	if (cols < 1 || cols > UINT16_MAX || rows < 1 || rows > UINT16_MAX)
		return error_set(err, ERROR_USAGE, "cols and rows must be 1 to %u", UINT16_MAX);
	return dm_resize(dm, (uint16_t)cols, (uint16_t)rows, err);
}

static const struct {
	const char *name;
	int (*act)(struct dm *dm, struct device_spec *spec, struct error *err);
} requests[] = {
	{ "powerbutton", do_powerbutton }, { "trigger", do_trigger },     { "resize", do_resize }, { "add", do_add },
	{ "remove", do_remove },           { "reconnect", do_reconnect }, { "retry", do_retry },   { "grow", do_grow },
};

static int act(struct dm *dm, json_object *request, struct device_spec *spec, struct error *err)
{
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		if (json_object_object_get_ex(request, requests[i].name, &spec->json))
			return requests[i].act(dm, spec, err);
	return error_set(err, ERROR_USAGE,
			 "the request is unknown: vimod and vimo-dm differ: install one release of both");
}

static void take_descriptors(struct msghdr *message, struct device_spec *spec)
{
	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
		if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
			continue;
		spec->fd_count = (unsigned int)((part->cmsg_len - CMSG_LEN(0)) / sizeof(int));
		memcpy(spec->fds, CMSG_DATA(part), spec->fd_count * sizeof(int));
	}
}

static int receive(int fd, struct device_spec *spec, json_object **request, struct error *err)
{
	static char text[REQUEST_BYTES];
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(DEVICE_FDS * sizeof(int))];
	} control;
	struct iovec iov = { text, sizeof(text) };
	struct msghdr message = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
	};
	ssize_t got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);

	if (got < 0)
		return error_errno(err, "request");
	take_descriptors(&message, spec);
	if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
		return error_set(err, ERROR_USAGE, "the request is too long");
	*request = json_parse(text, (size_t)got);
	return *request ? 0 : error_set(err, ERROR_USAGE, "the request is not a JSON object");
}

/* vimod sends its request at once. The time limit on receiving drops a client that sends nothing. */
static void serve(struct dm *dm, int fd)
{
	CLEANUP_JSON json_object *request = NULL;
	const struct timeval limit = { .tv_usec = 200000 };
	struct device_spec spec = { 0 };
	struct error err = { 0 };
	char answer[sizeof(err.text) + 16] = "OK";

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (receive(fd, &spec, &request, &err) || act(dm, request, &spec, &err))
		snprintf(answer, sizeof(answer), "ERROR %s", err.text);
	for (unsigned int n = 0; n < spec.fd_count; n++)
		close(spec.fds[n]);
	send(fd, answer, strlen(answer), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void on_connection(uv_poll_t *poll, int status, int events)
{
	struct dm *dm = poll->data;
	CLEANUP_FD int fd = accept4(dm->files[DM_CONTROL], NULL, NULL, SOCK_CLOEXEC);

	(void)status;
	(void)events;
	if (fd >= 0)
		serve(dm, fd);
}

int dm_open_control(struct dm *dm, struct error *err)
{
	int status = uv_poll_init(&dm->loop, &dm->control, dm->files[DM_CONTROL]);

	if (status)
		return error_set(err, ERROR_FAILED, "control socket: %s", uv_strerror(status));
	dm->control.data = dm;
	uv_poll_start(&dm->control, UV_READABLE, on_connection);
	return 0;
}

void dm_close_control(struct dm *dm)
{
	uv_poll_stop(&dm->control);
	close(dm->files[DM_CONTROL]);
}
