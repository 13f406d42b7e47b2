// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_config.c - any text as guest.cfg, and what comes of it as JSON again.
 */
#include "config/config.h"
#include "config/file.h"
#include "fuzz.h"

#include <stdlib.h>

/* libconfig 1.5's scanner forgets the text of a string that does not end. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig\nleak:config_read_string\n";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct guest_config config, again;
	char *text = calloc(1, bytes + 1);
	json_object *json, *copy, *lines = NULL;
	struct error err;

	if (!text)
		return 0;
	memcpy(text, data, bytes);
	json = config_parse(text, "fuzz.cfg", "/", &lines, &err);
	if (json) {
		/* An accepted configuration is accepted again, and is the same. */
		if (config_check(json, &config, &err))
			abort();
		copy = config_to_json(&config);
		if (config_check(copy, &again, &err) || !json_object_equal(json, copy))
			abort();
		json_object_object_foreach(lines, key, line)
			if (!keys_find(&config_keys, key) || json_object_get_int64(line) < 1)
				abort();
		json_object_put(copy);
	} else if (!err.text[0]) {
		abort();
	}
	json_object_put(json);
	json_object_put(lines);
	free(text);
	return 0;
}
