// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * history.c - entries are made in the event loop and written by a thread.
 */
#include "guest/history.h"
#include "alloc.h"
#include "base/json_file.h"
#include "base/state.h"
#include "cleanup.h"
#include "container.h"
#include "device.h"
#include "guest/definition.h"
#include "guest/saving.h"
#include "json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define KIND "history"
#define SUFFIX "jsonl"
#define FILE_BYTES (64u << 10)
#define FILES_MAX 1024 /* clients choose names */
#define LOG_BYTES (64u << 10)
#define LOG_LINES 8u

struct entry {
	struct saving saving;
	json_object *json;
	uint32_t domain; /* whose lines of the hypervisor's log are added; 0: none */
	char name[64];
};

/* The file that was changed longest ago goes, if its guest is not defined. */
struct census {
	int count;
	time_t age;
	char oldest[64];
};

static void count_file(void *arg, const char *name)
{
	struct census *census = arg;
	char path[PATH_MAX];
	struct stat status;

	state_path(path, KIND, name, SUFFIX);
	if (lstat(path, &status) || strlen(name) >= sizeof(census->oldest))
		return;
	census->count++;
	if (definition_exists(name) || (census->oldest[0] && status.st_mtime >= census->age))
		return;
	census->age = status.st_mtime;
	snprintf(census->oldest, sizeof(census->oldest), "%s", name);
}

static void prune(void)
{
	struct census census = { 0 };
	char path[PATH_MAX];

	state_each(KIND, SUFFIX, count_file, &census);
	if (census.count <= FILES_MAX || !census.oldest[0])
		return;
	state_path(path, KIND, census.oldest, SUFFIX);
	unlink(path);
}

static void append(const char *name, json_object *json)
{
	bool is_new = !state_exists(KIND, name, SUFFIX);
	char path[PATH_MAX];
	struct error err;

	state_path(path, KIND, name, SUFFIX);
	if (state_make(KIND, &err) || json_file_append(path, json, FILE_BYTES, &err))
		log_warning("%s: its history is not kept: %s", name, err.text);
	else if (is_new)
		prune();
}

/* The last lines of the hypervisor's log that a domain caused: "dN: ...". */
static void add_log(json_object *json, uint32_t domain)
{
	CLEANUP_FREE char *text = alloc_zeroed(LOG_BYTES + 1);
	json_object *lines = json_object_new_array();
	char *rest = text, *line, tag[16];
	size_t used = 0;
	struct error err;
	CLEANUP_FD int fd = device_open(&err);
	ssize_t got;

	while (fd >= 0 && used < LOG_BYTES && (got = read(fd, text + used, LOG_BYTES - used)) > 0)
		used += (size_t)got;
	snprintf(tag, sizeof(tag), "d%u: ", domain);
	while ((line = strsep(&rest, "\n"))) {
		if (!strstr(line, tag))
			continue;
		if (json_object_array_length(lines) == LOG_LINES)
			json_object_array_del_idx(lines, 0, 1);
		json_object_array_add(lines, json_object_new_string(line));
	}
	json_clean(lines);
	json_object_object_add(json, "log", lines);
}

static void write_entry(struct saving *saving)
{
	struct entry *entry = container_of(saving, struct entry, saving);

	if (entry->domain)
		add_log(entry->json, entry->domain);
	append(entry->name, entry->json);
}

static void free_entry(struct saving *saving)
{
	struct entry *entry = container_of(saving, struct entry, saving);

	json_object_put(entry->json);
	free(entry);
}

static json_object *new_entry(const char *event, uint64_t boot_id)
{
	json_object *json = json_object_new_object();

	json_put_number(json, "time", time(NULL));
	json_put_string(json, "event", event);
	json_put_number(json, "boot_id", (int64_t)boot_id);
	return json;
}

static void save(const struct guest *guest, json_object *json, uint32_t domain)
{
	struct entry *entry = alloc_zeroed(sizeof(*entry));

	entry->json = json;
	entry->domain = domain;
	snprintf(entry->name, sizeof(entry->name), "%s", guest->config.name);
	saving_start(&entry->saving, guest->guests->loop, write_entry, free_entry);
}

void history_started(struct guest *guest)
{
	json_object *json = new_entry("started", guest->guests->boot_id);

	json_put_number(json, "id", guest->domain);
	save(guest, json, 0);
}

void history_ended(struct guest *guest, const char *next)
{
	json_object *json = new_entry("ended", guest->guests->boot_id);

	json_put_number(json, "id", guest->domain);
	json_put_string(json, "kind", cause_name(guest->cause_kind));
	json_put_string(json, "cause", guest->cause);
	json_put_string(json, "next", next);
	if (guest->asked[0])
		json_put_string(json, "asked", guest->asked);
	json_clean(json);
	save(guest, json, guest->cause_kind == CAUSE_CRASH || guest->cause_kind == CAUSE_KILLED ? guest->domain : 0);
}

static bool is_word(const char *word, const char *const *words)
{
	while (word && *words && strcmp(*words, word) != 0)
		words++;
	return word && *words;
}

static void copy_text(json_object *to, json_object *from, const char *key)
{
	const char *text = json_string(from, key);

	if (text)
		json_put_string(to, key, text);
}

