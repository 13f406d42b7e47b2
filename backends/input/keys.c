// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * keys.c - keys by name, and the combinations that Linux knows.
 */
#include "input/keys.h"

#include <linux/input-event-codes.h>
#include <stddef.h>
#include <string.h>

/* Codes of neighbours on a keyboard follow each other. */
static const struct {
	uint16_t first;
	const char *names;
} rows[] = {
	{ KEY_1, "1234567890" },
	{ KEY_Q, "qwertyuiop" },
	{ KEY_A, "asdfghjkl" },
	{ KEY_Z, "zxcvbnm" },
};
static const uint16_t others[] = { KEY_LEFTALT, KEY_SYSRQ, KEY_POWER, KEY_SLEEP, KEY_WAKEUP };

static void set_bit(uint8_t *bytes, uint16_t code)
{
	bytes[code / 8] |= (uint8_t)(1u << code % 8);
}

uint8_t keys_bitmap(uint8_t *bytes)
{
	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++)
		for (uint16_t n = 0; rows[row].names[n]; n++)
			set_bit(bytes, rows[row].first + n);
	for (size_t n = 0; n < sizeof(others) / sizeof(others[0]); n++)
		set_bit(bytes, others[n]);
	return KEY_WAKEUP / 8 + 1;
}

/* Return: the code of a letter or digit, or 0. */
static uint16_t code_of(const char *key)
{
	for (size_t row = 0; key && strlen(key) == 1 && row < sizeof(rows) / sizeof(rows[0]); row++) {
		const char *at = strchr(rows[row].names, *key);

		if (at)
			return rows[row].first + (uint16_t)(at - rows[row].names);
	}
	return 0;
}

/* Keys go down in their order, and up in the other one. */
static int press(const uint16_t *codes, unsigned int count, struct key_event *events)
{
	for (unsigned int n = 0; n < count; n++) {
		events[n] = (struct key_event){ codes[n], true };
		events[2 * count - 1 - n] = (struct key_event){ codes[n], false };
	}
	return (int)(2 * count);
}

int keys_of(const char *event, const char *key, struct key_event *events, struct error *err)
{
	uint16_t code = code_of(key);

	if (event && !strcmp(event, "sysrq"))
		return code ? press((uint16_t[]){ KEY_LEFTALT, KEY_SYSRQ, code }, 3, events) :
			      error_key(err, ERROR_USAGE, "key", "sysrq takes a letter a to z or a digit");
	if (key)
		return error_key(err, ERROR_USAGE, "key", "only sysrq takes a key");
	if (event && !strcmp(event, "sleep"))
		return press((uint16_t[]){ KEY_SLEEP }, 1, events);
	if (event && !strcmp(event, "wakeup"))
		return press((uint16_t[]){ KEY_WAKEUP }, 1, events);
	return error_key(err, ERROR_USAGE, "event", "the event is unknown: use sleep, wakeup or sysrq");
}
