// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - vimoctl: dispatch, help and completion, all from one table.
 */
#include "vimoctl.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command {
	const char *name;
	command_fn run;      /* NULL: help, completion */
	const char *options; /* getopt's, short */
	const char *option_usage;
	const char *operands; /* in brackets: may be left out. The completion scripts know each of these words */
	const char *help;
} commands[] = {
	{ "create", cmd_create, "cnptE", "[-c] [-n] [-p] [-t virtio|serial] [--escape=KEY]", "CONFIG [KEY=VALUE]...",
	  "create a guest from a file (-: standard input) and start it (-c: attach its console, -n: only check, -p: leave it paused)" },
	{ "define", cmd_define, "", "", "CONFIG [KEY=VALUE]...", "keep a guest from a file, whether it runs or not" },
	{ "check", cmd_check, "", "", "host|cfg [CONFIG] [KEY=VALUE]...",
	  "check whether the host can run guests, or all of a file; nothing is changed" },
	{ "convert", cmd_convert, "o", "[-o FILE]", "CONFIG",
	  "print a guest.cfg made of an xl.cfg or of a libvirt domain's XML (-o: write a new file)" },
	{ "undefine", cmd_undefine, "", "", "GUEST", "keep a guest no longer; if it runs, it runs on" },
	{ "edit", cmd_edit, "", "", "GUEST", "change a defined guest in $EDITOR, for its next start" },
	{ "rename", cmd_rename, "", "", "GUEST NEW", "give a defined guest that does not run another name" },
	{ "start", cmd_start, "acptE", "[-c] [-p] [-t virtio|serial] [--escape=KEY] [--all]", "[GUEST]",
	  "start a defined guest (-c: attach its console, --all: as dom0's start does)" },
	{ "autostart", cmd_autostart, "ODX", "[--order=N] [--delay=SECONDS] [--off]", "GUEST",
	  "start a defined guest with dom0, or not any more (--off)" },
	{ "list", cmd_list, "aSK", "[--all] [--state=STATE] [--sort=KEY]", "",
	  "list the guests and their states (--all: also those that do not run)" },
	{ "top", cmd_top, "BINK", "[--batch] [--interval=SECONDS] [--count=N] [--sort=KEY]", "",
	  "show what guests do now: CPU, exits by cause, disks, networks" },
	{ "metrics", cmd_metrics, "H", "[--http]", "", "print counters of guests and host for Prometheus" },
	{ "info", cmd_info, "", "", "GUEST", "show all about a guest" },
	{ "problem", cmd_problem, "", "", "[GUEST]", "show what needs a person, of all guests or of one" },
	{ "events", cmd_events, "", "", "", "show guests, then their changes as they happen" },
	{ "log", cmd_log, "tLf", "[-f] [-t virtio|serial] [--lines=N]", "GUEST",
	  "print the log of a guest's console, also of a guest that has ended (-f: and go on)" },
	{ "why", cmd_why, "a", "[--all]", "GUEST", "tell why a guest ended (--all: its history)" },
	{ "console", cmd_console, "tEW", "[-t virtio|serial] [--escape=KEY] [--watch]", "GUEST",
	  "attach to a console (a terminal detaches by ^], --watch: only show its output)" },
	{ "channel", cmd_channel, "E", "[--escape=KEY]", "GUEST NAME",
	  "attach to a channel (a terminal detaches by ^])" },
	{ "channel-list", cmd_channel_list, "", "", "GUEST", "list the channels of a guest" },
	{ "shutdown", cmd_shutdown, "awT:", "[-w] [--timeout=SECONDS] [--all]", "[GUEST]",
	  "press the power button (-w: wait until the guest is off, --all: as dom0's shutdown does)" },
	{ "trigger", cmd_trigger, "", "", "GUEST power|sleep|wakeup|sysrq [KEY]",
	  "press a key of a guest; sysrq: Alt, SysRq and KEY, a letter or digit that Linux knows (h: help, s: sync)" },
	{ "reboot", cmd_reboot, "F", "[--force]", "GUEST", "shut a guest down and start it again (--force: at once)" },
	{ "destroy", cmd_destroy, "", "", "GUEST", "end a guest at once" },
	{ "pause", cmd_pause, "", "", "GUEST", "stop the vCPUs of a guest" },
	{ "unpause", cmd_unpause, "", "", "GUEST", "let the vCPUs of a guest run again" },
	{ "block-attach", cmd_block_attach, "", "", "GUEST SPEC",
	  "attach another disk to a guest, such as vdev=vdb,target=/path" },
	{ "block-detach", cmd_block_detach, "F", "[--force]", "GUEST VDEV", "detach a disk from a guest" },
	{ "block-resize", cmd_block_resize, "", "", "GUEST VDEV [SIZE]",
	  "let a disk grow to a size such as 20G; without one, to that of its volume or server" },
	{ "block-list", cmd_block_list, "", "", "GUEST", "list the disks of a guest" },
	{ "network-attach", cmd_network_attach, "", "", "GUEST SPEC",
	  "attach another network to a guest, such as bridge=br0" },
	{ "network-detach", cmd_network_detach, "F", "[--force]", "GUEST MAC|INDEX", "detach a network from a guest" },
	{ "network-list", cmd_network_list, "", "", "GUEST", "list the networks of a guest" },
	{ "snapshot-create", cmd_snapshot_create, "", "", "GUEST NEW",
	  "keep the disks of a defined guest that does not run" },
	{ "snapshot-list", cmd_snapshot_list, "", "", "GUEST", "list the snapshots of a guest that does not run" },
	{ "snapshot-revert", cmd_snapshot_revert, "", "", "GUEST SNAPSHOT",
	  "set the disks back to a snapshot; what was written since is lost" },
	{ "snapshot-delete", cmd_snapshot_delete, "", "", "GUEST SNAPSHOT", "delete a snapshot" },
	{ "dmesg", cmd_dmesg, "", "", "", "print the hypervisor's log" },
	{ "version", cmd_version, "", "", "", "print the versions of all parts" },
	{ "help", NULL, "", "", "[COMMAND]", "explain all commands, or one of them" },
	{ "completion", NULL, "", "", "[COMMAND]", "print commands, or the options of one, for completion scripts" },
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *out)
{
	fprintf(out, "usage: vimoctl COMMAND [--format=table|json] ...\n\n");
	for (size_t n = 0; n < COMMANDS; n++) {
		const struct command *command = &commands[n];
		int used = fprintf(out, "  %-14s %s%s%s", command->name, command->option_usage,
				   *command->option_usage ? " " : "", command->operands);

		fprintf(out, "%*s %s\n", used < 53 ? 53 - used : 0, "", command->help);
	}
	fprintf(out,
		"\nvimoctl COMMAND --help explains a command. A guest is created from a file such as\n\n"
		"  name = \"web1\"\n  kernel = \"/boot/Image\"\n  memory = 256\n\n"
		"guest.cfg(5) explains the file; vimoctl create -c web1.cfg starts the guest and attaches its console.\n"
		"\nExit status: 0 ok, 1 failure, 2 usage, 3 not found, 4 wrong state, "
		"5 vimod unreachable, 6 out of resources\n");
}

