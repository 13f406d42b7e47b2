// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe_descriptors.c - what each descriptor of a process is good for, beside its work.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <dirent.h>
#include <linux/if_tun.h>
#include <linux/io_uring.h>
#include <linux/kcmp.h>
#include <linux/vhost.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <vimo/guest_map.h>
#include <vimo/ioctl.h>

#define FAR (1ll << 32) /* a size that no state file has */

static void report_fd(const char *name, unsigned int design, int fd, const char *link, long result)
{
	char text[512];

	snprintf(text, sizeof(text), "%s descriptor %d %s", name, fd, link);
	report(text, design | OF_GUEST, result);
}

/* The path of a socket, by its inode; "" if it has none. */
static void socket_path(const char *link, char path[256])
{
	FILE *file = fopen("/proc/net/unix", "re");
	unsigned long wanted = 0, inode;
	char line[512];

	path[0] = '\0';
	sscanf(link, "socket:[%lu]", &wanted);
	while (file && wanted && fgets(line, sizeof(line), file)) {
		char found[256] = "";

		if (sscanf(line, "%*s %*s %*s %*s %*s %*s %lu %255s", &inode, found) == 2 && inode == wanted)
			strcpy(path, found);
	}
	if (file)
		fclose(file);
}

/* Whether a process of the other guest has the same open file. */
static bool is_shared(int fd)
{
	for (unsigned int n = 0; n < probe.other_count; n++) {
		char path[64];
		struct dirent *entry;
		bool shared = false;
		DIR *fds;

		snprintf(path, sizeof(path), "/proc/%d/fd", probe.others[n]);
		fds = opendir(path);
		while (!shared && fds && (entry = readdir(fds)))
			shared = *entry->d_name != '.' &&
				 !syscall(SYS_kcmp, probe.process, probe.others[n], KCMP_FILE, fd, atoi(entry->d_name));
		if (fds)
			closedir(fds);
		if (shared)
			return true;
	}
	return false;
}

static long leave_directory(struct takeover *taken, int fd)
{
	long opened = takeover_sys(taken, SYS_openat, (uint64_t)fd,
				   takeover_text(taken, "../../../../../../../../etc/passwd"), O_RDONLY | O_CLOEXEC, 0);

	if (opened < 0 && takeover_sys(taken, SYS_fchdir, (uint64_t)fd) >= 0)
		opened = takeover_sys(taken, SYS_openat, (uint64_t)AT_FDCWD,
				      takeover_text(taken, "../../../../../../../../etc/passwd"), O_RDONLY | O_CLOEXEC,
				      0);
	return opened;
}

/* Files below /run are in memory: a process must not make them larger. */
static long grow_file(struct takeover *taken, int fd)
{
	long result = takeover_sys(taken, SYS_pwrite64, (uint64_t)fd, taken->data, 1, FAR);

	if (result < 0)
		result = takeover_sys(taken, SYS_ftruncate, (uint64_t)fd, FAR);
	if (result < 0)
		result = takeover_sys(taken, SYS_fallocate, (uint64_t)fd, 0, 0, 1 << 20 | FAR);
	return result;
}

/* ioctls that reach beyond the guest; of a wrong descriptor they fail, too. */
static long reach_out(struct takeover *taken, int fd)
{
	static const unsigned long commands[] = { TIOCSTI,        TUNSETIFF,          TUNSETOWNER,
						  TUNSETPERSIST,  VIMO_IOC_INFO,      VIMO_IOC_CREATE,
						  VIMO_IOC_OPEN,  VIMO_IOC_NEXT,      VIMO_IOC_POPULATE,
						  VIMO_IOC_ENTRY, VIMO_IOC_MEMORY_FD, VHOST_VSOCK_SET_GUEST_CID };
	const struct {
		uint32_t domain, rest[63];
	} argument = { .domain = 1 };
	long result = -ENOTTY;

	for (size_t n = 0; n < sizeof(commands) / sizeof(commands[0]) && result < 0; n++) {
		takeover_reset(taken);
		result = takeover_sys(taken, SYS_ioctl, (uint64_t)fd, commands[n],
				      takeover_put(taken, &argument, sizeof(argument)));
	}
	return result;
}

