/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vimoctl.h - the commands, and their common parts.
 */
#ifndef CLI_VIMOCTL_H
#define CLI_VIMOCTL_H

#include "client.h"
#include "error.h"

#include <stdbool.h>
#include <stdio.h>

/* In place of a key that detaches from a console. */
#define ESCAPE_DEFAULT (-1) /* ^] where input is a terminal */
#define ESCAPE_NONE (-2)

/** Options and operands of one command line. */
struct options {
	const char *operand;   /* GUEST, CONFIG or COMMAND; NULL: none */
	const char *second;    /* SPEC, or a disk, network or channel; NULL: none */
	const char *third;     /* SIZE, or the key of a trigger; NULL: none */
	char **settings;       /* KEY=VALUE in place of keys of CONFIG, up to NULL; NULL: none */
	const char *type;      /* console: virtio or serial */
	const char *output;    /* convert: the new file; NULL: standard output */
	bool quiet;            /* create: print nothing of what is only checked */
	const char *state;     /* list: only guests in it; NULL: in any */
	const char *sort;      /* list, top: the order; NULL: not given */
	int lines;             /* log: so many of the end; 0: all */
	bool follow;           /* log */
	bool batch, http;      /* top, metrics */
	int interval_s, count; /* top; count: 0: until it is ended */
	bool json, console, dry_run, paused, watch, wait, force, help, all, off, timeout_given;
	int escape;                    /* console: the key that detaches, or ESCAPE_* */
	int timeout_s, order, delay_s; /* order, delay_s: -1: not given */
};

/* Each returns 0, or -1 with the error set. */
typedef int (*command_fn)(struct client *client, const struct options *options, struct error *err);

int cmd_create(struct client *client, const struct options *options, struct error *err);
int cmd_define(struct client *client, const struct options *options, struct error *err);
int cmd_undefine(struct client *client, const struct options *options, struct error *err);
int cmd_edit(struct client *client, const struct options *options, struct error *err);
int cmd_start(struct client *client, const struct options *options, struct error *err);
int cmd_rename(struct client *client, const struct options *options, struct error *err);
int cmd_autostart(struct client *client, const struct options *options, struct error *err);
int cmd_check(struct client *client, const struct options *options, struct error *err);
int cmd_convert(struct client *client, const struct options *options, struct error *err);
int cmd_why(struct client *client, const struct options *options, struct error *err);
int cmd_events(struct client *client, const struct options *options, struct error *err);
int cmd_problem(struct client *client, const struct options *options, struct error *err);
int cmd_log(struct client *client, const struct options *options, struct error *err);
int cmd_top(struct client *client, const struct options *options, struct error *err);
int cmd_metrics(struct client *client, const struct options *options, struct error *err);
int cmd_list(struct client *client, const struct options *options, struct error *err);
int cmd_info(struct client *client, const struct options *options, struct error *err);
int cmd_console(struct client *client, const struct options *options, struct error *err);
int cmd_channel(struct client *client, const struct options *options, struct error *err);
int cmd_channel_list(struct client *client, const struct options *options, struct error *err);
int cmd_shutdown(struct client *client, const struct options *options, struct error *err);
int cmd_trigger(struct client *client, const struct options *options, struct error *err);
int cmd_reboot(struct client *client, const struct options *options, struct error *err);
int cmd_destroy(struct client *client, const struct options *options, struct error *err);
int cmd_pause(struct client *client, const struct options *options, struct error *err);
int cmd_unpause(struct client *client, const struct options *options, struct error *err);
int cmd_block_attach(struct client *client, const struct options *options, struct error *err);
int cmd_block_detach(struct client *client, const struct options *options, struct error *err);
int cmd_block_resize(struct client *client, const struct options *options, struct error *err);
int cmd_block_list(struct client *client, const struct options *options, struct error *err);
int cmd_network_attach(struct client *client, const struct options *options, struct error *err);
int cmd_network_detach(struct client *client, const struct options *options, struct error *err);
int cmd_network_list(struct client *client, const struct options *options, struct error *err);
int cmd_snapshot_create(struct client *client, const struct options *options, struct error *err);
int cmd_snapshot_list(struct client *client, const struct options *options, struct error *err);
int cmd_snapshot_revert(struct client *client, const struct options *options, struct error *err);
int cmd_snapshot_delete(struct client *client, const struct options *options, struct error *err);
int cmd_dmesg(struct client *client, const struct options *options, struct error *err);
int cmd_version(struct client *client, const struct options *options, struct error *err);

/** call_vimod() - client_call(); terminals can show all text of the reply. */
json_object *call_vimod(struct client *client, const char *method, json_object *parameters, struct error *err);
/**
 * define_text() - a guest.cfg as a configuration; a guest that is defined keeps its UUID unless the text sets one.
 * @config: gets a new object
 *
 * Return: 0 or -1.
 */
int define_text(struct client *client, const struct options *options, const char *text, const char *file,
		const char *cwd, json_object **config, struct error *err);
/** render_config() - write a configuration as a guest.cfg. */
void render_config(FILE *out, json_object *config);
/** start_all() - what dom0's start does. Return: 0, or -1 when a guest did not start. */
int start_all(struct client *client, const struct options *options, struct error *err);
/** shutdown_all() - what dom0's shutdown does. Return: 0 or -1. */
int shutdown_all(struct client *client, const struct options *options, struct error *err);
/** named_guest() - parameters with the name of the guest that is the operand. */
json_object *named_guest(const struct options *options);
/** print_members() - a line "PARENT.KEY: VALUE" for each member. @dot: "" for the outermost object */
void print_members(json_object *object, const char *parent, const char *dot);
/** print_started() - tell that a guest is there. @guest: of the reply */
void print_started(const struct options *options, const char *name, json_object *guest);
/** write_json() - write an object with indentation. */
void write_json(FILE *out, json_object *json);
/** print_json() - write_json() to standard output. */
void print_json(json_object *json);
/** report_warnings() - print the warnings of a reply of ParseConfig on standard error. */
void report_warnings(json_object *reply, bool json);
/** report_error() - print an error, or all that the last reply of @client lists. Return: the exit status. */
int report_error(const struct client *client, const struct error *err, bool json);
/** config_file_name() - the name of @path in messages. */
const char *config_file_name(const char *path);
/** read_config() - the text of a guest.cfg, "-": standard input; to be freed. Return: NULL: @err is set. */
char *read_config(const char *path, struct error *err);
/**
 * config_of_text() - the reply of ParseConfig, which has config and in it name.
 * @cwd: where relative paths start
 * @settings: KEY=VALUE in place of keys of the text, up to NULL; NULL: none
 *
 * Return: NULL: @err is set.
 */
json_object *config_of_text(struct client *client, const char *text, const char *file, const char *cwd, char **settings,
			    struct error *err);
/** config_place_error() - put file and line of its key before an error of the configuration @parsed. */
void config_place_error(struct client *client, json_object *parsed, const char *file, struct error *err);
/**
 * console_attach() - connect standard input and output to a guest's console.
 * @unpause: unpause the guest once the console is connected, so that no output is missed
 */
int console_attach(struct client *client, const struct options *options, const char *name, bool unpause,
		   struct error *err);

#endif
