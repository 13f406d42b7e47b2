// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * config.c - the keys of a guest: one table for both forms, one check for each value.
 */
#include "config.h"
#include "cleanup.h"
#include "json.h"
#include "text.h"

#include <ctype.h>
#include <libconfig.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define MEMORY_MAX_MIB (256ll << 10)

struct key {
	const char *name;
	enum { KEY_NAME, KEY_TEXT, KEY_PATH, KEY_NUMBER, KEY_ACTION, KEY_UUID } type;
	size_t offset, size;
	int64_t minimum, maximum, fallback;
	const char *hint;
};

#define FIELD(member) offsetof(struct guest_config, member), sizeof(((struct guest_config *)0)->member)

static const char *const actions[] = { "destroy", "restart", "preserve" };

static const struct key keys[] = {
	{ "name", KEY_NAME, FIELD(name), 0, 0, 0, "name = \"web1\"" },
	{ "uuid", KEY_UUID, FIELD(uuid), 0, 0, 0, "leave it out to get one made" },
	{ "kernel", KEY_PATH, FIELD(kernel), 0, 0, 0, "kernel = \"/path/to/Image\"" },
	{ "ramdisk", KEY_PATH, FIELD(ramdisk), 0, 0, 0, "ramdisk = \"/path/to/initrd\"" },
	{ "extra", KEY_TEXT, FIELD(extra), 0, 0, 0, "extra = \"console=hvc0\"" },
	{ "memory", KEY_NUMBER, FIELD(memory_bytes), 1, MEMORY_MAX_MIB, 128, "memory = 256 (MiB)" },
	{ "vcpus", KEY_NUMBER, FIELD(vcpus), 1, 64, 1, "vcpus = 1" },
	{ "cpu_weight", KEY_NUMBER, FIELD(weight), 1, 65535, 256, "cpu_weight = 256" },
	{ "on_poweroff", KEY_ACTION, FIELD(on_poweroff), 0, 0, ACTION_DESTROY, "destroy, restart or preserve" },
	{ "on_reboot", KEY_ACTION, FIELD(on_reboot), 0, 0, ACTION_RESTART, "destroy, restart or preserve" },
	{ "on_crash", KEY_ACTION, FIELD(on_crash), 0, 0, ACTION_DESTROY, "destroy, restart or preserve" },
};
#define KEYS (sizeof(keys) / sizeof(keys[0]))

static const struct key *key_find(const char *name)
{
	for (size_t n = 0; n < KEYS; n++)
		if (!strcmp(keys[n].name, name))
			return &keys[n];
	return NULL;
}

/* Keys of xl that mean something else here, or nothing. */
static const struct {
	const char *name, *instead; /* NULL: nothing does */
} foreign_keys[] = {
	{ "bios", NULL },
	{ "bootloader", NULL },
	{ "builder", NULL },
	{ "cmdline", "extra" },
	{ "cpus", NULL },
	{ "disk", NULL },
	{ "initrd", "ramdisk" },
	{ "kernel_cmdline", "extra" },
	{ "maxmem", "memory" },
	{ "maxvcpus", "vcpus" },
	{ "on_shutdown", "on_poweroff" },
	{ "p9", NULL },
	{ "root", "extra" },
	{ "serial", NULL },
	{ "sched_weight", "cpu_weight" },
	{ "type", NULL },
	{ "vfb", NULL },
	{ "vif", NULL },
};

static int error_unknown_key(const char *name, struct error *err)
{
	int nearest = text_nearest(name, keys, KEYS, sizeof(keys[0]));

	for (size_t n = 0; n < sizeof(foreign_keys) / sizeof(foreign_keys[0]); n++) {
		const char *instead = foreign_keys[n].instead;

		if (strcmp(foreign_keys[n].name, name))
			continue;
		if (instead)
			error_set(err, ERROR_FAILED, "unknown key \"%s\": use \"%s\"", name, instead);
		else
			error_set(err, ERROR_FAILED, "key \"%s\" is not supported by this release: remove it", name);
		return error_about(err, name);
	}
	if (nearest >= 0)
		error_set(err, ERROR_FAILED, "unknown key \"%s\": did you mean \"%s\"?", name, keys[nearest].name);
	else
		error_set(err, ERROR_FAILED, "unknown key \"%.80s\": remove it; guest.cfg(5) lists the keys", name);
	return error_about(err, name);
}

