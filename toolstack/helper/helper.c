// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * storage.c - start and end a daemon, and connect to it.
 */
#include "helper/helper.h"
#include "cleanup.h"
#include "host/layers.h"
#include "log.h"
#include "helper/storage.h"
#include "base/store.h"

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
	snprintf(path, PATH_MAX, "%s/guests/%s/%s-%u.%s", store_root(), storage->guest, storage->kind->file,
		 storage->slot, kind);
}

int storage_failed(const struct storage *storage, enum error_code code, const char *why, struct error *err)
{
	error_set(err, code, "%s: %.400s: %.500s", storage->name, storage->target, why);
	return error_about(err, storage->kind->key);
}

static struct storage *new_storage(const char *guest, const struct storage_kind *kind, const char *name, uint32_t slot)
{
	struct storage *storage = calloc(1, sizeof(*storage));

	if (!storage)
		abort();
	storage->kind = kind;
	storage->slot = slot;
	snprintf(storage->guest, sizeof(storage->guest), "%s", guest);
	snprintf(storage->name, sizeof(storage->name), "%s %s", kind->key, name);
	storage->process.pidfd = storage->ready_fd = storage->messages_fd = storage->connection = -1;
	return storage;
}

struct storage *storage_new(const char *guest, const struct disk_config *disk)
{
	struct storage *storage = new_storage(guest, &storage_disk, disk->vdev, disk->slot);

	storage->disk = *disk;
	storage->target = storage->disk.target;
	return storage;
}

struct storage *storage_new_folder(const char *guest, const struct fs_config *folder)
{
	struct storage *storage = new_storage(guest, &storage_folder, folder->tag, folder->slot);

