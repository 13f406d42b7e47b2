// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * waitline.c - wait until a file has lines that match.
 *
 *     waitline FILE EXPRESSION COUNT SECONDS
 *
 * Exits 0 once FILE has COUNT lines with the basic regular EXPRESSION, 1 after SECONDS. FILE need not exist yet, and
 * may be replaced. A shell that starts grep again and again spends more of an emulated CPU than what it waits for.
 */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define POLL_NS 30000000L

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_BOOTTIME, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* How many lines match. The last line may lack its end. */
static long matches(const char *path, const regex_t *expression)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	long count = 0;

	if (!file)
		return 0;
	while ((length = getline(&line, &size, file)) > 0) {
		for (ssize_t i = 0; i < length; i++) {
			if (line[i] == '\0')
				line[i] = ' ';
		}
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		count += regexec(expression, line, 0, NULL, 0) == 0;
	}
	free(line);
	fclose(file);
	return count;
}

static int changed(const char *path, struct stat *before)
{
	struct stat status;

	if (stat(path, &status))
		return 0;
	if (status.st_ino == before->st_ino && status.st_size == before->st_size &&
	    status.st_mtim.tv_sec == before->st_mtim.tv_sec && status.st_mtim.tv_nsec == before->st_mtim.tv_nsec)
		return 0;
	*before = status;
	return 1;
}

int main(int argc, char **argv)
{
	struct stat status = { 0 };
	const struct timespec pause = { .tv_nsec = POLL_NS };
	regex_t expression;
	long count;
	double end;

	if (argc != 5 || regcomp(&expression, argv[2], REG_NOSUB)) {
		fprintf(stderr, "usage: waitline FILE EXPRESSION COUNT SECONDS\n");
		return 2;
	}
	count = strtol(argv[3], NULL, 10);
	end = now() + strtod(argv[4], NULL);
	while (!changed(argv[1], &status) || matches(argv[1], &expression) < count) {
		if (now() > end) {
			printf("-- %s: not %ld lines with %s within %s s\n", argv[1], count, argv[2], argv[4]);
			return 1;
		}
		nanosleep(&pause, NULL);
	}
	return 0;
}
