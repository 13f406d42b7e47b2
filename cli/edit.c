// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * edit.c - change a definition in an editor, as a guest.cfg.
 */
#include "cleanup.h"
#include "json.h"
#include "vimoctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* The user's editor, as a shell's words: it may have arguments. Return: 0 or -1. */
static int run_editor(const char *path, struct error *err)
{
	const char *visual = getenv("VISUAL"), *editor = getenv("EDITOR"), *words = "vi";
	char script[512];
	int status;
	pid_t child;

	if (visual && *visual)
		words = visual;
	else if (editor && *editor)
		words = editor;
	if (snprintf(script, sizeof(script), "%s \"$1\"", words) >= (int)sizeof(script))
		return error_set(err, ERROR_FAILED, "$EDITOR is too long: set EDITOR to the path of an editor");
	child = fork();
	if (!child) {
		execl("/bin/sh", "sh", "-c", script, "sh", path, (char *)NULL);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return error_errno(err, "/bin/sh");
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return error_set(err, ERROR_FAILED,
				 "the editor \"%.200s\" failed, and nothing is changed: set EDITOR to an editor",
				 words);
	return 0;
}

/* Return: 0 or -1. */
static int write_temporary(char *path, const char *name, json_object *config, struct error *err)
{
	int fd = mkstemps(path, (int)strlen(".cfg")); /* mode 0600 */
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (!file)
		return error_errno(err, "%s", path);
	fprintf(file,
		"# %s: guest.cfg(5). A key that is removed gets its default. The guest takes changes at its next "
		"start.\n",
		name);
	render_config(file, config);
	return fclose(file) ? error_errno(err, "%s", path) : 0;
}

/* Ask whether the errors are to be mended. Return: whether they are. */
static bool ask_again(const struct client *client, const struct error *err)
{
	char answer[16];

	report_error(client, err, false);
	fputs("Edit again? [Y/n] ", stderr);
	return fgets(answer, sizeof(answer), stdin) && *answer != 'n' && *answer != 'N';
}

/* Check the text, and take it. Return: 0 or -1. */
static int take(struct client *client, const char *path, const struct options *options, struct error *err)
{
	CLEANUP_FREE char *text = read_config(path, err);
	CLEANUP_JSON json_object *config = NULL, *reply = NULL;
	json_object *parameters;

	client_close(client); /* vimod may have been started again meanwhile */
	if (!text || client_connect(client, err) ||
	    define_text(client, options, text, options->operand, "/", &config, err))
		return -1;
	if (strcmp(json_string(config, "name"), options->operand))
		return error_set(
			err, ERROR_FAILED,
			"name = \"%s\" is another guest's: set name to \"%s\", and run 'vimoctl rename' to rename it",
			json_string(config, "name"), options->operand);
	parameters = json_object_new_object();
	json_object_object_add(parameters, "config", json_object_get(config));
	reply = call_vimod(client, "io.vimo.Domains.Define", parameters, err);
	return reply ? 0 : -1;
}

/* Return: 0 or -1. */
static int edit_until_good(struct client *client, const char *path, const struct options *options, struct error *err)
{
	struct stat before, after;

	if (stat(path, &before) || run_editor(path, err))
		return -1;
	if (stat(path, &after))
		return error_errno(err, "%s", path);
	if (before.st_mtim.tv_sec == after.st_mtim.tv_sec && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec &&
	    before.st_ino == after.st_ino) {
		printf("%s is not changed\n", options->operand);
		return 0;
	}
	while (take(client, path, options, err)) {
		if (!ask_again(client, err))
			return error_set(err, ERROR_FAILED, "%s is not changed", options->operand);
		if (run_editor(path, err))
			return -1;
	}
	printf("%s is changed for its next start\n", options->operand);
	return 0;
}

int cmd_edit(struct client *client, const struct options *options, struct error *err)
{
	json_object *parameters = json_object_new_object(), *config = NULL;
	CLEANUP_JSON json_object *reply = NULL;
	char path[] = "/tmp/vimoctl-XXXXXX.cfg";
	int result;

	json_put_string(parameters, "name", options->operand);
	reply = client_call(client, "io.vimo.Domains.Definition", parameters, err);
	if (!reply)
		return -1;
	json_object_object_get_ex(reply, "config", &config);
	result = write_temporary(path, options->operand, config, err);
	if (!result)
		result = edit_until_good(client, path, options, err);
	unlink(path);
	return result;
}
