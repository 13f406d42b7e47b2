// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * top.c - what guests do now: on a terminal by ncurses, or as a table after each interval.
 */
#include "cleanup.h"
#include "json.h"
#include "sample.h"
#include "vimoctl.h"

#include <ncurses.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINE_BYTES 256

static const char *const orders[] = { "name", "cpu", "memory", "exits", "disk", "network" };
#define ORDERS (sizeof(orders) / sizeof(orders[0]))

static void format_head(char line[LINE_BYTES])
{
	snprintf(line, LINE_BYTES, "%-20s %4s %-8s %6s %6s %8s %8s %8s %8s %8s %8s %8s %8s", "NAME", "ID", "STATE",
		 "CPU%", "DOM0%", "MEM/MiB", "WAITS/s", "IRQS/s", "OTHER/s", "RD KiB/s", "WR KiB/s", "RX KiB/s",
		 "TX KiB/s");
}

static void format_row(const struct row *row, char line[LINE_BYTES])
{
	snprintf(line, LINE_BYTES, "%-20.20s %4d %-8s %6.1f %6.1f %8d %8.0f %8.0f %8.0f %8.0f %8.0f %8.0f %8.0f%s",
		 row->name, row->id, row->state, row->cpu, row->dom0_cpu, row->memory, row->waits, row->interrupts,
		 row->others, row->read / 1024, row->written / 1024, row->received / 1024, row->sent / 1024,
		 row->troubled ? " !" : "");
}

static json_object *row_json(const struct row *row)
{
	const struct {
		const char *key;
		double value;
	} numbers[] = { { "cpu_percent", row->cpu },
			{ "dom0_cpu_percent", row->dom0_cpu },
			{ "waits_per_s", row->waits },
			{ "interrupts_per_s", row->interrupts },
			{ "other_exits_per_s", row->others },
			{ "disk_read_bytes_per_s", row->read },
			{ "disk_written_bytes_per_s", row->written },
			{ "network_received_bytes_per_s", row->received },
			{ "network_sent_bytes_per_s", row->sent } };
	json_object *json = json_object_new_object();

	json_put_string(json, "name", row->name);
	json_put_number(json, "id", row->id);
	json_put_string(json, "state", row->state);
	json_object_object_add(json, "troubled", json_object_new_boolean(row->troubled));
	json_put_number(json, "memory", row->memory);
	for (size_t n = 0; n < sizeof(numbers) / sizeof(numbers[0]); n++)
		json_object_object_add(json, numbers[n].key, json_object_new_double(numbers[n].value));
	return json;
}

/* A table, or with --format=json a list on one line. */
static void print_rows(const struct row *rows, size_t count, bool json)
{
	CLEANUP_JSON json_object *list = json_object_new_array();
	char line[LINE_BYTES];

	format_head(line);
	if (!json)
		printf("%s\n", line);
	for (size_t n = 0; n < count; n++) {
		format_row(rows + n, line);
		if (json)
			json_object_array_add(list, row_json(rows + n));
		else
			printf("%s\n", line);
	}
	if (json)
		printf("%s", json_object_to_json_string_ext(list, JSON_C_TO_STRING_PLAIN));
	printf("\n");
	fflush(stdout);
}

static int batch(struct client *client, const struct options *options, const char *order, struct error *err)
{
	json_object *before = call_vimod(client, "io.vimo.Domains.Statistics", NULL, err), *now = before;

	for (int n = 0; now && (n < options->count || !options->count); n++) {
		struct row *rows;
		size_t count;

		nanosleep(&(struct timespec){ .tv_sec = options->interval_s }, NULL);
		now = call_vimod(client, "io.vimo.Domains.Statistics", NULL, err);
		if (!now)
			break;
		count = sample_rows(now, before, &rows);
		sample_sort(rows, count, order);
		print_rows(rows, count, options->json);
		free(rows);
		json_object_put(before);
		before = now;
	}
	json_object_put(before);
	return now ? 0 : -1;
}

/* A screen; the last line has the keys. */
static void draw(const struct row *rows, size_t count, const char *order, int interval_s)
{
	char line[LINE_BYTES];

	erase();
	format_head(line);
	attron(A_REVERSE);
	mvaddnstr(0, 0, line, COLS);
	attroff(A_REVERSE);
	for (size_t n = 0; n < count && (int)n < LINES - 2; n++) {
		format_row(rows + n, line);
		mvaddnstr((int)n + 1, 0, line, COLS);
	}
	snprintf(line, sizeof(line),
		 "%zu guests by %s, every %d s. Order: n name, c cpu, m memory, e exits, d disk, w network. ! vimoctl "
		 "problem. q ends",
		 count, order, interval_s);
	mvaddnstr(LINES - 1, 0, line, COLS);
	refresh();
}

/* Wait for a key or for the time of the next look. Return: whether the screen goes on. */
static bool take_key(const char **order, int interval_s, bool *look)
{
	static const char keys[ORDERS + 1] = "ncmedw";
	int key;
	const char *at;

	timeout(interval_s * 1000);
	key = getch();
	*look = key == ERR;
	at = key > 0 && key < 128 ? strchr(keys, key) : NULL;
	if (at)
		*order = orders[at - keys];
	return key != 'q' && key != 3;
}

static int show(struct client *client, const struct options *options, const char *order, struct error *err)
{
	json_object *before = NULL, *now = call_vimod(client, "io.vimo.Domains.Statistics", NULL, err);
	bool look = false;

	if (!now)
		return -1;
	initscr();
	raw();
	noecho();
	keypad(stdscr, true);
	curs_set(0);
	for (bool on = true; on && now;) {
		struct row *rows;
		size_t count = sample_rows(now, before, &rows);

		sample_sort(rows, count, order);
		draw(rows, count, order, options->interval_s);
		free(rows);
		on = take_key(&order, options->interval_s, &look);
		if (!on || !look)
			continue;
		json_object_put(before);
		before = now;
		now = call_vimod(client, "io.vimo.Domains.Statistics", NULL, err);
	}
	endwin();
	json_object_put(before);
	json_object_put(now);
	return now ? 0 : -1;
}

int cmd_top(struct client *client, const struct options *options, struct error *err)
{
	const char *order = options->sort ? options->sort : "cpu";

	if (!sample_sort(NULL, 0, order))
		return error_set(err, ERROR_USAGE,
				 "--sort=%s is not an order of top: use name, cpu, memory, exits, disk or network",
				 order);
	if (options->batch || options->json || options->count)
		return batch(client, options, order, err);
	if (!isatty(0) || !isatty(1))
		return error_set(err, ERROR_USAGE,
				 "top needs a terminal for its screen: run 'vimoctl top --batch' to print tables");
	return show(client, options, order, err);
}
