// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_config.c - any text as guest.cfg, and what comes of it as JSON again.
 */
#include "config/config.h"
#include "config/file.h"
#include "fuzz.h"
#include "json.h"

#include <ctype.h>
#include <stdlib.h>

/* Each error and warning is one printable line that begins with the file. */
static void check_findings(json_object *list)
{
	for (size_t n = 0; n < json_object_array_length(list); n++) {
		json_object *finding = json_object_array_get_idx(list, n);
		const char *message = json_string(finding, "message");

		if (!message || json_number(finding, "line", 0) < 1 || strncmp(message, "fuzz.cfg:", 9))
			abort();
		for (; *message; message++)
			if (iscntrl((unsigned char)*message))
				abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct guest_config config, again;
	char *text = calloc(1, bytes + 1);
	const struct config_source source = { .text = text, .file = "fuzz.cfg", .cwd = "/" };
	json_object *json, *copy, *lines;
	struct findings findings;
	struct error err;

	if (!text)
		return 0;
	memcpy(text, data, bytes);
	json = config_parse(&source, &findings, &lines);
	check_findings(findings.errors);
	check_findings(findings.warnings);
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
	} else if (!json_object_array_length(findings.errors)) {
		abort();
	}
	findings_end(&findings);
	json_object_put(json);
	json_object_put(lines);
	free(text);
	return 0;
}
