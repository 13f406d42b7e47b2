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

/** Options and operands of one command line. */
struct options {
	const char *operand; /* GUEST, CONFIG or COMMAND; NULL: none */
	const char *second;  /* SPEC, or a disk, network or channel; NULL: none */
	const char *type;    /* console: virtio or serial */
	bool json, console, dry_run, wait, force, help, all, off;
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
int cmd_list(struct client *client, const struct options *options, struct error *err);
int cmd_info(struct client *client, const struct options *options, struct error *err);
int cmd_console(struct client *client, const struct options *options, struct error *err);
int cmd_channel(struct client *client, const struct options *options, struct error *err);
int cmd_channel_list(struct client *client, const struct options *options, struct error *err);
int cmd_shutdown(struct client *client, const struct options *options, struct error *err);
int cmd_reboot(struct client *client, const struct options *options, struct error *err);
int cmd_destroy(struct client *client, const struct options *options, struct error *err);
int cmd_pause(struct client *client, const struct options *options, struct error *err);
int cmd_unpause(struct client *client, const struct options *options, struct error *err);
int cmd_block_attach(struct client *client, const struct options *options, struct error *err);
int cmd_block_detach(struct client *client, const struct options *options, struct error *err);
int cmd_block_list(struct client *client, const struct options *options, struct error *err);
int cmd_network_attach(struct client *client, const struct options *options, struct error *err);
int cmd_network_detach(struct client *client, const struct options *options, struct error *err);
int cmd_network_list(struct client *client, const struct options *options, struct error *err);
int cmd_dmesg(struct client *client, const struct options *options, struct error *err);
int cmd_version(struct client *client, const struct options *options, struct error *err);

/** call_vimod() - client_call(); terminals can show all text of the reply. */
json_object *call_vimod(struct client *client, const char *method, json_object *parameters, struct error *err);
/** read_config() - the text of a guest.cfg, to be freed; NULL: @err is set. */
char *read_config(const char *path, struct error *err);
/** config_of_text() - the reply of ParseConfig, which has config and in it name. Return: NULL: @err is set. */
json_object *config_of_text(struct client *client, const char *text, const char *file, const char *cwd,
			    struct error *err);
/**
 * define_text() - a guest.cfg as a configuration; a guest that is defined keeps its UUID unless the text sets one.
 * @config: gets a new object
 *
 * Return: 0 or -1.
 */
int define_text(struct client *client, const char *text, const char *file, const char *cwd, json_object **config,
		struct error *err);
/** render_config() - write a configuration as a guest.cfg. */
void render_config(FILE *out, json_object *config);
/** print_json() - print an object with indentation. */
void print_json(json_object *json);
/** console_attach() - connect standard input and output to a guest's console. */
int console_attach(struct client *client, const char *name, const char *type, struct error *err);

#endif
