// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * create.c - create a guest from a file.
 */
#include "cleanup.h"
#include "json.h"
#include "vimoctl.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define CONFIG_MAX 65536

static json_object *read_config(const char *path, struct error *err)
{
	CLEANUP_FREE char *text = calloc(1, CONFIG_MAX + 1);
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	char cwd[PATH_MAX];
	json_object *json;
	ssize_t got = fd < 0 || !text ? -1 : read(fd, text, CONFIG_MAX);

	if (got < 0 || !getcwd(cwd, sizeof(cwd))) {
		error_set(err, ERROR_FAILED, "cannot read configuration %s: %s", path, strerror(errno));
		return NULL;
	}
	if (got == CONFIG_MAX) {
		error_set(err, ERROR_FAILED, "%s is not a guest configuration: it is larger than 64 KiB", path);
		return NULL;
	}
	json = json_object_new_object();
	json_put_string(json, "text", text);
	json_put_string(json, "file", path);
	json_put_string(json, "cwd", cwd);
	return json;
}

int cmd_create(struct client *client, const struct options *options, struct error *err)
{
	CLEANUP_JSON json_object *parsed = NULL, *reply = NULL;
	json_object *call = read_config(options->operand, err), *config, *guest = NULL;
	bool progress = isatty(2) && !options->json && !options->dry_run;
	const char *name;

	parsed = call ? client_call(client, "io.vimo.Domains.ParseConfig", call, err) : NULL;
	if (!parsed)
		return -1;
	name = json_object_object_get_ex(parsed, "config", &config) ? json_string(config, "name") : NULL;
	if (!name)
		return error_set(
			err, ERROR_FAILED,
			"the answer of vimod lacks the configuration: install vimod and vimoctl of one release");
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
