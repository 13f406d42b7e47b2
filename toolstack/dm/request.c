// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * request.c - a request is one packet with one JSON object and its descriptors; the answer is one packet.
 */
#include "dm/request.h"
#include "alloc.h"
#include "cleanup.h"
#include "json.h"
#include "base/store.h"
#include "unix_socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define TIMEOUT_S 5

struct dm_request {
	char guest[64];
	int control;
	struct watch *answer, *timer;
	dm_request_fn done;
	void *arg;
};

static bool send_request(int control, json_object *request, const struct fd_list *fds)
{
	const char *text = json_object_to_json_string_ext(request, JSON_C_TO_STRING_PLAIN);
	struct iovec bytes = { (char *)text, strlen(text) };
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int) * DM_DEVICE_FDS)];
	} rights = { 0 };
	struct msghdr message = { .msg_iov = &bytes, .msg_iovlen = 1 };

	if (fds && fds->count) {
		struct cmsghdr *head;

		message.msg_control = &rights;
		message.msg_controllen = CMSG_SPACE(sizeof(int) * fds->count);
		head = CMSG_FIRSTHDR(&message);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(sizeof(int) * fds->count);
		memcpy(CMSG_DATA(head), fds->fd, sizeof(int) * fds->count);
	}
	return sendmsg(control, &message, MSG_NOSIGNAL) == (ssize_t)bytes.iov_len;
}

/* Takes over @argument. @flags: SOCK_NONBLOCK or 0. Return: a connection that has the request, or -1. */
static int begin(const char *name, int flags, const char *what, json_object *argument, const struct fd_list *fds,
		 struct error *err)
{
	CLEANUP_JSON json_object *request = json_object_new_object();
	int control = unix_socket_connect(store_record(name, "control.sock"), SOCK_SEQPACKET | flags, TIMEOUT_S);

	json_object_object_add(request, what, argument);
	if (control < 0)
		return error_set(err, ERROR_FAILED,
				 "vimo-dm of %s does not answer, %s: it may be starting again, try once more", name,
				 strerror(errno));
	if (send_request(control, request, fds))
		return control;
	error_set(err, ERROR_FAILED, "vimo-dm of %s does not take requests, %s: try once more", name, strerror(errno));
	close(control);
	return -1;
}

/* Return: 0, or -1: ERROR_STATE with vimo-dm's words, ERROR_UNREACHABLE when vimo-dm may have done it. */
static int take_answer(const char *name, int control, struct error *err)
{
	char answer[1024] = "";
	ssize_t got = recv(control, answer, sizeof(answer) - 1, 0);

	answer[strcspn(answer, "\n")] = 0;
	if (got > 0 && !strncmp(answer, "OK", 2))
		return 0;
	if (got > 0) /* the slot is full, or a driver uses the device */
		return error_set(err, ERROR_STATE, "%s: %s", name, strncmp(answer, "ERROR ", 6) ? answer : answer + 6);
	return error_set(err, ERROR_UNREACHABLE, "vimo-dm of %s did not answer: %s", name,
			 got < 0 ? strerror(errno) : "it has ended");
}

/* Takes over @argument. Return: as take_answer() does; ERROR_FAILED when vimo-dm did not get the request. */
static int ask(const char *name, const char *what, json_object *argument, const struct fd_list *fds, struct error *err)
{
	CLEANUP_FD int control = begin(name, 0, what, argument, fds, err);

	return control < 0 ? -1 : take_answer(name, control, err);
}

/* An answer, the end of vimo-dm, or a timeout. */
static void finish(void *arg)
{
	struct dm_request *request = arg;
	dm_request_fn done = request->done;
	void *arg_of_done = request->arg;
	struct error err;
	int result = take_answer(request->guest, request->control, &err);

	dm_request_cancel(&request);
	done(arg_of_done, result, &err);
}

void dm_request_cancel(struct dm_request **request)
{
	if (!*request)
		return;
	watch_end(&(*request)->answer);
	watch_end(&(*request)->timer);
	close((*request)->control);
	free(*request);
	*request = NULL;
}

int dm_resize(const char *name, int64_t cols, int64_t rows, struct error *err)
{
	json_object *argument = json_object_new_object();

	json_put_number(argument, "cols", cols);
	json_put_number(argument, "rows", rows);
	return ask(name, "resize", argument, NULL, err);
}

int dm_power_button(const char *name, struct error *err)
{
	struct error inner;

	if (!ask(name, "powerbutton", json_object_new_object(), NULL, &inner))
		return 0;
	return error_set(err, ERROR_FAILED,
			 "cannot press the power button of %s: %.800s; vimoctl destroy ends the guest at once", name,
			 inner.text);
}

int dm_trigger(const char *name, const char *event, const char *key, struct error *err)
{
	json_object *argument = json_object_new_object();

	json_put_string(argument, "event", event);
	if (key)
		json_put_string(argument, "key", key);
	return ask(name, "trigger", argument, NULL, err);
}

int dm_add(const char *name, json_object *device, const struct fd_list *fds, struct error *err)
{
	return ask(name, "add", json_object_get(device), fds, err);
}

struct dm_request *dm_reconnect(uv_loop_t *loop, const char *name, uint32_t slot, const struct fd_list *fds,
				dm_request_fn done, void *arg, struct error *err)
{
	json_object *argument = json_object_new_object();
	struct dm_request *request;
	int control;

	json_put_number(argument, "slot", slot);
	control = begin(name, SOCK_NONBLOCK, "reconnect", argument, fds, err);
	if (control < 0)
		return NULL;
	request = alloc_zeroed(sizeof(*request));
	snprintf(request->guest, sizeof(request->guest), "%s", name);
	request->control = control;
	request->done = done;
	request->arg = arg;
	request->answer = watch_fd(loop, control, UV_READABLE, finish, request);
	request->timer = watch_timer(loop, TIMEOUT_S * 1000, finish, request);
	return request;
}

int dm_grow(const char *name, uint32_t slot, struct error *err)
{
	json_object *argument = json_object_new_object();

	json_put_number(argument, "slot", slot);
	return ask(name, "grow", argument, NULL, err);
}

int dm_retry(const char *name, struct error *err)
{
	return ask(name, "retry", json_object_new_object(), NULL, err);
}

int dm_remove(const char *name, uint32_t slot, bool force, struct error *err)
{
	json_object *argument = json_object_new_object();

	json_put_number(argument, "slot", slot);
	json_object_object_add(argument, "force", json_object_new_boolean(force));
	return ask(name, "remove", argument, NULL, err);
}
