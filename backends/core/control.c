// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * control.c - what the daemon asks of a running device model: one line on
 * RUN_DIR/control.sock (root's only), one line back.
 */
#include "core/dm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct control_client {
	uv_pipe_t pipe;
	uv_write_t reply;
	struct dm *dm;
	char line[64];
	size_t used;
};

static void control_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void control_replied(uv_write_t *request, int status)
{
	(void)status;
	uv_close((uv_handle_t *)request->handle, control_closed);
}

static void control_reply(struct control_client *client, const char *text)
{
	uv_buf_t buffer = uv_buf_init((char *)text, (unsigned int)strlen(text));

	uv_read_stop((uv_stream_t *)&client->pipe);
	if (uv_write(&client->reply, (uv_stream_t *)&client->pipe, &buffer, 1, control_replied))
		uv_close((uv_handle_t *)&client->pipe, control_closed);
}

static void control_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	struct control_client *client = handle->data;

	(void)suggested;
	*buffer = uv_buf_init(client->line + client->used, (unsigned int)(sizeof(client->line) - 1 - client->used));
}

static void control_read(uv_stream_t *stream, ssize_t bytes, const uv_buf_t *buffer)
{
	struct control_client *client = stream->data;
	char *end;

	(void)buffer;
	if (bytes == UV_ENOBUFS) {
		control_reply(client, "ERROR the line is too long\n");
		return;
	}
	if (bytes < 0) {
		uv_close((uv_handle_t *)stream, control_closed);
		return;
	}
	client->used += (size_t)bytes;
	client->line[client->used] = '\0';
	end = strchr(client->line, '\n');
	if (!end)
		return;
	*end = '\0';
	if (strcmp(client->line, "powerbutton")) {
		control_reply(client, "ERROR unknown request: this device model knows powerbutton\n");
		return;
	}
	dm_power_button(client->dm);
	control_reply(client, "OK\n");
}

static void control_came(uv_stream_t *listener, int status)
{
	struct control_client *client = status < 0 ? NULL : calloc(1, sizeof(*client));

	if (!client)
		return;
	client->dm = listener->data;
	uv_pipe_init(listener->loop, &client->pipe, 0);
	client->pipe.data = client;
	if (uv_accept(listener, (uv_stream_t *)&client->pipe) ||
	    uv_read_start((uv_stream_t *)&client->pipe, control_buffer, control_read))
		uv_close((uv_handle_t *)&client->pipe, control_closed);
}

int dm_open_control(struct dm *dm, struct error *err)
{
	const char *path = dm_path(dm, "control.sock");
	int status;

	unlink(path);
	uv_pipe_init(&dm->loop, &dm->control, 0);
	dm->control.data = dm;
	status = uv_pipe_bind(&dm->control, path);
	if (!status && chmod(path, 0600))
		status = -errno;
	if (!status)
		status = uv_listen((uv_stream_t *)&dm->control, 4, control_came);
	return status ? error_set(err, ERROR_FAILED, "%s: %s", path, uv_strerror(status)) : 0;
}
