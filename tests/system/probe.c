// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe.c - what a guest could do in dom0 that controls a process of its own.
 *
 *   probe KIND PID GUEST OTHER OTHERPID...   takes process PID of GUEST over, and tries to reach dom0 and guest OTHER,
 * whose processes are OTHERPID. KIND is vimo-dm, storage, folder, slirp, image; or root: a process with all rights,
 * which must succeed in all attempts
 *   probe user UID PATH...                   tries to open the files as this user
 *   probe hold NAME PARENT                   waits for a child of process PARENT that runs program NAME, stops both,
 * and prints the child's process id
 *
 * Each attempt prints "probe: ATTEMPT: refused (ERROR)", "by design" or "POSSIBLE". The exit code is 0 if there is no
 * POSSIBLE; of kind root, if nothing is refused.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <dirent.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <linux/reboot.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

#define OTHER_USER 98559 /* the last of the guests' */

static const struct {
	const char *name;
	unsigned int bit;
} kinds[] = {
	{ "vimo-dm", DM },  { "storage", STORAGE }, { "folder", FOLDER },
	{ "slirp", SLIRP }, { "image", IMAGE },     { "root", ROOT },
};

struct probe probe;
static unsigned int attempts, possible, refused;

/* An argument of a system call: a text (%s: the other guest's name), bytes and zeroes after them, or a number. */
struct argument {
	const char *text;
	uint64_t number;
};
#define T(text)           \
	{                 \
		(text), 0 \
	}
#define B(bytes)                       \
	{                              \
		(bytes), sizeof(bytes) \
	}
#define N(number)                        \
	{                                \
		NULL, (uint64_t)(number) \
	}
#define Z B("")

/* A system call that must fail, but for the kinds of processes whose work it is. */
struct call {
	const char *name;
	unsigned int design;
	long number;
	struct argument argument[6];
};

#define OPEN(path, flags)                                                                  \
	{                                                                                  \
		"open " path, 0, SYS_openat,                                               \
		{                                                                          \
			N(AT_FDCWD), T(path), N((flags) | O_NONBLOCK | O_CLOEXEC), N(0600) \
		}                                                                          \
	}
#define SOCKET(family, type, protocol, design)                           \
	{                                                                \
		"socket " #family, design, SYS_socket,                   \
		{                                                        \
			N(family), N((type) | SOCK_CLOEXEC), N(protocol) \
		}                                                        \
	}

