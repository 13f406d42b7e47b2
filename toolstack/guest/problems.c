// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * problems.c - what vimo-dm leaves in its directory, where a vimod that was started since finds it, too: why it
 * paused a guest whose disk failed with on_io_error = "stop", and which networks have lost their switch.
 */
#include "guest/life.h"
#include "log.h"
#include "base/store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>

static const char *disk_name(const struct guest *guest, unsigned long slot)
{
	for (uint32_t n = 0; n < guest->config.disk_count; n++)
		if (guest->config.disk[n].slot == slot)
			return guest->config.disk[n].vdev;
	return "?";
}

/* Return: whether the file is there; guest->problem says what it says. */
static bool read_problem(struct guest *guest)
{
	FILE *file = fopen(store_path(guest->config.name, "stalled"), "re");
	char line[160] = "", *why;
	unsigned long slot;

	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = 0;
	fclose(file);
	slot = strtoul(line, &why, 10);
	why += strspn(why, " ");
	why[strcspn(why, "\n")] = 0;
	/* vimo-dm's words, so a guest's: one line of printable text is all that they can be. */
	for (char *c = why; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	snprintf(guest->problem, sizeof(guest->problem), "disk %s: %s: mend it, then vimoctl unpause %s",
		 disk_name(guest, slot), why, guest->config.name);
	return true;
}

static void look(struct guest *guest)
{
	if (!read_problem(guest))
		return;
	log_warning("%s: paused: %s", guest->config.name, guest->problem);
	if (guest->state == GUEST_RUNNING)
		guest_enter(guest, GUEST_PAUSED);
	else
		guest_announce(guest);
}

static void on_file(void *arg)
{
	struct guest *guest = arg;
	_Alignas(struct inotify_event) char events[4096];
	ssize_t got = read(guest->stall_fd, events, sizeof(events)), at = 0;
	bool came = false, links = false;

	while (at < got) {
		const struct inotify_event *event = (const struct inotify_event *)(const void *)(events + at);

		came = came || (event->len && !strcmp(event->name, "stalled"));
		links = links || (event->len && !strncmp(event->name, "link-", 5));
		at += (ssize_t)(sizeof(*event) + event->len);
	}
	if (came)
		look(guest);
	if (links)
		switches_look(guest->switches, &guest->config, guest->daemon->loop);
}

void guest_watch_stalls(struct guest *guest)
{
	guest_forget_stalls(guest);
	guest->stall_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (guest->stall_fd < 0 ||
	    inotify_add_watch(guest->stall_fd, store_path(guest->config.name, ""), IN_MOVED_TO | IN_ONLYDIR) < 0)
		log_warning("%s: cannot see failures of its disks: %s", guest->config.name, strerror(errno));
	else
		guest->stall = watch_fd(guest->daemon->loop, guest->stall_fd, UV_READABLE, on_file, guest);
	look(guest);
	switches_look(guest->switches, &guest->config, guest->daemon->loop);
}

void guest_forget_stalls(struct guest *guest)
{
	watch_end(&guest->stall);
	switches_forget(guest->switches);
	if (guest->stall_fd >= 0)
		close(guest->stall_fd);
	guest->stall_fd = -1;
	guest->problem[0] = 0;
}

int guest_mend_stall(struct guest *guest, struct error *err)
{
	if (!guest->problem[0])
		return 0;
	if (dm_retry(guest->config.name, err))
		return -1;
	guest->problem[0] = 0;
	return 0;
}