	storage->folder = *folder;
	storage->target = storage->folder.path;
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

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int connect_to(const struct storage *storage)
{
	char path[PATH_MAX];

	storage_path(storage, "sock", path);
	return helper_connect(path);
}

/* With @confine's descriptors but messages_fd. Return: its process, or -1. */
static pid_t run(struct storage *storage, struct confine *confine, int lock, struct error *err)
{
	CLEANUP_FD int messages = -1;
	int said[2];
	pid_t pid;

	if (pipe2(said, O_CLOEXEC))
		return storage_failed(storage, ERROR_RESOURCES, strerror(errno), err);
	storage->messages_fd = said[0];
	messages = said[1];
	confine->messages_fd = messages;
	pid = storage->kind->run(storage, confine, err);
	if (pid >= 0 && helper_take(&storage->process, pid, lock))
		return storage_failed(storage, ERROR_RESOURCES, strerror(errno), err);
	return pid;
}

/* What is connected before it serves, it serves; it says nothing when it begins. */
static int connect_once(struct storage *storage, struct error *err)
{
	storage->connection = connect_to(storage);
	if (storage->connection < 0)
		return storage_failed(storage, ERROR_FAILED, strerror(errno), err);
	storage->serves = true;
	close_fd(&storage->ready_fd);
	return 0;
}

static int begin(struct storage *storage, struct error *err)
{
	CLEANUP_FD int listener = -1, lock = -1, ready = -1;
	struct confine confine = { .kept_count = 3, .output_fd = -1 };
	char path[PATH_MAX];
	int ends[2];

	storage->words[0] = '\0';
	storage->serves = storage->connected = false;
	storage_path(storage, "pid", path);
	lock = helper_lock(path);
	storage_path(storage, "sock", path);
	listener = lock < 0 ? -1 : listen_at(path);
	if (listener < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return storage_failed(storage, ERROR_FAILED, strerror(errno), err);
	storage->ready_fd = ends[0];
	ready = ends[1];
	confine.kept[KEPT_LISTENER] = listener;
	confine.kept[KEPT_READY] = ready;
	confine.kept[KEPT_PID] = lock;
	if ((storage->kind->once && connect_once(storage, err)) || run(storage, &confine, lock, err) < 0) {
		storage_forget(storage);
		return -1;
	}
	fcntl(storage->messages_fd, F_SETFL, O_NONBLOCK);
	if (storage->ready_fd >= 0)
		fcntl(storage->ready_fd, F_SETFL, O_NONBLOCK);
	return 0;
}

int storage_begin(struct storage *storage, struct error *err)
{
	int result = begin(storage, err);

	if (storage->layers)
		layers_close(storage->layers);
	storage->layers = NULL;
	return result;
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

	if (!helper_read(storage->messages_fd, text, sizeof(text)))
		return false;
	if (!storage->serves)
		snprintf(storage->words + used, sizeof(storage->words) - used, "%s", text);
	else
		while ((line = helper_line(&rest)))
			log_info("%s: %s: %s", storage->guest, storage->name, line);
	return true;
}

void storage_forget(struct storage *storage)
{
	helper_forget(&storage->process);
	storage->serves = storage->connected = false;
	close_fd(&storage->ready_fd);
	close_fd(&storage->messages_fd);
	close_fd(&storage->connection);
}

/* "qemu-storage-daemon: --blockdev {...}: Failed to get "write" lock" and what may follow. */
int storage_error(struct storage *storage, struct error *err)
{
	size_t program = strlen(storage->kind->program);
	char *words = storage->words, *from;
	char none[80];

	while (poll(&(struct pollfd){ .fd = storage->messages_fd, .events = POLLIN }, 1, 0) > 0 &&
	       storage_read_messages(storage))
		;
	words[strcspn(words, "\n")] = '\0';
	if (!strncmp(words, storage->kind->program, program) && !strncmp(words + program, ": ", 2))
		words += program + 2;
	from = *words == '-' ? strstr(words, "}: ") : NULL;
	words = from ? from + 3 : words;
	if (strstr(words, "lock"))
		return storage_failed(
			storage, ERROR_STATE,
			"it, or an image that it is based on, is locked by another guest or program: end that one",
			err);
	snprintf(none, sizeof(none), "%s was not ready in time, or ended without a word", storage->kind->program);
	return storage_failed(storage, ERROR_FAILED, *words ? words : none, err);
}

int storage_start(struct storage *storage, struct error *err)
{
	uint64_t end = uv_hrtime() / 1000000 + READY_MS, now;
	int ready = storage->kind->once;

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

static int start_anew(struct storage *storage, struct error *err)
{
	uv_loop_t *loop = storage->exit || storage->timer ? storage->loop : NULL; /* it is watched */
	int result;

	storage_unwatch(storage);
	storage_stop(storage);
	result = storage_begin(storage, err);
	if (loop)
		storage_watch(storage, loop);
	return result;
}

int storage_connect(struct storage *storage, struct error *err)
{
	int fd = -1;

	errno = 0;
	if (storage->kind->once) {
		if (storage->connection < 0 && start_anew(storage, err))
			return -1;
		fd = fcntl(storage->connection, F_DUPFD_CLOEXEC, 0);
	} else if (storage->serves) {
		fd = connect_to(storage);
	}
	if (fd >= 0)
		return fd;
	return storage_failed(storage, ERROR_FAILED,
			      errno ? strerror(errno) : "its qemu-storage-daemon is starting again", err);
}

void storage_connected(struct storage *storage)
{
	char path[PATH_MAX];
	CLEANUP_FD int fd = -1;

	storage->connected = true;
	close_fd(&storage->connection);
	storage_path(storage, "pid", path);
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (fd < 0 || write(fd, "connected\n", 10) != 10)
		log_warning("cannot write %s: %s", path, strerror(errno));
}

void storage_stop(struct storage *storage)
{
	char path[PATH_MAX];

	storage_path(storage, "pid", path);
	helper_stop(&storage->process, !storage->kind->once, path);
	storage_forget(storage);
	storage_path(storage, "sock", path);
	unlink(path);
}

void storage_free(struct storage *storage)
{
	free(storage);
}
