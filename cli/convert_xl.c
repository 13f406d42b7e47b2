// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * convert_xl.c - an xl.cfg to a guest.cfg. guest.cfg takes xl's strings of devices: only parts that ViMo-S lacks go.
 */
#include "cfg.h"
#include "cleanup.h"
#include "convert_xl.h"
#include "json.h"
#include "xl_keys.h"

#include <stdio.h>
#include <string.h>

#define PART_MAX 1024

/* A list of devices that is read. */
struct list {
	const struct conversion *conversion;
	int line;
	char kept[PART_MAX]; /* the parts that stay, so far */
	unsigned int position;
	bool old; /* "phy:/path,xvda,w" */
	bool bridge;
};

typedef void (*part_fn)(struct list *list, char *part);

static void keep(struct list *list, const char *part)
{
	size_t used = strlen(list->kept);

	snprintf(list->kept + used, sizeof(list->kept) - used, "%s%s", list->position ? "," : "", part);
	list->position++;
}

static void drop(struct list *list, const char *part, const char *why)
{
	convert_note(list->conversion, list->line, "%.80s is not carried over: %s", part, why);
}

/* @key: "vdev=", or nothing for a field without a key, which keeps its place */
static void keep_vdev(struct list *list, const char *key, const char *vdev)
{
	const char *name = convert_vdev(vdev);
	char part[32];

	if (!name)
		drop(list, vdev, "the guest finds its disks in the order of the list, as vda, vdb, ...");
	if (!name && *key)
		return;
	snprintf(part, sizeof(part), "%s%s", key, name ? name : "");
	keep(list, part);
}

static bool begins(const char *part, const char *with)
{
	return !strncmp(part, with, strlen(with));
}

static void disk_part(struct list *list, char *part)
{
	bool named = strchr(part, '=') != NULL, old;

	if (begins(part, "script=") || begins(part, "backend=")) {
		drop(list, part, "set up the device before the guest starts");
	} else if (!strcmp(part, "cdrom") || !strcmp(part, "devtype=cdrom")) {
		keep(list, "access=ro");
	} else if (begins(part, "backendtype=") || begins(part, "devtype=") || !strcmp(part, "discard") ||
		   !strcmp(part, "no-discard") || !strcmp(part, "direct-io-safe")) {
		/* as it is */
	} else if (begins(part, "vdev=")) {
		keep_vdev(list, "vdev=", part + 5);
	} else if (named) {
		keep(list, part);
	} else {
		old = strchr(part, ':') && *part != '/';
		list->old = list->old || (!list->position && old);
		if (list->position == (list->old ? 1u : 2u))
			keep_vdev(list, "", part);
		else
			keep(list, part);
	}
}

static void vif_part(struct list *list, char *part)
{
	static const char *const parts[] = { "bridge=", "mac=", "vifname=", "rate=", "mtu=" };

	for (size_t n = 0; n < sizeof(parts) / sizeof(parts[0]); n++) {
		if (!begins(part, parts[n]))
			continue;
		list->bridge = list->bridge || !n;
		keep(list, part);
		return;
	}
	if (!begins(part, "type=") && !begins(part, "model="))
		drop(list, part, "the interface is put into the bridge; the guest sets its address");
}

static void each_device(const struct conversion *conversion, const struct cfg *cfg, part_fn take)
{
	for (const struct cfg *entry = cfg->type == CFG_LIST ? cfg->first : NULL; entry; entry = entry->next) {
		struct list list = { .conversion = conversion, .line = entry->line };
		char *copy, *rest, *part;

		if (entry->type != CFG_TEXT || strlen(entry->text) >= PART_MAX / 2) {
			convert_note(conversion, entry->line, "an entry of %s is not carried over: it is not text",
				     cfg->name);
			continue;
		}
		rest = copy = strdup(entry->text);
		while (rest) {
			rest += strspn(rest, " \t");
			part = begins(rest, "target=") ? rest : strsep(&rest, ",");
			rest = part == rest ? NULL : rest;
			take(&list, part);
		}
		free(copy);
		if (take == vif_part && !list.bridge) {
			convert_note(conversion, list.line,
				     "an interface without bridge= got xl's default, bridge=xenbr0");
			keep(&list, "bridge=xenbr0");
		}
		convert_add(conversion, cfg->name, json_object_new_string(list.kept));
	}
}