static json_object *copy_log(json_object *from)
{
	json_object *lines = NULL, *to = json_object_new_array();

	json_object_object_get_ex(from, "log", &lines);
	for (size_t n = 0; json_object_is_type(lines, json_type_array) && n < json_object_array_length(lines); n++) {
		json_object *line = json_object_array_get_idx(lines, n);

		if (json_object_is_type(line, json_type_string))
			json_object_array_add(to, json_object_get(line));
	}
	return to;
}

/* Return: the members of an entry that are as history_started() and history_ended() write them; NULL: it is not an
 * entry.
 */
static json_object *take_entry(json_object *from)
{
	static const char *const events[] = { "started", "ended", NULL };
	static const char *const nexts[] = { "destroy", "restart", "preserve", NULL };
	const char *event = json_string(from, "event"), *next = json_string(from, "next");
	json_object *to;

	if (!is_word(event, events))
		return NULL;
	to = json_object_new_object();
	json_put_number(to, "time", json_number(from, "time", 0));
	json_put_string(to, "event", event);
	json_put_number(to, "boot_id", json_number(from, "boot_id", 0));
	json_put_number(to, "id", json_number(from, "id", 0));
	if (!strcmp(event, "started"))
		return to;
	json_put_string(to, "kind", cause_name(cause_find(json_string(from, "kind"))));
	copy_text(to, from, "cause");
	json_put_string(to, "next", is_word(next, nexts) ? next : "destroy");
	copy_text(to, from, "asked");
	if (json_object_object_get_ex(from, "log", NULL))
		json_object_object_add(to, "log", copy_log(from));
	json_clean(to);
	return to;
}

json_object *history_read(const char *name, struct error *err)
{
	CLEANUP_JSON json_object *lines = NULL;
	json_object *list, *entry;
	char path[PATH_MAX];

	state_path(path, KIND, name, SUFFIX);
	lines = json_file_lines(path, err);
	if (!lines)
		return NULL;
	list = json_object_new_array();
	for (size_t n = 0; n < json_object_array_length(lines); n++) {
		entry = take_entry(json_object_array_get_idx(lines, n));
		if (entry)
			json_object_array_add(list, entry);
	}
	return list;
}

/* Return: whether the last entry is @event; its members are in @last, a new object or NULL. */
static bool last_is(const char *name, const char *event, json_object **last)
{
	struct error err;
	CLEANUP_JSON json_object *list = history_read(name, &err);
	size_t count = list ? json_object_array_length(list) : 0;
	const char *found;

	*last = count ? json_object_get(json_object_array_get_idx(list, count - 1)) : NULL;
	found = json_string(*last, "event");
	return found && !strcmp(found, event);
}

bool history_ran(const char *name)
{
	CLEANUP_JSON json_object *last = NULL;
	enum cause_kind kind;

	if (!last_is(name, "ended", &last))
		return false;
	kind = cause_find(json_string(last, "kind"));
	return kind == CAUSE_HOST_SHUTDOWN || kind == CAUSE_HOST_LOST;
}

struct settlement {
	struct saving saving;
	json_object *running; /* names are its members */
	uint64_t boot_id;
};

static void settle_one(void *arg, const char *name)
{
	const struct settlement *settlement = arg;
	CLEANUP_JSON json_object *last = NULL, *json = NULL;
	struct error err;
	bool lost;

	if (config_check_name(name, &err) || !last_is(name, "started", &last) ||
	    json_object_object_get_ex(settlement->running, name, NULL))
		return;
	lost = (uint64_t)json_number(last, "boot_id", 0) != settlement->boot_id;
	json = new_entry("ended", settlement->boot_id);
	json_put_number(json, "id", json_number(last, "id", 0));
	json_put_string(json, "kind", cause_name(lost ? CAUSE_HOST_LOST : CAUSE_UNKNOWN));
	json_put_string(json, "cause",
			lost ? "dom0 or the machine ended without shutting it down" :
			       "vimod ended before it was known");
	json_put_string(json, "next", "destroy");
	append(name, json);
}

static void settle(struct saving *saving)
{
	struct settlement *settlement = container_of(saving, struct settlement, saving);

	state_each(KIND, SUFFIX, settle_one, settlement);
}

static void settled(struct saving *saving)
{
	struct settlement *settlement = container_of(saving, struct settlement, saving);

	json_object_put(settlement->running);
	free(settlement);
}

void history_settle(struct guests *guests)
{
	struct settlement *settlement = alloc_zeroed(sizeof(*settlement));

	settlement->running = json_object_new_object();
	settlement->boot_id = guests->boot_id;
	for (const struct guest *guest = guests->first; guest; guest = guest->next)
		json_object_object_add(settlement->running, guest->config.name, NULL);
	saving_start(&settlement->saving, guests->loop, settle, settled);
}

void history_rename(const char *name, const char *to)
{
	char from_path[PATH_MAX], to_path[PATH_MAX];

	state_path(from_path, KIND, name, SUFFIX);
	state_path(to_path, KIND, to, SUFFIX);
	if (rename(from_path, to_path) && errno != ENOENT)
		log_warning("%s: its history is not renamed: %s", name, strerror(errno));
}
