/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vimoctl.h - the commands, and their common parts.
 */
#ifndef CLI_VIMOCTL_H
#define CLI_VIMOCTL_H

#include "client.h"
#include "error.h"

#include <stdbool.h>

/** Options and operands of one command line. */
struct options {
	const char *operand; /* GUEST, CONFIG or COMMAND; NULL: none */
	const char *second;  /* SPEC, or a disk, network or channel; NULL: none */
	const char *type;    /* console: virtio or serial */
	bool json, console, dry_run, wait, force, help;
	int timeout_s;
};

/* Each returns 0, or -1 with the error set. */
typedef int (*command_fn)(struct client *client, const struct options *options, struct error *err);

int cmd_create(struct client *client, const struct options *options, struct error *err);
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
/** print_json() - print an object with indentation. */
void print_json(json_object *json);
/** console_attach() - connect standard input and output to a guest's console. */
int console_attach(struct client *client, const char *name, const char *type, struct error *err);

#endif