static void take_disks(const struct conversion *conversion, const struct cfg *cfg)
{
	each_device(conversion, cfg, disk_part);
}

static void take_vifs(const struct conversion *conversion, const struct cfg *cfg)
{
	each_device(conversion, cfg, vif_part);
}

static void take_text(const struct conversion *conversion, const struct cfg *cfg)
{
	const char *key = !strcmp(cfg->name, "cmdline") ? "extra" : cfg->name;

	if (cfg->type == CFG_TEXT)
		convert_put(conversion->config, key, cfg->text);
	else
		convert_note(conversion, cfg->line, "%s is not carried over: it is not text", cfg->name);
}

static void take_number(const struct conversion *conversion, const struct cfg *cfg)
{
	if (cfg->type == CFG_NUMBER)
		json_put_number(conversion->config, cfg->name, cfg->number);
	else
		take_text(conversion, cfg); /* guest.cfg takes quoted numbers, too */
}

static void take_action(const struct conversion *conversion, const struct cfg *cfg)
{
	convert_action(conversion, cfg->line, cfg->name, cfg->type == CFG_TEXT ? cfg->text : "");
}

/* Before extra, as xl makes the command line. */
static void take_root(const struct conversion *conversion, const struct cfg *cfg)
{
	const char *extra = json_string(conversion->config, "extra");
	char line[2048];

	if (cfg->type != CFG_TEXT)
		return;
	snprintf(line, sizeof(line), "root=%.200s %s", cfg->text, extra ? extra : "");
	convert_put(conversion->config, "extra", line);
	convert_note(conversion, cfg->line,
		     "root became root= in extra: the guest's disks are /dev/vda, /dev/vdb, ...");
}

static const struct {
	const char *name;
	void (*take)(const struct conversion *conversion, const struct cfg *cfg);
} rows[] = {
	{ "name", take_text },         { "uuid", take_text },          { "kernel", take_text },
	{ "ramdisk", take_text },      { "extra", take_text },         { "cmdline", take_text },
	{ "root", take_root },         { "memory", take_number },      { "vcpus", take_number },
	{ "cpu_weight", take_number }, { "on_poweroff", take_action }, { "on_reboot", take_action },
	{ "on_crash", take_action },   { "disk", take_disks },         { "vif", take_vifs },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void explain(const struct conversion *conversion, const struct cfg *cfg)
{
	const char *why = "guest.cfg has no such key";

	for (size_t n = 0; n < XL_KEYS; n++)
		if (!strcmp(xl_keys[n].name, cfg->name))
			why = xl_keys[n].no_effect ? xl_keys[n].no_effect : xl_keys[n].advice;
	convert_note(conversion, cfg->line, "%.60s is not carried over: %s", cfg->name, why);
}

/* The first error. */
static void on_error(void *arg, int line, const struct error *err)
{
	struct error *first = arg;

	if (!first->code)
		error_set(first, err->code, "%d: %s", line, err->text);
}

int convert_xl(struct conversion *conversion, const char *text, struct error *err)
{
	struct error first = { 0 };
	struct cfg *group = cfg_parse(text, on_error, &first);

	for (size_t n = 0; n < ROWS && !first.code; n++) {
		const struct cfg *cfg = cfg_find(group, rows[n].name);

		if (cfg)
			rows[n].take(conversion, cfg);
	}
	for (const struct cfg *cfg = group->first; cfg && !first.code; cfg = cfg->next) {
		size_t n = 0;

		while (n < ROWS && strcmp(rows[n].name, cfg->name))
			n++;
		if (n == ROWS)
			explain(conversion, cfg);
	}
	cfg_free(group);
	return first.code ? error_set(err, first.code, "%s:%s", conversion->file, first.text) : 0;
}
