// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fscheck.c - a shared folder must return the data that was put into it; no operation may fail.
 *
 *   fscheck load FOLDER THREADS            files and names made, changed, looked at and removed, all checked,
 *                                          until there is FOLDER.stop
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define FILES 12
#define BYTES_MAX (96u << 10)
#define THREADS_MAX 8

/* The expected state. */
struct file {
	char name[32]; /* empty: it is not there */
	int fd;        /* -1: not open */
	size_t bytes;
	uint8_t *data;
};

struct worker {
	char folder[200];
	unsigned int seed, made;
	const char *stop;
	uint64_t operations;
	struct file file[FILES];
	uint8_t *got; /* aligned */
	pthread_t thread;
};

static void fail(const char *what, const char *name)
{
	printf("fscheck: %s: %s: %s\n", name, what, strerror(errno));
	fflush(stdout);
	_exit(1);
}

static void must(int good, const char *what, const char *name)
{
	if (!good)
		fail(what, name);
}

static const char *path_of(const struct worker *worker, const char *name, char path[300])
{
	snprintf(path, 300, "%s/%s", worker->folder, name);
	return path;
}

static unsigned int any(struct worker *worker, unsigned int below)
{
	return (unsigned int)rand_r(&worker->seed) % below;
}

static void fresh_name(struct worker *worker, char name[32])
{
	snprintf(name, 32, "f%u", worker->made++);
}

static void make(struct worker *worker, struct file *file)
{
	char path[300];

	fresh_name(worker, file->name);
	file->fd = open(path_of(worker, file->name, path), O_CREAT | O_EXCL | O_RDWR, 0644);
	must(file->fd >= 0, "create", path);
	file->bytes = 0;
}

static void open_again(struct worker *worker, struct file *file)
{
	char path[300];

	if (file->fd >= 0)
		must(!close(file->fd), "close", file->name);
	file->fd = open(path_of(worker, file->name, path), O_RDWR | (any(worker, 2) ? O_DIRECT : 0));
	must(file->fd >= 0, "open", path);
}

static void write_part(struct worker *worker, struct file *file)
{
	size_t from = any(worker, (unsigned int)file->bytes + 1), bytes = any(worker, BYTES_MAX / 4) + 1;
	char path[300];
	int fd;

	if (from + bytes > BYTES_MAX)
		return;
	for (size_t n = 0; n < bytes; n++)
		file->data[from + n] = (uint8_t)rand_r(&worker->seed);
	if (from == file->bytes) { /* at its end */
		fd = open(path_of(worker, file->name, path), O_WRONLY | O_APPEND);
		must(fd >= 0, "open", path);
		must(write(fd, file->data + from, bytes) == (ssize_t)bytes, "append", path);
		must(!close(fd), "close", path);
	} else {
		open_again(worker, file);
		must(fcntl(file->fd, F_SETFL, 0) == 0, "flags", file->name);
		must(pwrite(file->fd, file->data + from, bytes, (off_t)from) == (ssize_t)bytes, "write", file->name);
	}
	if (from + bytes > file->bytes)
		file->bytes = from + bytes;
}

static void check(struct worker *worker, struct file *file)
{
	char path[300];
	struct stat status;
	ssize_t got;

	must(!stat(path_of(worker, file->name, path), &status), "stat", path);
	errno = 0;
	must(status.st_size == (off_t)file->bytes, "another size", path);
	open_again(worker, file);
	got = pread(file->fd, worker->got, BYTES_MAX + 4096, 0);
	must(got == (ssize_t)file->bytes, "read", path);
	errno = 0;
	must(!memcmp(worker->got, file->data, file->bytes), "other contents", path);
}

static void shorten(struct worker *worker, struct file *file)
{
	size_t bytes = any(worker, (unsigned int)file->bytes + 1);

	must(!ftruncate(file->fd, (off_t)bytes), "truncate", file->name);
	file->bytes = bytes;
}

static void move(struct worker *worker, struct file *file)
{
	char from[300], to[300], name[32];
	struct stat status;

	fresh_name(worker, name);
	must(!rename(path_of(worker, file->name, from), path_of(worker, name, to)), "rename", from);
	strcpy(file->name, name);
	must(stat(from, &status) && errno == ENOENT, "still there", from);
}

