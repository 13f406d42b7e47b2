// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * convert.c - vimoctl convert: a guest.cfg from an xl.cfg or libvirt's XML. It runs with the user's rights, without
 * vimod.
 */
#include "cleanup.h"
#include "convert_libvirt.h"
#include "convert_xl.h"
#include "vimoctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Return: 0, or -1: a guest cannot be created from it. */
static int check_complete(const struct conversion *conversion, struct error *err)
{
	static const char *const needed[] = { "name", "kernel" };

	for (size_t n = 0; n < sizeof(needed) / sizeof(needed[0]); n++)
		if (!json_object_object_get_ex(conversion->config, needed[n], NULL))
			return error_key(err, ERROR_FAILED, needed[n], "%s: it has no %s: add %s = \"%s\"",
					 conversion->file, needed[n], needed[n], n ? "/boot/vmlinuz" : "web1");
	return 0;
}

static void print_config(FILE *out, json_object *config, bool json)
{
	if (json)
		write_json(out, config);
	else
		render_config(out, config);
}

/* A file that exists may have been edited: it stays. A file that cannot be written whole goes. Return: 0 or -1. */
static int write_config(const char *path, json_object *config, bool json, struct error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
	bool failed;

	if (!out && errno == EEXIST)
		return error_set(err, ERROR_STATE, "%s exists: remove it, or name another file", path);
	if (!out)
		return error_errno(err, "%s", path);
	print_config(out, config, json);
	failed = ferror(out);
	if (!fclose(out) && !failed)
		return 0;
	error_errno(err, "%s", path);
	unlink(path);
	return -1;
}

int cmd_convert(struct client *client, const struct options *options, struct error *err)
{
	CLEANUP_FREE char *text = read_config(options->operand, err);
	CLEANUP_JSON json_object *config = json_object_new_object();
	struct conversion conversion = { config_file_name(options->operand), config };
	const char *begin = text;

	(void)client;
	if (!text)
		return -1;
	if (!strncmp(begin, "\xef\xbb\xbf", 3))
		begin += 3;
	begin += strspn(begin, " \t\r\n");
	if (*begin == '<' ? convert_libvirt(&conversion, begin, err) : convert_xl(&conversion, text, err))
		return -1;
	if (options->output && write_config(options->output, config, options->json, err))
		return -1;
	if (!options->output)
		print_config(stdout, config, options->json);
	fflush(stdout);
	return check_complete(&conversion, err);
}
