// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * storage.c - start and end qemu-storage-daemon, and connect to it.
 */
#include "storage.h"
#include "cleanup.h"
#include "layers.h"
#include "log.h"
#include "storage_run.h"
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define READY_MS 20000
#define BACKLOG 8

/* No static buffer: any thread. */
static void storage_path(const struct storage *storage, const char *kind, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/guests/%s/storage-%u.%s", store_root(), storage->guest, storage->disk.slot, kind);
}

static int failed(const struct disk_config *disk, enum error_code code, const char *why, struct error *err)
{
	error_set(err, code, "disk %s: %.400s: %.500s", disk->vdev, disk->target, why);
	return error_about(err, "disk");
}

static int check_program(const struct disk_config *disk, struct error *err)
{
	if (!access(storage_program(), X_OK))
		return 0;
	return failed(disk, ERROR_FAILED,
		      "there is no qemu-storage-daemon, which serves what is not raw: install qemu-system-common", err);
}

int storage_check(const struct disk_config *disk, struct error *err)
{
	struct layers *layers = check_program(disk, err) ? NULL : layers_open(disk, err);

	if (!layers)
		return -1;
	layers_close(layers);
	return 0;
}

struct storage *storage_new(const char *guest, const struct disk_config *disk)
{
	struct storage *storage = calloc(1, sizeof(*storage));

	if (!storage)
		abort();
	snprintf(storage->guest, sizeof(storage->guest), "%s", guest);
	storage->disk = *disk;
	storage->process.pidfd = storage->ready_fd = storage->messages_fd = -1;
	return storage;
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address.sun_path, path);
	unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	/* Nobody can connect before listen(). */
	if (fd >= 0 && !bind(fd, (struct sockaddr *)&address, sizeof(address)) && !chmod(path, 0600) &&
	    !listen(fd, BACKLOG))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

