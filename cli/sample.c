// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sample.c - rates of counters. A guest that began anew has counters that begin at zero.
 */
#include "sample.h"
#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_object *find(json_object *reply, const char *uuid, int64_t id)
{
	json_object *guests = NULL;

	if (reply)
		json_object_object_get_ex(reply, "guests", &guests);
	for (size_t n = 0; guests && n < json_object_array_length(guests); n++) {
		json_object *guest = json_object_array_get_idx(guests, n);
		const char *other = json_string(guest, "uuid");

		if (other && !strcmp(other, uuid) && json_number(guest, "id", 0) == id)
			return guest;
	}
	return NULL;
}

/* Return: growth of a counter in a second, or 0 when it is not known or began anew. */
static double rate(json_object *guest, json_object *before, const char *key, double seconds)
{
	int64_t now = json_number(guest, key, -1), then = before ? json_number(before, key, -1) : -1;

	return now < 0 || then < 0 || now < then || seconds <= 0 ? 0 : (double)(now - then) / seconds;
}

static void fill(struct row *row, json_object *guest, json_object *before, double seconds)
{
	const char *name = json_string(guest, "name"), *state = json_string(guest, "state");

	snprintf(row->name, sizeof(row->name), "%s", name ? name : "?");
	snprintf(row->state, sizeof(row->state), "%s", state ? state : "?");
	row->troubled = json_flag(guest, "troubled");
	row->id = (int)json_number(guest, "id", 0);
	row->memory = (int)json_number(guest, "memory", 0);
	row->vcpus = (int)json_number(guest, "vcpus", 0);
	row->cpu = rate(guest, before, "cpu_time_ns", seconds) / 1e7;
	row->dom0_cpu = rate(guest, before, "dom0_cpu_ns", seconds) / 1e7;
	row->exits = rate(guest, before, "exits", seconds);
	row->waits = rate(guest, before, "waits", seconds);
	row->interrupts = rate(guest, before, "interrupts", seconds);
	row->others = row->exits - row->waits - row->interrupts;
	row->others = row->others > 0 ? row->others : 0;
	row->read = rate(guest, before, "disk_read_bytes", seconds);
	row->written = rate(guest, before, "disk_written_bytes", seconds);
	row->received = rate(guest, before, "network_received_bytes", seconds);
	row->sent = rate(guest, before, "network_sent_bytes", seconds);
}

size_t sample_rows(json_object *now, json_object *before, struct row **rows)
{
	double seconds =
		before ? (double)(json_number(now, "time_ns", 0) - json_number(before, "time_ns", 0)) / 1e9 : 0;
	json_object *guests = NULL;
	size_t count;

	json_object_object_get_ex(now, "guests", &guests);
	count = json_object_is_type(guests, json_type_array) ? json_object_array_length(guests) : 0;
	*rows = calloc(count + 1, sizeof(**rows));
	for (size_t n = 0; *rows && n < count; n++) {
		json_object *guest = json_object_array_get_idx(guests, n);
		const char *uuid = json_string(guest, "uuid");

		fill(*rows + n, guest, uuid ? find(before, uuid, json_number(guest, "id", 0)) : NULL, seconds);
	}
	return *rows ? count : 0;
}

static int by_name(const void *left, const void *right)
{
	return strcmp(((const struct row *)left)->name, ((const struct row *)right)->name);
}

#define LARGEST_FIRST(function, value)                                                  \
	static int function(const void *left, const void *right)                        \
	{                                                                               \
		const struct row *a = left, *b = right;                                 \
		double first = (value(a)), second = (value(b));                         \
                                                                                        \
		return first < second ? 1 : first > second ? -1 : by_name(left, right); \
	}
#define CPU_OF(row) ((row)->cpu)
#define MEMORY_OF(row) ((row)->memory)
#define EXITS_OF(row) ((row)->exits)
#define DISK_OF(row) ((row)->read + (row)->written)
#define NETWORK_OF(row) ((row)->received + (row)->sent)
LARGEST_FIRST(by_cpu, CPU_OF)
LARGEST_FIRST(by_memory, MEMORY_OF)
LARGEST_FIRST(by_exits, EXITS_OF)
LARGEST_FIRST(by_disk, DISK_OF)
LARGEST_FIRST(by_network, NETWORK_OF)

bool sample_sort(struct row *rows, size_t count, const char *key)
{
	static const struct {
		const char *key;
		int (*compare)(const void *left, const void *right);
	} orders[] = {
		{ "name", by_name },   { "cpu", by_cpu },   { "memory", by_memory },
		{ "exits", by_exits }, { "disk", by_disk }, { "network", by_network },
	};

	for (size_t n = 0; n < sizeof(orders) / sizeof(orders[0]); n++)
		if (!strcmp(orders[n].key, key)) {
			if (count)
				qsort(rows, count, sizeof(*rows), orders[n].compare);
			return true;
		}
	return false;
}
