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
	command_fn run; /* NULL: help, completion */
	int operands;
	const char *options; /* getopt's, short */
	const char *usage, *help;
} commands[] = {
	{ "create", cmd_create, 1, "cnt", "[-c] [-n] [-t virtio|serial] CONFIG",
	  "create a guest from a file and start it (-c: attach its console, -n: only check)" },
	{ "list", cmd_list, 0, "", "", "list guests and their states" },
	{ "info", cmd_info, 1, "", "GUEST", "all about one guest" },
	{ "console", cmd_console, 1, "t", "[-t virtio|serial] GUEST", "attach to a console (escape ^])" },
	{ "channel", cmd_channel, 2, "", "GUEST NAME", "attach to a channel (escape ^])" },
	{ "channel-list", cmd_channel_list, 1, "", "GUEST", "a guest's channels" },
	{ "shutdown", cmd_shutdown, 1, "wT:", "[-w] [--timeout=SECONDS] GUEST",
	  "press the power button (-w: wait until the guest is off)" },
	{ "reboot", cmd_reboot, 1, "F", "[--force] GUEST", "shut down and start again (--force: at once)" },
	{ "destroy", cmd_destroy, 1, "", "GUEST", "end a guest at once" },
	{ "pause", cmd_pause, 1, "", "GUEST", "stop a guest's vCPUs" },
	{ "unpause", cmd_unpause, 1, "", "GUEST", "let them run again" },
	{ "block-attach", cmd_block_attach, 2, "", "GUEST SPEC",
	  "give a guest another disk, as vdev=vdb,target=/path" },
	{ "block-detach", cmd_block_detach, 2, "F", "[--force] GUEST VDEV", "take a disk away" },
	{ "block-list", cmd_block_list, 1, "", "GUEST", "a guest's disks" },
	{ "network-attach", cmd_network_attach, 2, "", "GUEST SPEC", "give a guest another network, as bridge=br0" },
	{ "network-detach", cmd_network_detach, 2, "F", "[--force] GUEST MAC|INDEX", "take a network away" },
	{ "network-list", cmd_network_list, 1, "", "GUEST", "a guest's networks" },
	{ "dmesg", cmd_dmesg, 0, "", "", "the hypervisor's log" },
	{ "version", cmd_version, 0, "", "", "versions of all parts" },
	{ "help", NULL, 0, "", "[COMMAND]", "this text, or all about one command" },
	{ "completion", NULL, 1, "", "bash", "print a completion script" },
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *out)
{
	fprintf(out, "usage: vimoctl COMMAND [--format=table|json] ...\n\n");
	for (size_t n = 0; n < COMMANDS; n++)
		fprintf(out, "  %-14s %-36s %s\n", commands[n].name, commands[n].usage, commands[n].help);
	fprintf(out, "\nvimoctl COMMAND --help tells more. A guest is made from a file such as\n\n"
		     "  name = \"web1\"\n  kernel = \"/boot/Image\"\n  memory = 256\n\n"
		     "which guest.cfg(5) explains: vimoctl create -c web1.cfg starts it and attaches its console.\n"
		     "\nExit status: 0 ok, 1 failure, 2 usage, 3 not found, 4 wrong state, "
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
	printf("' -- \"$word\"))\n\telif [[ $word == -* ]]; then\n\t\tCOMPREPLY=($(compgen -W \"$(vimoctl \"${COMP_WORDS[1]}\" "
	       "--help 2>/dev/null | grep -oE -e '--[a-z-]+')\" -- \"$word\"))\n"
	       "\telif [ \"${COMP_WORDS[1]}\" = create ]; then\n"
	       "\t\tCOMPREPLY=($(compgen -f -- \"$word\"))\n"
	       "\telif [ \"$COMP_CWORD\" = 3 ] && [[ ${COMP_WORDS[1]} =~ ^(.*-)detach$|^channel$ ]]; then\n"
	       "\t\tCOMPREPLY=($(compgen -W \"$(vimoctl \"${BASH_REMATCH[1]:-channel-}list\" \"${COMP_WORDS[2]}\" 2>/dev/null | "
	       "awk 'NR > 1 { print $1 }')\" -- \"$word\"))\n\telse\n"
	       "\t\tCOMPREPLY=($(compgen -W \"$(vimoctl list 2>/dev/null | awk 'NR > 1 { print $1 }')\" "
	       "-- \"$word\"))\n\tfi\n}\ncomplete -F _vimoctl vimoctl\n");
	return 0;
}

static const struct {
	const char *name, *value, *help; /* value: NULL when it takes none */
	char letter;
	bool is_short; /* the letter can be typed, too */
} option_table[] = {
	{ "format", "table|json", "how to print: for people or for programs", 'f', false },
	{ "console", NULL, "attach the guest's console before it starts", 'c', true },
	{ "dry-run", NULL, "check everything and print the configuration, start nothing", 'n', true },
	{ "type", "virtio|serial", "which console; virtio unless given", 't', true },
	{ "wait", NULL, "return when the guest is off", 'w', true },
	{ "timeout", "SECONDS", "how long to wait, 1 to 86400; 60 unless given", 'T', false },
	{ "force", NULL, "do not ask the guest: unwritten data is lost", 'F', false },
	{ "help", NULL, "this text", 'h', true },
};
#define OPTIONS (sizeof(option_table) / sizeof(option_table[0]))

static bool takes(const struct command *command, int letter)
{
	return letter == 'f' || letter == 'h' || (letter != '?' && strchr(command->options, letter));
}

static int usage(const struct command *command)
{
	fprintf(stderr, "usage: vimoctl %s [--format=table|json] %s\n", command->name, command->usage);
	return ERROR_USAGE;
}

static void print_command_help(const struct command *command)
{
	printf("usage: vimoctl %s [--format=table|json] %s\n\n%s\n\n", command->name, command->usage, command->help);
	for (size_t n = 0; n < OPTIONS; n++) {
		char left[48];

		if (!takes(command, option_table[n].letter))
			continue;
		snprintf(left, sizeof(left), "--%s%s%s", option_table[n].name, option_table[n].value ? "=" : "",
			 option_table[n].value ? option_table[n].value : "");
		printf("  %c%c %-22s %s\n", option_table[n].is_short ? '-' : ' ',
		       option_table[n].is_short ? option_table[n].letter : ' ', left, option_table[n].help);
	}
	printf("\nSee vimoctl(1)%s.\n", command->run == cmd_create ? " and guest.cfg(5)" : "");
}

/* One option and its value. Return: 0 or -1. */
static int take_option(int letter, struct options *options)
{
	char *end;

	switch (letter) {
	case 'f': options->json = !strcmp(optarg, "json"); return options->json || !strcmp(optarg, "table") ? 0 : -1;
	case 'c': options->console = true; return 0;
	case 'n': options->dry_run = true; return 0;
	case 'w': options->wait = true; return 0;
	case 'F': options->force = true; return 0;
	case 'h': options->help = true; return 0;
	case 't': options->type = optarg; return strcmp(optarg, "virtio") && strcmp(optarg, "serial") ? -1 : 0;
	case 'T':
		options->timeout_s = (int)strtol(optarg, &end, 10);
		return *end || options->timeout_s < 1 || options->timeout_s > 86400 ? -1 : 0;
	default: return -1;
	}
}

/* Return: 0 or ERROR_USAGE. */
static int parse(const struct command *command, int argc, char **argv, struct options *options)
{
	struct option longs[OPTIONS + 1] = { 0 };
	int letter;

	for (size_t n = 0; n < OPTIONS; n++)
		longs[n] =
			(struct option){ option_table[n].name, option_table[n].value ? required_argument : no_argument,
					 NULL, option_table[n].letter };
	*options = (struct options){ .type = "virtio", .timeout_s = 60 };
	argv[0] = (char *)"vimoctl"; /* what getopt's messages begin with */
	while ((letter = getopt_long(argc, argv, "cnt:wh", longs, NULL)) != -1)
		if (!takes(command, letter) || take_option(letter, options))
			return usage(command);
	if (!options->help && argc - optind != command->operands)
		return usage(command);
	options->operand = argv[optind];
	options->second = command->operands > 1 ? argv[optind + 1] : NULL;
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

static const struct command *find(const char *name)
{
	for (size_t n = 0; n < COMMANDS; n++)
		if (!strcmp(commands[n].name, name))
			return &commands[n];
	return NULL;
}

static int help(const char *about)
{
	const struct command *command = about ? find(about) : NULL;

	if (command)
		print_command_help(command);
	else
		print_help(stdout);
	if (!about || command)
		return 0;
	fprintf(stderr, "vimoctl: no command \"%s\"\n", about);
	return ERROR_USAGE;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	const struct command *command = find(name);
	struct options options;

	if (!strcmp(name, "help") || !strcmp(name, "--help") || !strcmp(name, "-h"))
		return help(argc > 2 ? argv[2] : NULL);
	if (!command) {
		if (*name)
			fprintf(stderr, "vimoctl: no command \"%s\"\n\n", name);
		print_help(stderr);
		return ERROR_USAGE;
	}
	if (parse(command, argc - 1, argv + 1, &options))
		return ERROR_USAGE;
	if (options.help)
		return help(command->name);
	return command->run ? run(command, &options) : print_completion(options.operand);
}
