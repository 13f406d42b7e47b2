// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * user.c - find users and ranges of dom0 that are guests' users, too.
 */
#include "base/user.h"
#include "log.h"

#include <stdlib.h>
#include <string.h>

/* Return: whether @text is a number, alone. */
static bool read_number(const char *text, uint64_t *number)
{
	char *end;

	if (!text || *text < '0' || *text > '9')
		return false;
	*number = strtoull(text, &end, 10);
	return !*end || *end == '\n';
}

/* "name:x:1000:..." or "name:100000:65536" */
static bool line_conflicts(char *line, bool ranges)
{
	char *second, *third, *rest = line;
	uint64_t first, count = 1;

	strsep(&rest, ":");
	second = strsep(&rest, ":");
	third = strsep(&rest, ":");
	if (ranges ? !read_number(second, &first) || !read_number(third, &count) : !read_number(third, &first))
		return false;
	return first < USER_BASE + USER_COUNT && count && (first >= USER_BASE || count > USER_BASE - first);
}

bool user_conflict(FILE *file, bool ranges, char *name, size_t bytes)
{
	char *line = NULL;
	size_t size = 0;
	bool found = false;

	while (!found && getline(&line, &size, file) > 0)
		found = line_conflicts(line, ranges);
	if (found)
		snprintf(name, bytes, "%s", line);
	free(line);
	return found;
}

void user_check(void)
{
	static const struct {
		const char *path;
		bool ranges;
	} files[] = {
		{ "/etc/passwd", false }, { "/etc/group", false }, { "/etc/subuid", true }, { "/etc/subgid", true }
	};
	char name[64];

	for (size_t n = 0; n < sizeof(files) / sizeof(files[0]); n++) {
		FILE *file = fopen(files[n].path, "re");

		if (file && user_conflict(file, files[n].ranges, name, sizeof(name)))
			log_warning("%s: %s has a number of %u to %u, which are guests' users: give it another",
				    files[n].path, name, USER_BASE, USER_BASE + USER_COUNT - 1);
		if (file)
			fclose(file);
	}
}