/* Memory that is not the guest's. The kernel fills mappings on demand, and getrandom() shows whether it did. */
static long map_beyond(struct takeover *taken, int fd)
{
	static const uint64_t at[] = { 0,          VIMO_GUEST_RAM_BASE - 4096, VIMO_GUEST_RAM_BASE + (1ull << 38),
				       1ull << 40, VIMO_MMAP_CONSOLE + 4096,   1ull << 62 };
	long result = -EINVAL;

	for (size_t n = 0; n < sizeof(at) / sizeof(at[0]) && result < 0; n++) {
		long address =
			takeover_sys(taken, SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, (uint64_t)fd, at[n]);

		result = address;
		if (address > 0 || address < -4096)
			result = takeover_sys(taken, SYS_getrandom, (uint64_t)address, 8, 0);
	}
	return result;
}

/* Where the fields of a ring are: those of a ring of the same size that the probe makes. */
static bool ring_layout(uint32_t entries, uint32_t completions, struct io_uring_params *layout)
{
	int fd;

	*layout = (struct io_uring_params){ .flags = IORING_SETUP_CQSIZE, .cq_entries = completions };
	fd = (int)syscall(SYS_io_uring_setup, entries, layout);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static uint32_t read_word(struct takeover *taken, uint64_t at)
{
	uint32_t word;

	takeover_read(taken, &word, at, sizeof(word));
	return word;
}

#define MARK 0x70726f6265ull
#define ENTRIES 8u /* times to look for an answer */

/* Put a request to open a file into the ring. Return: its completions, or an error. */
static long fill_ring(struct takeover *taken, int fd, struct io_uring_params *layout, uint64_t *ring)
{
	struct io_uring_sqe request = { .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .user_data = MARK };
	long at = takeover_sys(taken, SYS_mmap, 0, 4096, PROT_READ, MAP_SHARED, (uint64_t)fd, IORING_OFF_SQ_RING);
	uint64_t entries, bytes;
	uint32_t tail, index;

	if (at < 0 || !ring_layout(1, 2, layout) ||
	    !ring_layout(read_word(taken, (uint64_t)at + layout->sq_off.ring_entries),
			 read_word(taken, (uint64_t)at + layout->cq_off.ring_entries), layout))
		return at < 0 ? at : -ENOSYS;
	bytes = layout->sq_off.array + layout->sq_entries * sizeof(uint32_t);
	at = takeover_sys(taken, SYS_mmap, 0, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, (uint64_t)fd,
			  IORING_OFF_SQ_RING);
	*ring = (uint64_t)at;
	at = takeover_sys(taken, SYS_mmap, 0, layout->sq_entries * sizeof(request), PROT_READ | PROT_WRITE, MAP_SHARED,
			  (uint64_t)fd, IORING_OFF_SQES);
	entries = (uint64_t)at;
	if (at < 0)
		return at;
	tail = read_word(taken, *ring + layout->sq_off.tail);
	index = tail & (layout->sq_entries - 1);
	request.addr = takeover_text(taken, "/");
	takeover_write(taken, entries + index * sizeof(request), &request, sizeof(request));
	takeover_write(taken, *ring + layout->sq_off.array + index * sizeof(index), &index, sizeof(index));
	tail++;
	takeover_write(taken, *ring + layout->sq_off.tail, &tail, sizeof(tail));
	return 0;
}

/* Return: the result of the marked request. */
static long ring_answer(struct takeover *taken, const struct io_uring_params *layout, uint64_t ring)
{
	uint32_t head = read_word(taken, ring + layout->cq_off.head),
		 tail = read_word(taken, ring + layout->cq_off.tail);

	for (; head != tail; head++) {
		uint64_t at =
			ring + layout->cq_off.cqes + (head & (layout->cq_entries - 1)) * sizeof(struct io_uring_cqe);
		struct io_uring_cqe answer;

		takeover_read(taken, &answer, at, sizeof(answer));
		if (answer.user_data != MARK)
			continue;
		answer.user_data = 0; /* the owner ignores it */
		takeover_write(taken, at, &answer, sizeof(answer));
		return answer.res;
	}
	return -EAGAIN;
}

/* Only the thread that made a ring may enter it. Return: the result of the marked request. */
static long enter_ring(struct takeover *thread, int fd, const struct io_uring_params *layout, uint64_t ring)
{
	long result = takeover_sys(thread, SYS_io_uring_enter, (uint64_t)fd, 1, 0, IORING_ENTER_GETEVENTS, 0, 0),
	     answer = -EAGAIN;

	for (unsigned int n = 0; result >= 0 && answer == -EAGAIN && n < ENTRIES; n++) {
		takeover_sys(thread, SYS_io_uring_enter, (uint64_t)fd, 0, 0, IORING_ENTER_GETEVENTS, 0, 0);
		answer = ring_answer(thread, layout, ring);
	}
	return result < 0 ? result : answer;
}

/* The thread whose ring it is stays stopped: its view of the ring is wrong now. */
static long use_ring(struct takeover *taken, int fd)
{
	struct io_uring_params layout;
	struct dirent *entry;
	uint64_t ring = 0;
	char path[64];
	DIR *tasks;
	long result;

	takeover_reset(taken);
	result = fill_ring(taken, fd, &layout, &ring);
	if (result < 0)
		return result;
	result = enter_ring(taken, fd, &layout, ring);
	snprintf(path, sizeof(path), "/proc/%d/task", probe.process);
	tasks = opendir(path);
	while (result == -EEXIST && tasks && (entry = readdir(tasks))) {
		struct takeover thread;

		if (atoi(entry->d_name) <= 0 || !takeover_begin(&thread, probe.process, atoi(entry->d_name)))
			continue;
		result = enter_ring(&thread, fd, &layout, ring);
		if (result == -EEXIST)
			takeover_end(&thread);
	}
	if (tasks)
		closedir(tasks);
	return result;
}

long try_rings(struct takeover *taken)
{
	char path[64], link[256];
	struct dirent *entry;
	long result = -ENOENT;
	DIR *fds;

	snprintf(path, sizeof(path), "/proc/%d/fd", probe.process);
	fds = opendir(path);
	while (result < 0 && fds && (entry = readdir(fds))) {
		ssize_t length = readlinkat(dirfd(fds), entry->d_name, link, sizeof(link) - 1);

		link[length > 0 ? length : 0] = '\0';
		if (strstr(link, "[io_uring]"))
			result = use_ring(taken, atoi(entry->d_name));
	}
	if (fds)
		closedir(fds);
	return result;
}

static void try_descriptor(struct takeover *taken, int fd, const char *link)
{
	char path[256];
	struct stat status;

	printf("probe: descriptor %d: %s\n", fd, link);
	takeover_reset(taken);
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", probe.process, fd);
	if (!stat(path, &status) && S_ISDIR(status.st_mode))
		report_fd("leave the directory of", 0, fd, link, leave_directory(taken, fd));
	if (!strncmp(link, "/run/", 5) || !strncmp(link, "/memfd:", 7))
		report_fd("grow the file of", 0, fd, link, grow_file(taken, fd));
	socket_path(link, path);
	if (!strncmp(path, "/run/vimo/", 10) && !strstr(path, probe.guest))
		report_fd("use a socket of others by", 0, fd, path, 0);
	if (strcmp(link, "/dev/null") && is_shared(fd))
		report_fd("use an open file of the other guest by", 0, fd, link, 0);
	if (strstr(link, "[vimo-domain]"))
		report_fd("map foreign memory by", 0, fd, link, probe.kind == DM ? map_beyond(taken, fd) : 0);
	report_fd("reach out by", 0, fd, link, reach_out(taken, fd));
}

void try_descriptors(struct takeover *taken)
{
	char path[64], link[256];
	struct dirent *entry;
	DIR *fds;

	snprintf(path, sizeof(path), "/proc/%d/fd", probe.process);
	fds = opendir(path);
	while (fds && (entry = readdir(fds))) {
		ssize_t length = readlinkat(dirfd(fds), entry->d_name, link, sizeof(link) - 1);

		if (length < 0)
			continue;
		link[length] = '\0';
		try_descriptor(taken, atoi(entry->d_name), link);
	}
	if (fds)
		closedir(fds);
}
