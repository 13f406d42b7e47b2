// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * create.c - create a guest from a file.
 */
#include "cleanup.h"
#include "json.h"
#include "vimoctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define CONFIG_MAX 65536

char *read_config(const char *path, struct error *err)
{
	char *text = calloc(1, CONFIG_MAX + 1);
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 || !text ? -1 : read(fd, text, CONFIG_MAX);

	if (got >= 0 && got < CONFIG_MAX)
		return text;
	if (got < 0)
		error_set(err, ERROR_FAILED, "cannot read configuration %s: %s", path, strerror(errno));
	else
		error_set(err, ERROR_FAILED, "%s is not a guest configuration: it is larger than 64 KiB", path);
	free(text);
	return NULL;
}

json_object *config_of_text(struct client *client, const char *text, const char *file, const char *cwd,
			    struct error *err)
{
	json_object *json = json_object_new_object(), *reply, *config;

	json_put_string(json, "text", text);
	json_put_string(json, "file", file);
	json_put_string(json, "cwd", cwd);
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

int cmd_create(struct client *client, const struct options *options, struct error *err)
{
	CLEANUP_JSON json_object *parsed = NULL, *reply = NULL;
	CLEANUP_FREE char *text = read_config(options->operand, err), *cwd = getcwd(NULL, 0);
	bool progress = isatty(2) && !options->json && !options->dry_run;
	json_object *call, *config = NULL, *guest = NULL;
	const char *name;

	if (text && !cwd)
		return error_errno(err, "working directory");
	parsed = text ? config_of_text(client, text, options->operand, cwd, err) : NULL;
	if (!parsed)
		return -1;
	json_object_object_get_ex(parsed, "config", &config);
	name = json_string(config, "name");
	call = json_object_new_object();
	json_object_object_add(call, "config", json_object_get(config));
	json_object_object_add(call, "dry_run", json_object_new_boolean(options->dry_run));
	if (progress)
		fprintf(stderr, "Creating %s ...\r", name);
	reply = call_vimod(client, "io.vimo.Domains.Create", call, err);
	if (progress)
		fprintf(stderr, "\033[K");
	if (!reply)
		return -1;
	json_object_object_get_ex(reply, "guest", &guest);
	if (options->dry_run)
		print_json(config);
	else if (options->json)
		print_json(guest);
	else
		printf("%s started, domain %d\n", name, (int)json_number(guest, "id", 0));
	fflush(stdout);
	return options->console && !options->dry_run ? console_attach(client, name, options->type, err) : 0;
}