#define STATES "building|running|paused|stopped|ending|defined"
#define ORDERS "name|id|memory|time|state|cpu|exits|disk|network"

static const struct {
	const char *name, *value, *help; /* value: NULL: the option takes none */
	char letter;
	bool is_short; /* whether users can type the letter */
} option_table[] = {
	{ "format", "table|json", "print for people or for programs", 'j', false },
	{ "console", NULL, "attach the guest's console before it starts", 'c', true },
	{ "dry-run", NULL, "check everything and print the configuration, start nothing", 'n', true },
	{ "paused", NULL, "leave the guest paused before its first instruction", 'p', true },
	{ "escape", "KEY", "the key that detaches, such as ^X, or none; default: ^] of a terminal, else none", 'E',
	  false },
	{ "watch", NULL, "only show output: another client may write to the console", 'W', false },
	{ "type", "virtio|serial", "attach to this console; default: virtio", 't', true },
	{ "follow", NULL, "print what comes, too, until Ctrl-C", 'f', true },
	{ "lines", "N", "print the last N lines only", 'L', false },
	{ "state", STATES, "only guests in this state", 'S', false },
	{ "sort", ORDERS, "the order; default: name, and cpu of top", 'K', false },
	{ "batch", NULL, "print a table after each interval", 'B', false },
	{ "interval", "SECONDS", "between two looks, 1 to 3600; default: 2", 'I', false },
	{ "count", "N", "print so many tables, 1 to 1000000; default: until Ctrl-C", 'N', false },
	{ "http", NULL, "answer one request of HTTP on standard input", 'H', false },
	{ "wait", NULL, "return when the guest is off", 'w', true },
	{ "timeout", "SECONDS", "wait so long, 1 to 86400; default: 60", 'T', false },
	{ "force", NULL, "do not ask the guest: data that it has not written are lost", 'F', false },
	{ "all", NULL, "all guests: of list, also those that do not run; of why, the whole history", 'a', true },
	{ "order", "N", "lower ones start first and are shut down last, 0 to 9999; default: 100", 'O', false },
	{ "delay", "SECONDS", "wait so long before the next guest starts, 0 to 3600; default: 0", 'D', false },
	{ "off", NULL, "do not start it with dom0", 'X', false },
	{ "output", "FILE", "write to this file, which must not exist yet", 'o', true },
	{ "help", NULL, "show this help", 'h', true },
};
#define OPTIONS (sizeof(option_table) / sizeof(option_table[0]))

