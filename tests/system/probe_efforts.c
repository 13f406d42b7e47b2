// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe_efforts.c - attempts of more than one system call: other processes, sockets, copies without end.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <dirent.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>

#define MANY 1100u /* processes or threads: more than a guest's process may have */
#define PORT 7060
#define ABSTRACT "vimo-probe"

/* The fields of /proc/PID/status; false: there is no such process. */
static bool read_status(pid_t pid, pid_t *parent, int *own_number)
{
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		if (!strncmp(line, "PPid:", 5))
			*parent = atoi(line + 5);
		if (!strncmp(line, "NSpid:", 6))
			*own_number = atoi(strrchr(line, '\t') + 1);
	}
	fclose(file);
	return true;
}

static int own[MANY]; /* numbers that name the process, its threads and its copies, for the process */
static unsigned int own_count;

static void add_own(const char *directory, pid_t process, pid_t copy)
{
	DIR *entries = opendir(directory);
	struct dirent *entry;

	while (entries && (entry = readdir(entries)) && own_count < MANY) {
		pid_t pid = atoi(entry->d_name), parent = 0;

		if (pid > 0 && read_status(pid, &parent, &own[own_count]) &&
		    (strcmp(directory, "/proc") || parent == process || parent == copy))
			own_count++;
	}
	if (entries)
		closedir(entries);
}

static void find_own(const struct takeover *taken)
{
	char path[64];

	own_count = 0;
	snprintf(path, sizeof(path), "/proc/%d/task", probe.process);
	add_own(path, probe.process, taken->process);
	snprintf(path, sizeof(path), "/proc/%d/task", taken->process);
	add_own(path, probe.process, taken->process);
	add_own("/proc", probe.process, taken->process);
}

static bool is_own(int id)
{
	for (unsigned int n = 0; n < own_count; n++)
		if (own[n] == id)
			return true;
	return false;
}

/* Make the attempt with each number that can name another process. Return: the first success, or the last error. */
static long with_each_pid(struct takeover *taken, long (*attempt)(struct takeover *, pid_t))
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;
	long result = -ESRCH;

	find_own(taken);
	for (unsigned int n = 0; result < 0 && n < probe.other_count; n++)
		if (!is_own(probe.others[n]))
			result = attempt(taken, probe.others[n]);
	for (int id = 1; result < 0 && id <= 64; id++)
		if (!is_own(id))
			result = attempt(taken, id);
	while (result < 0 && processes && (entry = readdir(processes))) {
		int id = atoi(entry->d_name);

		if (id > 64 && id != getpid() && !is_own(id))
			result = attempt(taken, id);
	}
	if (processes)
		closedir(processes);
	return result;
}

static long do_signal(struct takeover *taken, pid_t id)
{
	return takeover_sys(taken, SYS_kill, (uint64_t)id, 0);
}

static long do_thread_signal(struct takeover *taken, pid_t id)
{
	return takeover_sys(taken, SYS_tgkill, (uint64_t)id, (uint64_t)id, 0);
}

static long do_pidfd(struct takeover *taken, pid_t id)
{
	return takeover_sys(taken, SYS_pidfd_open, (uint64_t)id, 0);
}

/* The kernel signals a descriptor's owner when there is input. */
static long do_owner(struct takeover *taken, pid_t id)
{
	long result = takeover_sys(taken, SYS_fcntl, STDIN_FILENO, F_SETOWN, (uint64_t)id);

	takeover_sys(taken, SYS_fcntl, STDIN_FILENO, F_SETOWN, 0);
	return result;
}

static long do_ptrace(struct takeover *taken, pid_t id)
{
	return takeover_sys(taken, SYS_ptrace, PTRACE_SEIZE, (uint64_t)id, 0, 0);
}

/* An address that no process has: EFAULT comes after the check of rights. */
static long do_read_memory(struct takeover *taken, pid_t id)
{
	const struct iovec vector = { (void *)8, 8 };
	uint64_t at;
	long result;

	takeover_reset(taken);
	at = takeover_put(taken, &vector, sizeof(vector));
	result = takeover_sys(taken, SYS_process_vm_readv, (uint64_t)id, at, 1, at, 1, 0);
	return result == -EFAULT ? 0 : result;
}

static long try_signal(struct takeover *taken)
{
	return with_each_pid(taken, do_signal);
}

static long try_thread_signal(struct takeover *taken)
{
	return with_each_pid(taken, do_thread_signal);
}

static long try_pidfd(struct takeover *taken)
{
	return with_each_pid(taken, do_pidfd);
}

static long try_owner(struct takeover *taken)
{
	return with_each_pid(taken, do_owner);
}

static long try_ptrace(struct takeover *taken)
{
	return with_each_pid(taken, do_ptrace);
}

static long try_read_memory(struct takeover *taken)
{
	return with_each_pid(taken, do_read_memory);
}

static long try_execute(struct takeover *taken)
{
	long result = takeover_sys(taken, SYS_execve, takeover_text(taken, "/probe.none"), 0, 0);

	return result == -ENOENT ? 0 : result; /* a program that is there would take the place of the process */
}

static long connect_socket(struct takeover *taken, int family, int type, const void *to, size_t bytes)
{
	long fd = takeover_sys(taken, SYS_socket, (uint64_t)family, (uint64_t)type | SOCK_CLOEXEC, 0);
	long result;

	if (fd < 0)
		return fd;
	result = takeover_sys(taken, SYS_connect, (uint64_t)fd, takeover_put(taken, to, bytes), bytes);
	takeover_sys(taken, SYS_close, (uint64_t)fd);
	return result;
}

