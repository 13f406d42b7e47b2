// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * channel.c - links to sockets of channels. A link stays for the next vimo-dm, needs no rights in vimo-dm, and its path
 * can be longer than a socket's.
 */
#include "host/channel.h"
#include "base/store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *channel_path(const struct guest_config *config, uint32_t index)
{
	char file[32];

	snprintf(file, sizeof(file), "channel-%u.sock", index + 1);
	return store_path(config->name, file);
}

/* Return: whether @path is a link to @target. */
static bool leads_to(const char *path, const char *target)
{
	char text[PATH_MAX];
	ssize_t length = readlink(path, text, sizeof(text));

	return length >= 0 && (size_t)length == strlen(target) && !memcmp(text, target, (size_t)length);
}

/* A link into a directory of guests without a target: perhaps dom0 lost power. */
static bool is_stale(const char *path)
{
	char text[PATH_MAX], ours[PATH_MAX];
	ssize_t length = readlink(path, text, sizeof(text) - 1);
	struct stat status;

	if (length < 0)
		return false;
	text[length] = '\0';
	snprintf(ours, sizeof(ours), "%s/guests/", store_root());
	return !strncmp(text, ours, strlen(ours)) && stat(path, &status) && errno == ENOENT;
}

static int channel_fail(const struct channel_config *channel, const char *why, struct error *err)
{
	return error_key(err, ERROR_FAILED, "channel", "channel %s: %.800s: %s", channel->name, channel->path, why);
}

enum { NOTHING, OURS, STALE };

/* Return: what is at the channel's path; -1 when the path cannot be used. */
static int look(const struct channel_config *channel, const char *target, struct error *err)
{
	struct stat status;

	if (lstat(channel->path, &status))
		return errno == ENOENT ? NOTHING : channel_fail(channel, strerror(errno), err);
	if (leads_to(channel->path, target))
		return OURS;
	if (is_stale(channel->path))
		return STALE;
	return channel_fail(channel, "the path exists: remove it, or give another path", err);
}

int channels_check(const struct guest_config *config, struct error *err)
{
	for (uint32_t n = 0; n < config->channel_count; n++) {
		const struct channel_config *channel = &config->channel[n];
		char folder[PATH_MAX];

		if (!*channel->path)
			continue;
		snprintf(folder, sizeof(folder), "%s", channel->path);
		strrchr(folder, '/')[1] = '\0'; /* paths are absolute */
		if (access(folder, W_OK | X_OK))
			return channel_fail(channel,
					    "vimod cannot make a file there: make its directory, or give another path",
					    err);
		if (look(channel, channel_path(config, n), err) < 0)
			return -1;
	}
	return 0;
}

int channels_link(const struct guest_config *config, struct error *err)
{
	for (uint32_t n = 0; n < config->channel_count; n++) {
		const struct channel_config *channel = &config->channel[n];
		const char *target = channel_path(config, n);
		int found = *channel->path ? look(channel, target, err) : OURS;

		if (found < 0)
			return -1;
		if (found == OURS)
			continue;
		if (found == STALE)
			unlink(channel->path);
		if (symlink(target, channel->path))
			return channel_fail(channel, strerror(errno), err);
	}
	return 0;
}

void channels_unlink(const struct guest_config *config)
{
	for (uint32_t n = 0; n < config->channel_count; n++) {
		const char *path = config->channel[n].path;

		if (*path && leads_to(path, channel_path(config, n)))
			unlink(path);
	}
}