static void drop(struct worker *worker, struct file *file)
{
	char path[300];
	struct stat status;

	must(!unlink(path_of(worker, file->name, path)), "unlink", path);
	must(stat(path, &status) && errno == ENOENT, "still there", path);
	must(pread(file->fd, worker->got, BYTES_MAX + 4096, 0) == (ssize_t)file->bytes, "read of what is removed",
	     path);
	errno = 0;
	must(!memcmp(worker->got, file->data, file->bytes), "other contents of what is removed", path);
	must(!close(file->fd), "close", path);
	file->fd = -1;
	file->name[0] = '\0';
}

static void make_names(struct worker *worker, struct file *file)
{
	char at[300], other[300], name[32], got[40] = "";
	struct stat status;

	fresh_name(worker, name);
	path_of(worker, file->name, at);
	path_of(worker, name, other);
	switch (any(worker, 3)) {
	case 0:
		must(!mkdir(other, 0755), "mkdir", other);
		must(!rmdir(other), "rmdir", other);
		break;
	case 1:
		must(!symlink(file->name, other), "symlink", other);
		must(readlink(other, got, sizeof(got)) == (ssize_t)strlen(file->name), "readlink", other);
		must(!unlink(other), "unlink", other);
		break;
	default:
		must(!link(at, other), "link", other);
		must(!stat(other, &status), "stat", other);
		errno = 0;
		must(status.st_size == (off_t)file->bytes && status.st_nlink == 2, "another file", other);
		must(!unlink(other), "unlink", other);
	}
}

static void list(struct worker *worker)
{
	DIR *directory = opendir(worker->folder);
	unsigned int found = 0, there = 0;
	struct dirent *entry;

	must(directory != NULL, "opendir", worker->folder);
	errno = 0;
	while ((entry = readdir(directory)))
		found += entry->d_name[0] != '.';
	must(!errno, "readdir", worker->folder);
	closedir(directory);
	for (unsigned int n = 0; n < FILES; n++)
		there += worker->file[n].name[0] != '\0';
	must(found == there, "names too many or too few", worker->folder);
}

static void *work(void *argument)
{
	struct worker *worker = argument;

	must(!mkdir(worker->folder, 0755), "mkdir", worker->folder);
	while (worker->operations % 8 || access(worker->stop, F_OK)) {
		struct file *file = &worker->file[any(worker, FILES)];

		worker->operations++;
		if (!file->name[0]) {
			make(worker, file);
			continue;
		}
		switch (any(worker, 8)) {
		case 0: drop(worker, file); break;
		case 1: move(worker, file); break;
		case 2: shorten(worker, file); break;
		case 3: make_names(worker, file); break;
		case 4: list(worker); break;
		case 5: write_part(worker, file); break;
		case 6:
			must(!fsync(file->fd), "fsync", file->name);
			write_part(worker, file);
			break;
		default: check(worker, file);
		}
	}
	for (unsigned int n = 0; n < FILES; n++)
		if (worker->file[n].name[0])
			check(worker, &worker->file[n]);
	return NULL;
}

static int load(const char *folder, unsigned int threads)
{
	static struct worker workers[THREADS_MAX];
	static char stop[250];
	uint64_t operations = 0;

	snprintf(stop, sizeof(stop), "%s.stop", folder);
	for (unsigned int n = 0; n < threads; n++) {
		struct worker *worker = &workers[n];

		snprintf(worker->folder, sizeof(worker->folder), "%s/%u", folder, n);
		worker->seed = n + 1;
		worker->stop = stop;
		for (unsigned int i = 0; i < FILES; i++) {
			worker->file[i].fd = -1;
			worker->file[i].data = malloc(BYTES_MAX);
		}
		worker->got = aligned_alloc(4096, BYTES_MAX + 4096);
		pthread_create(&worker->thread, NULL, work, worker);
	}
	for (unsigned int n = 0; n < threads; n++) {
		pthread_join(workers[n].thread, NULL);
		operations += workers[n].operations;
	}
	printf("fscheck: load ok, %llu operations\n", (unsigned long long)operations);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned int threads = argc == 4 ? (unsigned int)atoi(argv[3]) : 0;

	if (argc == 4 && !strcmp(argv[1], "load") && threads >= 1 && threads <= THREADS_MAX)
		return load(argv[2], threads);
	fprintf(stderr, "usage: fscheck load FOLDER THREADS\n");
	return 2;
}