static long connect_path(struct takeover *taken, int type, const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	snprintf(to.sun_path, sizeof(to.sun_path), path, probe.other);
	return connect_socket(taken, AF_UNIX, type, &to, sizeof(to));
}

static long try_api(struct takeover *taken)
{
	return connect_path(taken, SOCK_STREAM, "/run/vimo/vimod.sock");
}

static long try_read_only(struct takeover *taken)
{
	return connect_path(taken, SOCK_STREAM, "/run/vimo/vimod-ro.sock");
}

static long try_control(struct takeover *taken)
{
	return connect_path(taken, SOCK_SEQPACKET, "/run/vimo/records/%s/control.sock");
}

static long try_console(struct takeover *taken)
{
	return connect_path(taken, SOCK_STREAM, "/run/vimo/guests/%s/console.sock");
}

static struct sockaddr_un abstract_address(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strcpy(address.sun_path + 1, ABSTRACT);
	return address;
}

static long try_abstract(struct takeover *taken)
{
	const struct sockaddr_un to = abstract_address();

	return connect_socket(taken, AF_UNIX, SOCK_STREAM, &to, sizeof(to));
}

static struct sockaddr_in tcp_address(void)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(PORT),
				     .sin_addr = { htonl(INADDR_LOOPBACK) } };
}

static long try_tcp(struct takeover *taken)
{
	const struct sockaddr_in to = tcp_address();

	return connect_socket(taken, AF_INET, SOCK_STREAM, &to, sizeof(to));
}

/* MANY copies at once. They are stopped, and ended here. */
static long make_many(struct takeover *taken, uint64_t flags)
{
	static struct takeover made[MANY];
	unsigned int count = 0;
	long result = 0;

	while (count < MANY && result >= 0) {
		result = takeover_sys(taken, SYS_clone, flags);
		if (result < 0)
			break;
		made[count] = *taken;
		made[count].process = made[count].thread = taken->child;
		made[count++].mem = -1;
	}
	if (result < 0)
		printf("probe: after %u copies: %s\n", count, strerrorname_np((int)-result));
	for (unsigned int n = 0; n < count; n++)
		if (flags & CLONE_THREAD)
			takeover_sys(&made[n], SYS_exit, 0);
		else
			takeover_kill(&made[n]);
	while (count && !(flags & CLONE_THREAD) &&
	       takeover_sys(taken, SYS_wait4, UINT64_MAX, 0, __WALL | WNOHANG, 0) > 0)
		;
	taken->child = 0;
	return result < 0 ? result : 0;
}

static long try_processes(struct takeover *taken)
{
	return make_many(taken, 0);
}

static long try_threads(struct takeover *taken)
{
	return make_many(taken, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM);
}

static long try_namespace(struct takeover *taken)
{
	long fd = takeover_sys(taken, SYS_openat, (uint64_t)AT_FDCWD, takeover_text(taken, "/proc/1/ns/uts"),
			       O_RDONLY | O_CLOEXEC, 0);

	return fd < 0 ? fd : takeover_sys(taken, SYS_setns, (uint64_t)fd, 0);
}

/* The file with inode 2, as far as its file system is reached: beside all paths. */
static long try_handle(struct takeover *taken)
{
	const struct {
		uint32_t bytes;
		int32_t type;
		uint32_t inode, generation;
	} handle = { 8, 1, 2, 0 };
	long fd = takeover_sys(taken, SYS_open_by_handle_at, (uint64_t)AT_FDCWD,
			       takeover_put(taken, &handle, sizeof(handle)), O_RDONLY | O_CLOEXEC);

	return fd == -ESTALE || fd == -EOPNOTSUPP ? 0 : fd; /* after the check of rights */
}

const struct effort efforts[] = {
	{ "signal another process", 0, try_signal },
	{ "signal a thread of another process", 0, try_thread_signal },
	{ "signal another process by a descriptor", 0, try_owner },
	{ "a pidfd of another process", 0, try_pidfd },
	{ "read another process' memory", 0, try_read_memory },
	{ "trace another process", 0, try_ptrace },
	{ "execute a program", HELPERS, try_execute },
	{ "connect to vimod", 0, try_api },
	{ "connect to vimod's socket for all users", 0, try_read_only },
	{ "connect to the other guest's vimo-dm", 0, try_control },
	{ "connect to the other guest's console", 0, try_console },
	{ "connect to an abstract socket", 0, try_abstract },
	{ "connect to dom0 by TCP", SLIRP, try_tcp },
	{ "join a namespace", 0, try_namespace },
	{ "open a file by its handle", 0, try_handle },
};
const unsigned int effort_count = sizeof(efforts) / sizeof(efforts[0]);

const struct effort last_efforts[] = {
	{ "make 1100 processes", 0, try_processes },
	{ "make 1100 threads", 0, try_threads },
	{ "open a file by its rings", HELPERS | OF_GUEST, try_rings },
};
const unsigned int last_effort_count = sizeof(last_efforts) / sizeof(last_efforts[0]);

/* What the attempts look for in dom0. */
void set_traps(void)
{
	const struct sockaddr_un abstract = abstract_address();
	const struct sockaddr_in tcp = tcp_address();
	int by_name = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0),
	    by_port = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;

	setsockopt(by_port, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(by_name, (const struct sockaddr *)&abstract, sizeof(abstract)) || listen(by_name, 16) ||
	    bind(by_port, (const struct sockaddr *)&tcp, sizeof(tcp)) || listen(by_port, 16) ||
	    shmget(PROBE_KEY, 4096, IPC_CREAT | 0666) < 0)
		takeover_fail("sockets and shared memory of dom0");
}

void remove_traps(void)
{
	shmctl(shmget(PROBE_KEY, 4096, 0), IPC_RMID, NULL);
	unlink("/probe.node");
}
