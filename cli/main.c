// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - vimoctl: one table gives dispatch, help and completion.
 */
#include "vimoctl.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command {
	const char *name;
	command_fn run;     /* NULL: help, completion */
	int operands;
	const char *options; /* getopt's, short */
	const char *usage, *help;
} commands[] = {
	{ "create", cmd_create, 1, "cnt:", "[-c] [-n] [-t virtio|serial] CONFIG",
	  "create a guest from a file and start it (-c: attach its console, -n: only check)" },
	{ "list", cmd_list, 0, "", "", "list guests and their states" },
	{ "info", cmd_info, 1, "", "GUEST", "all about one guest" },
	{ "console", cmd_console, 1, "t:", "[-t virtio|serial] GUEST", "attach to a console (escape ^])" },
	{ "shutdown", cmd_shutdown, 1, "wT:", "[-w] [--timeout=SECONDS] GUEST",
	  "press the power button (-w: wait until the guest is off)" },
	{ "reboot", cmd_reboot, 1, "F", "[--force] GUEST", "shut down and start again (--force: at once)" },
	{ "destroy", cmd_destroy, 1, "", "GUEST", "end a guest at once" },
	{ "pause", cmd_pause, 1, "", "GUEST", "stop a guest's vCPUs" },
	{ "unpause", cmd_unpause, 1, "", "GUEST", "let them run again" },
	{ "dmesg", cmd_dmesg, 0, "", "", "the hypervisor's log" },
	{ "version", cmd_version, 0, "", "", "versions of all parts" },
	{ "help", NULL, 0, "", "", "this text" },
	{ "completion", NULL, 1, "", "bash", "print a completion script" },
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *out)
{
	fprintf(out, "usage: vimoctl COMMAND [--format=table|json] ...\n\n");
	for (size_t n = 0; n < COMMANDS; n++)
		fprintf(out, "  %-10s %-36s %s\n", commands[n].name, commands[n].usage, commands[n].help);
	fprintf(out, "\nExit status: 0 ok, 1 failure, 2 usage, 3 not found, 4 wrong state, "
		"5 daemon unreachable, 6 out of resources\n");
}

static int print_completion(const char *shell)
{
	if (strcmp(shell, "bash")) {
		fprintf(stderr, "vimoctl: no completion for %s: bash is there\n", shell);
		return ERROR_USAGE;
	}
	printf("_vimoctl() {\n\tlocal word=${COMP_WORDS[COMP_CWORD]}\n\tif [ \"$COMP_CWORD\" = 1 ]; then\n"
	       "\t\tCOMPREPLY=($(compgen -W '");
	for (size_t n = 0; n < COMMANDS; n++)
		printf("%s ", commands[n].name);
	printf("' -- \"$word\"))\n\telif [ \"${COMP_WORDS[1]}\" = create ]; then\n"
	       "\t\tCOMPREPLY=($(compgen -f -- \"$word\"))\n\telse\n"
	       "\t\tCOMPREPLY=($(compgen -W \"$(vimoctl list 2>/dev/null | awk 'NR > 1 { print $1 }')\" "
	       "-- \"$word\"))\n\tfi\n}\ncomplete -F _vimoctl vimoctl\n");
	return 0;
}

static int usage(const struct command *command)
{
	fprintf(stderr, "usage: vimoctl %s [--format=table|json] %s\n", command->name, command->usage);
	return ERROR_USAGE;
}

/* Return: 0 or ERROR_USAGE. */
static int parse(const struct command *command, int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
		{ "format", required_argument, NULL, 'f' }, { "console", no_argument, NULL, 'c' },
		{ "dry-run", no_argument, NULL, 'n' },      { "type", required_argument, NULL, 't' },
		{ "wait", no_argument, NULL, 'w' },         { "timeout", required_argument, NULL, 'T' },
		{ "force", no_argument, NULL, 'F' },        { NULL, 0, NULL, 0 },
	};
	char *end;
	int c;

	*options = (struct options){ .type = "virtio", .timeout_s = 60 };
	while ((c = getopt_long(argc, argv, "cnt:wFT:", longs, NULL)) != -1) {
		if (c != 'f' && !strchr(command->options, c))
			return usage(command);
		switch (c) {
		case 'f':
			options->json = !strcmp(optarg, "json");
			if (!options->json && strcmp(optarg, "table"))
				return usage(command);
			break;
		case 'c': options->console = true; break;
		case 'n': options->dry_run = true; break;
		case 'w': options->wait = true; break;
		case 'F': options->force = true; break;
		case 'T':
			options->timeout_s = strtol(optarg, &end, 10);
			if (*end || options->timeout_s < 1 || options->timeout_s > 86400)
				return usage(command);
			break;
		case 't':
			options->type = optarg;
			if (strcmp(optarg, "virtio") && strcmp(optarg, "serial"))
				return usage(command);
			break;
		default:
			return usage(command);
		}
	}
	if (argc - optind != command->operands)
		return usage(command);
	options->operand = argv[optind];
	return 0;
}

static int run(const struct command *command, const struct options *options)
{
	struct client client;
	struct error err = { 0 };
	int result;

	if (client_connect(&client, &err)) {
		fprintf(stderr, "vimoctl: %s\n", err.text);
		return err.code;
	}
	result = command->run(&client, options, &err);
	client_close(&client);
	if (!result)
		return 0;
	fprintf(stderr, "vimoctl: %s\n", err.text);
	return err.code ? err.code : ERROR_FAILED;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	struct options options;

	if (!strcmp(name, "help") || !strcmp(name, "--help") || !strcmp(name, "-h")) {
		print_help(stdout);
		return 0;
	}
	for (size_t n = 0; n < COMMANDS; n++) {
		if (strcmp(commands[n].name, name))
			continue;
		if (parse(&commands[n], argc - 1, argv + 1, &options))
			return ERROR_USAGE;
		return commands[n].run ? run(&commands[n], &options) : print_completion(options.operand);
	}
	if (*name)
		fprintf(stderr, "vimoctl: no command \"%s\"\n\n", name);
	print_help(stderr);
	return ERROR_USAGE;
}