int storage_begin(struct storage *storage, struct error *err)
{
	const struct disk_config *disk = &storage->disk;
	CLEANUP_FD int listener = -1, pid_file = -1, ready = -1, messages = -1;
	struct layers *layers = check_program(disk, err) ? NULL : layers_open(disk, err);
	int ends[2], said[2] = { -1, -1 };
	struct confine confine = { .kept_count = 3, .output_fd = -1 };
	char path[PATH_MAX];
	pid_t pid = -1;

	if (!layers)
		return -1;
	storage->words[0] = '\0';
	storage->serves = storage->connected = false;
	storage_path(storage, "pid", path);
	pid_file = helper_lock(path);
	storage_path(storage, "sock", path);
	listener = pid_file < 0 ? -1 : listen_at(path);
	if (listener < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) {
		layers_close(layers);
		return failed(disk, ERROR_FAILED, strerror(errno), err);
	}
	storage->ready_fd = ends[0];
	ready = ends[1];
	if (!pipe2(said, O_CLOEXEC)) {
		storage->messages_fd = said[0];
		messages = said[1];
		confine.kept[KEPT_LISTENER] = listener;
		confine.kept[KEPT_READY] = ready;
		confine.kept[KEPT_PID] = pid_file;
		confine.messages_fd = messages;
		pid = storage_run(&storage->disk, layers, &confine, err);
	} else {
		failed(disk, ERROR_RESOURCES, strerror(errno), err);
	}
	layers_close(layers);
	if (pid >= 0 && helper_take(&storage->process, pid, pid_file))
		pid = failed(disk, ERROR_RESOURCES, strerror(errno), err);
	if (pid < 0) {
		storage_forget(storage);
		return -1;
	}
	fcntl(storage->ready_fd, F_SETFL, O_NONBLOCK);
	fcntl(storage->messages_fd, F_SETFL, O_NONBLOCK);
	return 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int storage_read_ready(struct storage *storage)
{
	char greeting[512];
	ssize_t got = read(storage->ready_fd, greeting, sizeof(greeting));

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	storage->serves = got > 0;
	return got > 0 ? 1 : -1;
}

bool storage_read_messages(struct storage *storage)
{
	size_t used = strlen(storage->words);
	char text[512], *rest = text, *line;
	ssize_t got = read(storage->messages_fd, text, sizeof(text) - 1);

	if (got <= 0)
		return got && (errno == EAGAIN || errno == EINTR);
	text[got] = '\0';
	if (!storage->serves)
		snprintf(storage->words + used, sizeof(storage->words) - used, "%s", text);
	else
		while ((line = strsep(&rest, "\n")))
			if (*line)
				log_info("%s: disk %s: %s", storage->guest, storage->disk.vdev, line);
	return true;
}

void storage_forget(struct storage *storage)
{
	helper_forget(&storage->process);
	storage->serves = storage->connected = false;
	close_fd(&storage->ready_fd);
	close_fd(&storage->messages_fd);
}

/* "qemu-storage-daemon: --blockdev {...}: Failed to get "write" lock" and what may follow. */
int storage_error(struct storage *storage, struct error *err)
{
	char *words = storage->words, *from;

	while (poll(&(struct pollfd){ .fd = storage->messages_fd, .events = POLLIN }, 1, 0) > 0 &&
	       storage_read_messages(storage))
		;
	words[strcspn(words, "\n")] = '\0';
	if (strstr(words, "lock"))
		return failed(
			&storage->disk, ERROR_STATE,
			"it, or an image that it is based on, is locked by another guest or program: end that one",
			err);
	if (!strncmp(words, "qemu-storage-daemon: ", 21))
		words += 21;
	from = *words == '-' ? strstr(words, "}: ") : NULL;
	words = from ? from + 3 : words;
	return failed(&storage->disk, ERROR_FAILED,
		      *words ? words : "qemu-storage-daemon was not ready in time, or ended without a word", err);
}

int storage_start(struct storage *storage, struct error *err)
{
	uint64_t end = uv_hrtime() / 1000000 + READY_MS, now;
	int ready = 0;

	if (storage_begin(storage, err))
		return -1;
	while (!ready && (now = uv_hrtime() / 1000000) < end) {
		struct pollfd wait[] = { { .fd = storage->ready_fd, .events = POLLIN },
					 { .fd = storage->messages_fd, .events = POLLIN } };

		poll(wait, 2, (int)(end - now));
		if (wait[1].revents)
			storage_read_messages(storage);
		if (wait[0].revents)
			ready = storage_read_ready(storage);
	}
	close_fd(&storage->ready_fd); /* nothing is asked of the monitor */
	if (ready > 0)
		return 0;
	storage_error(storage, err);
	storage_stop(storage);
	return -1;
}

bool storage_adopt(struct storage *storage)
{
	char path[PATH_MAX], text[64];

	storage_path(storage, "pid", path);
	if (!helper_adopt(&storage->process, path, text, sizeof(text)))
		return false;
	storage->serves = true;
	storage->connected = strstr(text, "connected") != NULL;
	return true;
}

int storage_connect(struct storage *storage, struct error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char path[PATH_MAX];

	storage_path(storage, "sock", path);
	memcpy(address.sun_path, path, strnlen(path, sizeof(address.sun_path) - 1)); /* it was bound to: it fits */
	if (fd >= 0 && storage->serves && !connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		fcntl(fd, F_SETFL, 0);
		return fd;
	}
	failed(&storage->disk, ERROR_FAILED,
	       storage->serves ? strerror(errno) : "its qemu-storage-daemon is starting again", err);
	if (fd >= 0)
		close(fd);
	return -1;
}

void storage_connected(struct storage *storage)
{
	char path[PATH_MAX];
	CLEANUP_FD int fd = -1;

	storage->connected = true;
	storage_path(storage, "pid", path);
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (fd < 0 || write(fd, "connected\n", 10) != 10)
		log_warning("cannot write %s: %s", path, strerror(errno));
}

void storage_stop(struct storage *storage)
{
	char path[PATH_MAX];

	storage_path(storage, "pid", path);
	helper_stop(&storage->process, true, path);
	storage_forget(storage);
	storage_path(storage, "sock", path);
	unlink(path);
}

void storage_free(struct storage *storage)
{
	free(storage);
}