/* In this order: a later call may need what an earlier call changed. */
static const struct call calls[] = {
	OPEN("/etc/passwd", O_RDONLY),
	OPEN("/proc/1/root/etc/passwd", O_RDONLY),
	OPEN("/proc/1/environ", O_RDONLY),
	OPEN("/proc/kcore", O_RDONLY),
	OPEN("/proc/sys/kernel/core_pattern", O_WRONLY),
	OPEN("/sys/kernel", O_RDONLY),
	OPEN("/run/vimo", O_RDONLY),
	OPEN("/run/vimo/vimod.sock", O_PATH),
	OPEN("/run/vimo/records", O_RDONLY),
	OPEN("/run/vimo/records/%s/domain.json", O_RDONLY),
	OPEN("/run/vimo/guests/%s", O_RDONLY),
	OPEN("/var/log/vimo/%s.console.log", O_RDONLY),
	OPEN("/mnt/%s.img", O_RDWR),
	OPEN("/dev/vimo", O_RDWR),
	OPEN("/dev/mem", O_RDONLY),
	OPEN("/dev/kmsg", O_RDONLY),
	OPEN("/dev/vda", O_RDONLY),
	{ "make a file",
	  FOLDER,
	  SYS_openat,
	  { N(AT_FDCWD), T("/probe.file"), N(O_CREAT | O_RDWR | O_CLOEXEC), N(0600) } },
	{ "make a link", FOLDER, SYS_symlinkat, { T("/etc"), N(AT_FDCWD), T("/probe.link") } },
	{ "rename a file", FOLDER, SYS_renameat2, { N(AT_FDCWD), T("/probe.link"), N(AT_FDCWD), T("/probe.name") } },
	{ "remove a file", FOLDER, SYS_unlinkat, { N(AT_FDCWD), T("/probe.name"), N(0) } },
	{ "remove a file", FOLDER, SYS_unlinkat, { N(AT_FDCWD), T("/probe.file"), N(0) } },
	{ "make a device node", 0, SYS_mknodat, { N(AT_FDCWD), T("/probe.node"), N(S_IFCHR | 0600), N(0x101) } },
	SOCKET(AF_UNIX, SOCK_STREAM, 0, STORAGE),
	SOCKET(AF_NETLINK, SOCK_RAW, 0, 0),
	SOCKET(AF_PACKET, SOCK_RAW, 0, 0),
	{ "shared memory of dom0", 0, SYS_shmget, { N(PROBE_KEY), N(4096), N(0) } },
	{ "signal all processes", 0, SYS_kill, { N(-1), N(0) } },
	{ "io_uring", 0, SYS_io_uring_setup, { N(8), Z } },
	{ "perf", 0, SYS_perf_event_open, { B("\1"), N(0), N(-1), N(-1), N(0) } },
	{ "bpf", 0, SYS_bpf, { N(BPF_MAP_CREATE), B("\2\0\0\0\4\0\0\0\4\0\0\0\1"), N(16) } },
	{ "userfaultfd", 0, SYS_userfaultfd, { N(O_CLOEXEC) } },
	{ "fanotify", 0, SYS_fanotify_init, { N(0), N(0) } },
	{ "a keyring", 0, SYS_keyctl, { N(KEYCTL_GET_KEYRING_ID), N(KEY_SPEC_SESSION_KEYRING), N(1) } },
	{ "a key", 0, SYS_add_key, { T("user"), T("probe"), T("secret"), N(6), N(KEY_SPEC_PROCESS_KEYRING) } },
	{ "the kernel's log", 0, SYS_syslog, { N(3), Z, N(200) } },
	{ "the reboot keys",
	  0,
	  SYS_reboot,
	  { N(LINUX_REBOOT_MAGIC1), N(LINUX_REBOOT_MAGIC2), N(LINUX_REBOOT_CMD_CAD_OFF) } },
	{ "process accounting", 0, SYS_acct, { N(0) } },
	{ "a module", OF_GUEST, SYS_init_module, { Z, N(0), Z } },
	{ "real-time scheduling", 0, SYS_sched_setscheduler, { N(0), N(SCHED_FIFO), B("\1") } },
	{ "a higher priority", 0, SYS_setpriority, { N(PRIO_PROCESS), N(0), N(-5) } },
	{ "more descriptors", 0, SYS_prlimit64, { N(0), N(RLIMIT_NOFILE), B("\0\0\10\0\0\0\0\0\0\0\10"), N(0) } },
	{ "a namespace of users", 0, SYS_clone, { N(CLONE_NEWUSER) } },
	{ "a namespace of mounts", 0, SYS_unshare, { N(CLONE_NEWNS) } },
	{ "a mount's propagation", 0, SYS_mount, { N(0), T("/"), N(0), N(MS_REC | MS_PRIVATE), N(0) } },
	{ "a mount", 0, SYS_mount, { T("probe"), T("/tmp"), T("tmpfs"), N(0), N(0) } },
	{ "a mount's end", 0, SYS_umount2, { T("/tmp"), N(MNT_DETACH) } },
	{ "a file system", 0, SYS_fsopen, { T("tmpfs"), N(1) } },
	{ "a tree of mounts", 0, SYS_open_tree, { N(AT_FDCWD), T("/"), N(OPEN_TREE_CLONE) } },
	{ "another root by pivot_root", OF_GUEST, SYS_pivot_root, { T("/"), T("/") } },
	{ "another root by chroot", 0, SYS_chroot, { T("/") } },
	{ "a name of the host", 0, SYS_unshare, { N(CLONE_NEWUTS) } },
	{ "supplementary groups", FOLDER, SYS_setgroups, { N(0), N(0) } },
	{ "group root", FOLDER, SYS_setresgid, { N(0), N(0), N(0) } },
	{ "user root", FOLDER, SYS_setresuid, { N(0), N(0), N(0) } },
	{ "another guest's user", FOLDER, SYS_setresuid, { N(OTHER_USER), N(OTHER_USER), N(OTHER_USER) } },
};

void report(const char *name, unsigned int design, long result)
{
	const char *error = result < 0 ? strerrorname_np((int)-result) : NULL;

	attempts++;
	if (result < 0) {
		/* kind root shows that the object is there: without it, the attempt would show nothing. */
		refused += !(design & OF_GUEST);
		printf("probe: %s: refused (%s)\n", name, result == TAKEOVER_KILLED ? "killed" : error ? error : "?");
	} else if (design & probe.kind) {
		printf("probe: %s: by design\n", name);
	} else {
		possible++;
		printf("probe: %s: POSSIBLE\n", name);
	}
}

static uint64_t put_argument(struct takeover *taken, const struct argument *argument)
{
	char text[256] = "";

	if (!argument->text)
		return argument->number;
	if (argument->number)
		memcpy(text, argument->text, argument->number);
	else
		snprintf(text, sizeof(text), argument->text, probe.other);
	return takeover_put(taken, text, sizeof(text));
}

/* End what the last call made. */
static void end_child(struct takeover *taken)
{
	struct takeover child = { .process = taken->child, .mem = -1 };

	if (taken->child)
		takeover_kill(&child);
	taken->child = 0;
}

