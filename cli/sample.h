/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sample.h - what guests did between two looks at their counters.
 */
#ifndef CLI_SAMPLE_H
#define CLI_SAMPLE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A guest in one look; rates are per second since the look before. */
struct row {
	char name[64], state[16];
	bool troubled;
	int id, memory, vcpus;
	double cpu, dom0_cpu; /* percent of one CPU */
	double exits, waits, interrupts, others;
	double read, written, received, sent; /* bytes */
};

/** sample_rows() - the guests of @now, a reply of Statistics; @before: an earlier one, or NULL. Return: @rows' count.
 */
size_t sample_rows(json_object *now, json_object *before, struct row **rows);
/**
 * sample_sort() - by name, cpu, memory, exits, disk or network; all but name: the largest first.
 *
 * Return: whether @key is one of these.
 */
bool sample_sort(struct row *rows, size_t count, const char *key);

#endif
