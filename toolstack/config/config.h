/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config.h - the keys of guest.cfg; between canonical JSON and a checked struct guest_config.
 */
#ifndef TOOLSTACK_CONFIG_CONFIG_H
#define TOOLSTACK_CONFIG_CONFIG_H

#include "config/complete.h"
#include "config/guest_config.h"
#include "config/keys.h"
#include "error.h"

#include <json-c/json.h>

extern const struct key_table config_keys, config_disk_keys, config_vif_keys, config_fs_keys, config_channel_keys;

#define CONFIG_ACTION_HINT "destroy, restart or preserve"
/* By enum guest_action, NULL after the last. */
extern const char *const config_action_names[];

/** config_check_interface() - whether a network interface may have the name. Return: 0 or -1. */
int config_check_interface(const char *name, struct error *err);

/** config_check_name() - whether a guest may have the name. Return: 0 or -1. */
int config_check_name(const char *name, struct error *err);

/** config_check() - @config gets the values of canonical JSON, checked and completed. Return: 0 or -1. */
int config_check(json_object *json, struct guest_config *config, struct error *err);

/** config_finish() - a uuid if @config lacks one, and config_complete_all(). Return: 0; or -1 after reports. */
int config_finish(struct guest_config *config, complete_report_fn report, void *arg);

/** config_to_json() - canonical JSON of a checked configuration. */
json_object *config_to_json(const struct guest_config *config);

/** config_mac() - the bytes of a checked MAC. */
void config_mac(const char *mac, unsigned char *bytes);

#endif
