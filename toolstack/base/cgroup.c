// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cgroup.c - groups of guests and of their processes, through the files of cgroup2.
 */
#include "base/cgroup.h"
#include "cleanup.h"
#include "log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#define PREFIX "guest-"   /* the kernel's own files have other names */
#define ALONE "image-"    /* groups of cgroup_enclose() */
#define TASKS 1024u       /* of a process: vimo-dm has threads for queues, and io_uring's workers */
#define FEW_TASKS 128u    /* of a process that reads an image: 64 threads of its pool, and some more */
#define WEIGHT 256u       /* cpu_weight's default */
#define GROUP_WEIGHT 100u /* the kernel's default */
#define GROUP_WEIGHT_MAX 10000u
#define MAPPED_PER_TABLE 512u /* an entry of 8 bytes maps 4 KiB */

static int root = -1; /* cgroup_begin() sets it; -1: no groups */

static bool put(int dir, const char *file, const char *text)
{
	CLEANUP_FD int fd = openat(dir, file, O_WRONLY | O_CLOEXEC);
	ssize_t length = (ssize_t)strlen(text);

	return fd >= 0 && write(fd, text, (size_t)length) == length;
}

static bool put_number(int dir, const char *file, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	return put(dir, file, text);
}

/* Return: the group's directory, or -1 with errno. */
static int make(int parent, const char *name)
{
	if (parent < 0 || (mkdirat(parent, name, 0755) && errno != EEXIST))
		return -1;
	return openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int make_guest(const char *guest)
{
	char name[NAME_MAX + 1];

	snprintf(name, sizeof(name), PREFIX "%s", guest);
	return make(root, name);
}

/* Processes of a group that has groups with controllers must be in one of these: systemd's keeper of the group, too. */
static void move_keeper(void)
{
	CLEANUP_FD int list = openat(root, "cgroup.procs", O_RDONLY | O_CLOEXEC), fd = -1;
	char text[256], *rest = text, *pid;
	ssize_t got = list < 0 ? -1 : read(list, text, sizeof(text) - 1);

	if (got <= 0)
		return;
	text[got] = '\0';
	fd = make(root, "keeper");
	while ((pid = strsep(&rest, "\n")))
		if (*pid)
			put(fd, "cgroup.procs", pid);
}

/* Return: NULL, or what is wrong with the group. */
static const char *open_root(const char *path)
{
	struct statfs status;

	if (!path || !*path)
		return "VIMO_CGROUP is not set";
	root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return strerror(errno);
	if (fstatfs(root, &status) || (uint32_t)status.f_type != CGROUP2_SUPER_MAGIC)
		return "it is not a group of cgroup2";
	move_keeper();
	if (!put(root, "cgroup.subtree_control", "+memory") || !put(root, "cgroup.subtree_control", "+pids"))
		return "it has no controllers memory and pids";
	/* Shares of time are a matter of fairness: these two may lack. */
	put(root, "cgroup.subtree_control", "+cpu");
	put(root, "cgroup.subtree_control", "+io");
	return NULL;
}

/* Call @act for each group below @dir. */
static void each_below(int dir, void (*act)(int dir, const char *name))
{
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;

	while (entries && (entry = readdir(entries)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			act(dir, entry->d_name);
	if (entries)
		closedir(entries);
	else if (copy >= 0)
		close(copy);
}

static void remove_process(int dir, const char *name)
{
	unlinkat(dir, name, AT_REMOVEDIR); /* EBUSY while it has a process */
}

static void remove_guest(int dir, const char *name)
{
	CLEANUP_FD int fd = -1;

	if (!strncmp(name, ALONE, strlen(ALONE)))
		unlinkat(dir, name, AT_REMOVEDIR);
	if (strncmp(name, PREFIX, strlen(PREFIX)))
		return;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return;
	each_below(fd, remove_process);
	unlinkat(dir, name, AT_REMOVEDIR);
}

void cgroup_begin(void)
{
	const char *path = getenv("VIMO_CGROUP"), *problem = open_root(path);

	if (!problem) {
		each_below(root, remove_guest);
		return;
	}
	log_warning("%s%s%s: guests' processes may take all of dom0's memory: start vimo-guests.service, then "
		    "vimod.service, or set VIMO_CGROUP to a group of cgroup2",
		    path ? path : "", path ? ": " : "", problem);
	if (root >= 0)
		close(root);
	root = -1;
}

void cgroup_make(const char *guest, uint32_t weight)
{
	uint64_t share = (uint64_t)weight * GROUP_WEIGHT / WEIGHT;
	CLEANUP_FD int fd = -1;
	struct sysinfo dom0;

	if (root < 0)
		return;
	fd = make_guest(guest);
	if (fd < 0 || sysinfo(&dom0) || !put_number(fd, "memory.max", (uint64_t)dom0.totalram * dom0.mem_unit / 2) ||
	    !put(fd, "cgroup.subtree_control", "+memory +pids"))
		log_warning("%s: its control group cannot be made: %s: see cgroup.controllers and "
			    "cgroup.max.descendants below VIMO_CGROUP",
			    guest, strerror(errno));
	share = share < 1 ? 1 : share > GROUP_WEIGHT_MAX ? GROUP_WEIGHT_MAX : share;
	put_number(fd, "cpu.weight", share);
	put_number(fd, "io.weight", share);
}

/* Make the group @name in @parent, with the process. @guest is for the message. */
static void enclose(int parent, const char *guest, const char *name, pid_t pid, uint64_t bytes, uint64_t tasks)
{
	CLEANUP_FD int fd = make(parent, name);

	if (fd < 0 || !put_number(fd, "memory.max", bytes) || !put_number(fd, "pids.max", tasks) ||
	    !put_number(fd, "cgroup.procs", (uint64_t)pid))
		log_warning("%s: %s has no control group of its own: %s: see cgroup.controllers and "
			    "cgroup.max.descendants below VIMO_CGROUP",
			    guest, name, strerror(errno));
	else
		put_number(fd, "memory.swap.max", bytes); /* a kernel without swap has no such file */
}

void cgroup_add(const char *guest, const char *process, pid_t pid, uint64_t bytes, uint64_t guest_bytes)
{
	CLEANUP_FD int above = -1;

	if (root < 0)
		return;
	above = make_guest(guest);
	enclose(above, guest, process, pid, bytes + guest_bytes / MAPPED_PER_TABLE, TASKS);
}

void cgroup_enclose(pid_t pid, uint64_t bytes)
{
	char name[24];

	snprintf(name, sizeof(name), ALONE "%d", pid);
	if (root >= 0)
		enclose(root, "qemu-img", name, pid, bytes, FEW_TASKS);
}

void cgroup_release(pid_t pid)
{
	char name[24];

	snprintf(name, sizeof(name), ALONE "%d", pid);
	if (root >= 0)
		unlinkat(root, name, AT_REMOVEDIR);
}

/* Return: the text of a file, shorter than @bytes; empty if it cannot be read. */
static void get(int dir, const char *file, char *text, size_t bytes)
{
	CLEANUP_FD int fd = openat(dir, file, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, bytes - 1);

	text[got > 0 ? got : 0] = '\0';
}

/* Return: the sum of the numbers that follow @key, a word with its separator. */
static uint64_t sum(const char *text, const char *key)
{
	uint64_t total = 0;

	for (const char *at = text; (at = strstr(at, key)); at += strlen(key))
		if (at == text || at[-1] == ' ' || at[-1] == '\n')
			total += strtoull(at + strlen(key), NULL, 10);
	return total;
}

void cgroup_usage(const char *guest, struct cgroup_usage *usage)
{
	char name[NAME_MAX + 1], text[8192]; /* a line for each disk of dom0 */
	CLEANUP_FD int fd = -1;

	*usage = (struct cgroup_usage){ 0 };
	snprintf(name, sizeof(name), PREFIX "%s", guest);
	fd = root < 0 ? -1 : openat(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return;
	usage->known = true;
	get(fd, "cpu.stat", text, sizeof(text));
	usage->cpu_ns = sum(text, "usage_usec ") * 1000;
	get(fd, "memory.current", text, sizeof(text));
	usage->memory_bytes = strtoull(text, NULL, 10);
	get(fd, "io.stat", text, sizeof(text));
	usage->read_bytes = sum(text, "rbytes=");
	usage->written_bytes = sum(text, "wbytes=");
	usage->reads = sum(text, "rios=");
	usage->writes = sum(text, "wios=");
}

void cgroup_remove(const char *guest)
{
	char name[NAME_MAX + 1];

	snprintf(name, sizeof(name), PREFIX "%s", guest);
	if (root >= 0)
		remove_guest(root, name);
}