static int check_name(const char *name, struct error *err)
{
	bool good = isalnum((unsigned char)name[0]);

	for (const char *c = name; *c; c++)
		good = good && (isalnum((unsigned char)*c) || strchr("-_.", *c));
	if (!good || strlen(name) > 63)
		return error_set(err, ERROR_FAILED,
				 "name \"%.80s\" is not usable: 1 to 63 letters, digits and "
				 "- _ . beginning with a letter or digit",
				 name);
	return 0;
}

static int check_uuid(const char *uuid, struct error *err)
{
	bool good = strlen(uuid) == 36;

	for (size_t n = 0; good && n < 36; n++)
		good = n == 8 || n == 13 || n == 18 || n == 23 ? uuid[n] == '-' : isxdigit((unsigned char)uuid[n]) != 0;
	return good ? 0 :
		      error_set(err, ERROR_FAILED,
				"uuid \"%.80s\" is not of the form "
				"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx: leave it out to get one made",
				uuid);
}

static int take_number(const struct key *key, json_object *value, struct guest_config *config, struct error *err)
{
	char *field = (char *)config + key->offset;
	int64_t number = json_object_get_int64(value);

	if (!json_object_is_type(value, json_type_int))
		return error_set(err, ERROR_FAILED, "%s must be a whole number without quotes: %s", key->name,
				 key->hint);
	if (number < key->minimum || number > key->maximum)
		return error_set(err, ERROR_FAILED, "%s = %lld is out of range: %lld to %lld, as in %s", key->name,
				 (long long)number, (long long)key->minimum, (long long)key->maximum, key->hint);
	if (key->size == sizeof(uint64_t))
		*(uint64_t *)field = (uint64_t)number << 20;
	else
		*(uint32_t *)field = number;
	return 0;
}

static int take_action(const struct key *key, const char *text, struct guest_config *config, struct error *err)
{
	for (unsigned int n = 0; n < 3; n++)
		if (!strcmp(text, actions[n])) {
			*(enum guest_action *)((char *)config + key->offset) = n;
			return 0;
		}
	return error_set(err, ERROR_FAILED, "%s = \"%.40s\" is no action: %s", key->name, text, key->hint);
}

static int take_value(const struct key *key, json_object *value, struct guest_config *config, struct error *err)
{
	const char *text;

	if (key->type == KEY_NUMBER)
		return take_number(key, value, config, err);
	if (!json_object_is_type(value, json_type_string))
		return error_set(err, ERROR_FAILED, "%s must be text in double quotes: %s", key->name, key->hint);
	text = json_object_get_string(value);
	/* strlen(): a NUL hidden in JSON must not shorten a checked value. */
	if (strlen(text) != (size_t)json_object_get_string_len(value))
		return error_set(err, ERROR_FAILED, "%s contains a NUL character: remove it", key->name);
	for (const char *c = text; *c; c++)
		if (iscntrl((unsigned char)*c))
			return error_set(err, ERROR_FAILED,
					 "%s contains a control character: write one line of "
					 "printable text",
					 key->name);
	if (key->type == KEY_ACTION)
		return take_action(key, text, config, err);
	if (key->type == KEY_NAME && check_name(text, err))
		return -1;
	if (key->type == KEY_UUID && check_uuid(text, err))
		return -1;
	if (key->type == KEY_PATH && *text != '/')
		return error_set(err, ERROR_FAILED, "%s = \"%.200s\" is not an absolute path: begin it with /",
				 key->name, text);
	if (strlen(text) >= key->size)
		return error_set(err, ERROR_FAILED, "%s is longer than %zu characters: shorten it", key->name,
				 key->size - 1);
	strcpy((char *)config + key->offset, text);
	return 0;
}