static void try_call(struct takeover *taken, const struct call *call)
{
	uint64_t arguments[6];
	char name[256];
	long result;

	takeover_reset(taken);
	for (unsigned int n = 0; n < 6; n++)
		arguments[n] = put_argument(taken, &call->argument[n]);
	result = takeover_call(taken, call->number, arguments);
	end_child(taken);
	snprintf(name, sizeof(name), call->name, probe.other);
	report(name, call->design, result);
}

/* A copy of the process makes the attempts, if the process may be copied. After a filter has killed it, another does.
 */
static struct takeover *next_copy(struct takeover *parent, struct takeover *copy)
{
	if (copy->ended) {
		close(copy->mem);
		copy->ended = false;
		copy->process = 0;
	}
	if (!copy->process && !takeover_fork(parent, copy))
		return parent;
	return copy;
}

static void try_efforts(struct takeover *parent, struct takeover *copy, const struct effort *effort, unsigned int count)
{
	for (; count--; effort++) {
		struct takeover *taken = next_copy(parent, copy);

		takeover_reset(taken);
		report(effort->name, effort->design, effort->attempt(taken));
		end_child(taken);
	}
}

/* A filter that kills by its code kills in truth. */
static void try_the_filter(struct takeover *taken)
{
	static const uint64_t pivot[6] = { 0 };

	if (filters_kill(taken->filters, SYS_pivot_root, pivot))
		report("live on after a call that kills", 0, takeover_really_call(taken, SYS_pivot_root, pivot));
}

static void try_all(void)
{
	struct takeover parent, copy = { 0 };

	if (!takeover_begin(&parent, probe.process, probe.process))
		takeover_fail("take over");
	try_efforts(&parent, &copy, efforts, effort_count);
	try_descriptors(next_copy(&parent, &copy));
	for (size_t n = 0; n < sizeof(calls) / sizeof(calls[0]); n++)
		try_call(next_copy(&parent, &copy), &calls[n]);
	try_efforts(&parent, &copy, last_efforts, last_effort_count);
	if (parent.ended) {
		printf("probe: an attempt killed the process\n");
		exit(2);
	}
	try_the_filter(&parent);
	takeover_kill(&parent);
}

static long open_or_connect(const char *path)
{
	const char *end = strrchr(path, '.');
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd;

	if (!end || strcmp(end, ".sock"))
		return open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) < 0 ? -errno : 0;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	return fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof(to)) ? -errno : 0;
}

static int try_user(uid_t user, char **paths, int count)
{
	if (setgroups(0, NULL) || setresgid(user, user, user) || setresuid(user, user, user))
		takeover_fail("user");
	for (int n = 0; n < count; n++)
		report(paths[n], 0, open_or_connect(paths[n]));
	return possible != 0;
}

/* The value of a field of /proc/PID/status. */
static bool has_status(pid_t process, const char *field, const char *value)
{
	char path[64], line[128], wanted[128];
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", process);
	snprintf(wanted, sizeof(wanted), "%s:\t%s\n", field, value);
	file = fopen(path, "re");
	while (file && !found && fgets(line, sizeof(line), file))
		found = !strcmp(line, wanted);
	if (file)
		fclose(file);
	return found;
}

static pid_t find_child(const char *name, const char *parent)
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0;

	while (processes && !found && (entry = readdir(processes))) {
		pid_t process = atoi(entry->d_name);

		if (process > 0 && has_status(process, "Name", name) && has_status(process, "PPid", parent))
			found = process;
	}
	if (processes)
		closedir(processes);
	return found;
}

/* A program has its name once execve() succeeds: all of its confinement came before. */
static int hold(const char *name, const char *parent)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	pid_t found;

	while (!(found = find_child(name, parent)))
		nanosleep(&pause, NULL);
	if (kill(found, SIGSTOP) || kill(atoi(parent), SIGSTOP))
		takeover_fail("stop");
	while (!takeover_is_stopped(found))
		nanosleep(&pause, NULL);
	printf("%d\n", found);
	return 0;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 3 && !strcmp(argv[1], "user"))
		return try_user((uid_t)atoi(argv[2]), argv + 3, argc - 3);
	if (argc == 4 && !strcmp(argv[1], "hold"))
		return hold(argv[2], argv[3]);
	for (size_t n = 0; argc > 4 && n < sizeof(kinds) / sizeof(kinds[0]); n++)
		if (!strcmp(argv[1], kinds[n].name))
			probe.kind = kinds[n].bit;
	if (!probe.kind)
		return 2;
	probe.process = atoi(argv[2]);
	probe.guest = argv[3];
	probe.other = argv[4];
	for (int n = 5; n < argc && probe.other_count < sizeof(probe.others) / sizeof(probe.others[0]); n++)
		probe.others[probe.other_count++] = atoi(argv[n]);
	set_traps();
	try_all();
	remove_traps();
	printf("probe: %s: %u attempts, %u refused, %u possible\n", argv[1], attempts, refused, possible);
	return probe.kind == ROOT ? refused != 0 : possible != 0;
}
