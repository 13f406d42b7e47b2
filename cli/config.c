// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * config.c - read a guest.cfg, have vimod parse it, and tell what is wrong in it.
 */
#include "cfg.h"
#include "cleanup.h"
#include "json.h"
#include "vimoctl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

const char *config_file_name(const char *path)
{
	return strcmp(path, "-") ? path : "stdin";
}

/* Up to @size bytes; a pipe gives them piece by piece. Return: the bytes, or -1. */
static ssize_t read_all(int fd, char *to, size_t size)
{
	size_t used = 0;
	ssize_t got;

	do {
		got = read(fd, to + used, size - used);
		used += got > 0 ? (size_t)got : 0;
	} while ((got > 0 && used < size) || (got < 0 && errno == EINTR));
	return got < 0 ? -1 : (ssize_t)used;
}

char *read_config(const char *path, struct error *err)
{
	char *text = calloc(1, CFG_TEXT_MAX + 1);
	const char *name = config_file_name(path);
	bool standard = !strcmp(path, "-");
	CLEANUP_FD int fd = standard ? dup(0) : open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 || !text ? -1 : read_all(fd, text, CFG_TEXT_MAX);
	struct error inner;
	int line = got < 0 ? 0 : cfg_check_text(text, (size_t)got, &inner);

	if (got >= 0 && !line)
		return text;
	if (got < 0)
		error_set(err, ERROR_FAILED, "configuration %s cannot be read: %s", name, strerror(errno));
	else
		error_set(err, ERROR_FAILED, "%s:%d: %s", name, line, inner.text);
	free(text);
	return NULL;
}

static json_object *array_of(char **settings)
{
	json_object *array = json_object_new_array();

	for (; *settings; settings++)
		json_object_array_add(array, json_object_new_string(*settings));
	return array;
}

json_object *config_of_text(struct client *client, const char *text, const char *file, const char *cwd, char **settings,
			    struct error *err)
{
	json_object *json = json_object_new_object(), *reply, *config;

	json_put_string(json, "text", text);
	json_put_string(json, "file", file);
	json_put_string(json, "cwd", cwd);
	if (settings && *settings)
		json_object_object_add(json, "settings", array_of(settings));
	reply = client_call(client, "io.vimo.Domains.ParseConfig", json, err);
	if (!reply)
		return NULL;
	if (json_object_object_get_ex(reply, "config", &config) && json_string(config, "name"))
		return reply;
	json_object_put(reply);
	error_set(err, ERROR_FAILED,
		  "the answer of vimod lacks the configuration: install vimod and vimoctl of one release");
	return NULL;
}

void config_place_error(struct client *client, json_object *parsed, const char *file, struct error *err)
{
	struct error inner = *err;
	json_object *lines;
	int line;

	if (!*err->key || !json_object_object_get_ex(parsed, "lines", &lines))
		return;
	line = (int)json_number(lines, err->key, 0);
	if (!line)
		return;
	error_key(err, inner.code, inner.key, "%.200s:%d: %.800s", file, line, inner.text);
	if (client->failure)
		json_put_number(client->failure, "line", line);
}