static void make_uuid(char *uuid)
{
	unsigned char b[16];

	if (getrandom(b, sizeof(b), 0) != sizeof(b))
		abort(); /* cannot fail for 16 bytes once the kernel's pool is ready */
	b[6] = (b[6] & 0x0f) | 0x40;
	b[8] = (b[8] & 0x3f) | 0x80;
	snprintf(uuid, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2],
		 b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

static int error_missing(const char *name, struct error *err)
{
	error_set(err, ERROR_FAILED, "key \"%s\" is missing: add %s", name, key_find(name)->hint);
	return error_about(err, name);
}

int config_check(json_object *json, struct guest_config *config, struct error *err)
{
	memset(config, 0, sizeof(*config));
	config->memory_bytes = 128ull << 20;
	config->vcpus = 1;
	config->weight = 256;
	config->on_reboot = ACTION_RESTART;
	if (!json_object_is_type(json, json_type_object))
		return error_set(err, ERROR_USAGE, "config must be an object: ParseConfig makes one of a guest.cfg");
	json_object_object_foreach(json, name, value) {
		const struct key *key = key_find(name);

		if (!key)
			return error_unknown_key(name, err);
		if (take_value(key, value, config, err))
			return error_about(err, key->name);
	}
	if (!config->name[0])
		return error_missing("name", err);
	if (!config->kernel[0])
		return error_missing("kernel", err);
	if (!config->uuid[0])
		make_uuid(config->uuid);
	return 0;
}

json_object *config_to_json(const struct guest_config *config)
{
	json_object *json = json_object_new_object();

	for (size_t n = 0; n < KEYS; n++) {
		const char *field = (const char *)config + keys[n].offset;

		if (keys[n].type == KEY_ACTION)
			json_put_string(json, keys[n].name, actions[*(const enum guest_action *)field]);
		else if (keys[n].type != KEY_NUMBER && *field)
			json_put_string(json, keys[n].name, field);
		else if (keys[n].type == KEY_NUMBER)
			json_put_number(json, keys[n].name,
					keys[n].size == sizeof(uint64_t) ? (int64_t)(*(const uint64_t *)field >> 20) :
									   *(const uint32_t *)field);
	}
	return json;
}

/* Put "file:line: " before the text. Return: -1. */
static int error_at(const char *file, int line, struct error *err)
{
	struct error inner = *err;

	error_set(err, inner.code, "%.200s:%d: %.800s", file, line, inner.text);
	return error_about(err, inner.key);
}

/*
 * libconfig would open whatever file a line "@include ..." names, with the rights of vimod.
 * Return: the number of the first such line, or 0.
 */
static int find_include(const char *text)
{
	for (int line = 1; text; line++) {
		text += strspn(text, " \t");
		if (!strncmp(text, "@include", 8))
			return line;
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return 0;
}

static json_object *setting_to_json(const struct key *key, config_setting_t *setting, const char *cwd)
{
	const char *text = config_setting_get_string(setting);
	CLEANUP_FREE char *path = NULL;

	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64: return json_object_new_int64(config_setting_get_int64(setting));
	case CONFIG_TYPE_STRING:
		if (key->type != KEY_PATH || !*text || *text == '/' || asprintf(&path, "%s/%s", cwd, text) < 0)
			return json_object_new_string(text);
		return json_object_new_string(path);
	default: return NULL; /* JSON null: of no key's type */
	}
}

/* One setting of the file into @json and @lines. Return: 0 or -1. */
static int take_setting(config_setting_t *setting, const char *cwd, json_object *json, json_object *lines,
			struct error *err)
{
	const char *name = config_setting_name(setting);
	const struct key *key = key_find(name);
	struct guest_config scratch;
	json_object *value;

	if (!key)
		return error_unknown_key(name, err);
	value = setting_to_json(key, setting, cwd);
	json_object_object_add(json, name, value);
	json_put_number(lines, name, config_setting_source_line(setting));
	if (take_value(key, value, &scratch, err))
		return error_about(err, name);
	return 0;
}

json_object *config_parse(const char *text, const char *file, const char *cwd, json_object **lines, struct error *err)
{
	CLEANUP_JSON json_object *json = json_object_new_object(), *found = json_object_new_object();
	int last = find_include(text), result = -1;
	struct guest_config config;
	config_setting_t *root;
	config_t parser;

	config_init(&parser);
	if (last) {
		error_set(err, ERROR_FAILED, "@include is not supported: write the keys into the file itself");
		error_at(file, last, err);
		goto out;
	}
	last = 1;
	if (!config_read_string(&parser, text)) {
		error_set(err, ERROR_FAILED, "%s: write key = value, text in double quotes",
			  config_error_text(&parser));
		error_at(file, config_error_line(&parser), err);
		goto out;
	}
	root = config_root_setting(&parser);
	for (int n = 0; n < config_setting_length(root); n++) {
		config_setting_t *setting = config_setting_get_elem(root, n);

		last = config_setting_source_line(setting);
		if (take_setting(setting, cwd, json, found, err)) {
			error_at(file, last, err);
			goto out;
		}
	}
	result = config_check(json, &config, err);
	if (result)
		error_at(file, last, err);
out:
	config_destroy(&parser);
	if (result)
		return NULL;
	if (lines)
		*lines = json_object_get(found);
	return config_to_json(&config);
}