static bool takes(const struct command *command, int letter)
{
	return letter == 'j' || letter == 'h' || (letter != '?' && strchr(command->options, letter));
}

static void print_usage(FILE *out, const struct command *command)
{
	fprintf(out, "usage: vimoctl %s [--format=table|json]%s%s%s%s\n", command->name,
		*command->option_usage ? " " : "", command->option_usage, *command->operands ? " " : "",
		command->operands);
}

static void print_command_help(const struct command *command)
{
	print_usage(stdout, command);
	printf("\n%s\n\n", command->help);
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

/* Lines of fields between tabs, "-" for an empty one: the completion scripts of completions/ read them. */
static void print_completion(const struct command *command)
{
	for (size_t n = 0; n < COMMANDS && !command; n++)
		printf("%s\t%s\t%s\n", commands[n].name, *commands[n].operands ? commands[n].operands : "-",
		       commands[n].help);
	for (size_t n = 0; n < OPTIONS && command; n++) {
		if (!takes(command, option_table[n].letter))
			continue;
		printf("--%s%s\t", option_table[n].name, option_table[n].value ? "=" : "");
		printf(option_table[n].is_short ? "-%c\t" : "-\t", option_table[n].letter);
		printf("%s\t%s\n", option_table[n].value ? option_table[n].value : "-", option_table[n].help);
	}
}

/* Return: 0 or -1. */
static int take_number(int minimum, int maximum, int *number)
{
	char *end;
	long value = strtol(optarg, &end, 10);

	if (end == optarg || *end || value < minimum || value > maximum)
		return -1;
	*number = (int)value;
	return 0;
}

/* A character, ^ and a character for a control key, or "none". Return: 0 or -1. */
static int take_escape(int *escape)
{
	bool control = *optarg == '^' && optarg[1];
	unsigned char key = (unsigned char)optarg[control];

	if (!strcmp(optarg, "none")) {
		*escape = ESCAPE_NONE;
		return 0;
	}
	if (!key || optarg[control + 1] || key >= 0x80 || (control && (key < '?' || key == '`')))
		return -1;
	*escape = control ? (key == '?' ? 0x7f : key & 0x1f) : key;
	return 0;
}

/* Return: 0 if @value is one of @words, which "|" separates, or -1. */
static int one_of(const char *value, const char *words)
{
	size_t bytes = strlen(value);

	for (const char *word = words; *word; word += strspn(word, "|")) {
		size_t length = strcspn(word, "|");

		if (length == bytes && !strncmp(word, value, bytes))
			return 0;
		word += length;
	}
	return -1;
}

/* One option and its value. Return: 0 or -1. */
static int take_option(int letter, struct options *options)
{
	switch (letter) {
	case 'j': options->json = !strcmp(optarg, "json"); return options->json || !strcmp(optarg, "table") ? 0 : -1;
	case 'c': options->console = true; return 0;
	case 'n': options->dry_run = true; return 0;
	case 'w': options->wait = true; return 0;
	case 'B': options->batch = true; return 0;
	case 'H': options->http = true; return 0;
	case 'I': return take_number(1, 3600, &options->interval_s);
	case 'N': return take_number(1, 1000000, &options->count);
	case 'f': options->follow = true; return 0;
	case 'L': return take_number(1, 1000000, &options->lines);
	case 'S': options->state = optarg; return one_of(optarg, STATES);
	case 'K': options->sort = optarg; return one_of(optarg, ORDERS);
	case 'p': options->paused = true; return 0;
	case 'W': options->watch = true; return 0;
	case 'E': return take_escape(&options->escape);
	case 'F': options->force = true; return 0;
	case 'h': options->help = true; return 0;
	case 't': options->type = optarg; return strcmp(optarg, "virtio") && strcmp(optarg, "serial") ? -1 : 0;
	case 'a': options->all = true; return 0;
	case 'X': options->off = true; return 0;
	case 'o': options->output = optarg; return *optarg ? 0 : -1;
	case 'T': options->timeout_given = true; return take_number(1, 86400, &options->timeout_s);
	case 'O': return take_number(0, 9999, &options->order);
	case 'D': return take_number(0, 3600, &options->delay_s);
	default: return -1;
	}
}

/* An option that getopt knows and @command does not take, or a bad value. */
static void explain_option(const struct command *command, int letter)
{
	size_t n = 0;

	while (n < OPTIONS && option_table[n].letter != letter)
		n++;
	if (n == OPTIONS)
		return; /* getopt has explained it */
	if (!takes(command, letter))
		fprintf(stderr, "vimoctl: --%s is not an option of %s: leave it out\n", option_table[n].name,
			command->name);
	else
		fprintf(stderr, "vimoctl: --%s=%s is not valid: use --%s=%s (%s)\n", option_table[n].name, optarg,
			option_table[n].name, option_table[n].value, option_table[n].help);
}

/* Words of @command's operands, with or without those that may be left out; "..." stands for any number. */
static int count_operands(const struct command *command, bool optional)
{
	int count = 0;

	for (const char *word = command->operands; *word; word += strspn(word, " ")) {
		count += optional || *word != '[';
		word += strcspn(word, " ");
	}
	return optional && strstr(command->operands, "...") ? INT_MAX : count;
}

/* Return: 0 or -1. */
static int parse(const struct command *command, int argc, char **argv, struct options *options)
{
	struct option longs[OPTIONS + 1] = { 0 };
	int letter, operands;

	for (size_t n = 0; n < OPTIONS; n++)
		longs[n] =
			(struct option){ option_table[n].name, option_table[n].value ? required_argument : no_argument,
					 NULL, option_table[n].letter };
	*options = (struct options){
		.type = "virtio", .interval_s = 2, .timeout_s = 60, .order = -1, .delay_s = -1, .escape = ESCAPE_DEFAULT
	};
	argv[0] = (char *)"vimoctl"; /* the beginning of getopt's messages */
	while ((letter = getopt_long(argc, argv, "acfno:pt:wh", longs, NULL)) != -1)
		if (!takes(command, letter) || take_option(letter, options)) {
			explain_option(command, letter);
			return -1;
		}
	operands = argc - optind;
	if (!options->help && (operands < count_operands(command, false) || operands > count_operands(command, true)))
		return -1;
	if (!options->help && !strcmp(command->operands, "[GUEST]") && strchr(command->options, 'a') &&
	    (operands > 0) == options->all)
		return -1; /* either a guest, or all */
	options->operand = argv[optind];
	options->second = operands > 1 ? argv[optind + 1] : NULL;
	options->third = operands > 2 ? argv[optind + 2] : NULL;
	/* What "..." stands for; argv ends with NULL. */
	if (strstr(command->operands, "...") && operands >= count_operands(command, false))
		options->settings = argv + optind + count_operands(command, false);
	return 0;
}

static int run(const struct command *command, const struct options *options)
{
	struct client client = { .fd = -1 };
	struct error err = { 0 };
	bool alone = command->run == cmd_check || command->run == cmd_convert ||
		     command->run == cmd_metrics; /* they need no vimod, or connect */
	int result;

	result = (!alone && client_connect(&client, &err)) || command->run(&client, options, &err) ?
			 report_error(&client, &err, options->json) :
			 0;
	client_close(&client);
	return result;
}

static const struct command *find(const char *name)
{
	for (size_t n = 0; n < COMMANDS; n++)
		if (!strcmp(commands[n].name, name))
			return &commands[n];
	return NULL;
}

static int no_command(const char *name)
{
	fprintf(stderr, "vimoctl: \"%s\" is not a command: run 'vimoctl help' to list the commands\n", name);
	return ERROR_USAGE;
}

/* help, or completion, of all commands or of one. */
static int explain(const struct command *command, const char *about)
{
	const struct command *subject = about ? find(about) : NULL;

	if (about && !subject)
		return no_command(about);
	if (strcmp(command->name, "help"))
		print_completion(subject);
	else if (subject)
		print_command_help(subject);
	else
		print_help(stdout);
	return 0;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	const struct command *command;
	struct options options;

	if (!strcmp(name, "--help") || !strcmp(name, "-h"))
		name = "help";
	command = find(name);
	if (!command && *name)
		return no_command(name);
	if (!command) {
		print_help(stderr);
		return ERROR_USAGE;
	}
	if (parse(command, argc - 1, argv + 1, &options)) {
		print_usage(stderr, command);
		return ERROR_USAGE;
	}
	if (options.help)
		print_command_help(command);
	else if (command->run)
		return run(command, &options);
	else
		return explain(command, options.operand);
	return 0;
}
