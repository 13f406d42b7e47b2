// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_words.c - what hostile processes of a guest write to vimod: helpers to standard error, qemu-img to its output,
 * vimo-dm to its control socket. The first byte chooses the process; its texts end with a NUL.
 */
#include "base/confine.h"
#include "base/store.h"
#include "base/user.h"
#include "dm/request.h"
#include "fuzz.h"
#include "helper/folder.h"
#include "helper/helper.h"
#include "helper/slirp.h"
#include "helper/storage.h"
#include "host/backing.h"
#include "host/disk.h"
#include "host/layers.h"
#include "host/resolver.h"
#include "log.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD 0x7ffffff0 /* not a process */

static struct fuzz_input *input;

/* The next text, up to a NUL or the end. */
static struct fuzz_input next_text(void)
{
	const uint8_t *end = input->left ? memchr(input->at, 0, input->left) : NULL;
	struct fuzz_input text = { input->at, end ? (size_t)(end - input->at) : input->left };

	input->at += text.left;
	input->left -= text.left;
	input_take(input, 1);
	return text;
}

static void write_text(int fd)
{
	struct fuzz_input text = next_text();

	if (text.left && write(fd, text.at, text.left) != (ssize_t)text.left)
		abort(); /* a pipe has room for an input */
}

int kill(pid_t pid, int number)
{
	(void)number;
	return pid == CHILD ? 0 : -1;
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	if (pid == CHILD)
		return pid;
	return (pid_t)syscall(SYS_wait4, pid, status, options, NULL);
}

void log_line(enum log_level level, const char *format, ...)
{
	(void)level;
	(void)format;
}

void log_limited(struct log_limit *limit, enum log_level level, const char *who, const char *format, ...)
{
	(void)limit;
	(void)level;
	(void)who;
	(void)format;
}

int fd_store_take(const char *name)
{
	(void)name;
	return -1;
}

void fd_store_put(const char *name, int fd)
{
	(void)name;
	(void)fd;
}

void fd_store_remove(const char *name)
{
	(void)name;
}

const char *store_root(void)
{
	return "/nonexistent";
}

const char *store_path(const char *name, const char *file)
{
	(void)name;
	return file;
}

const char *store_record(const char *name, const char *file)
{
	(void)name;
	return file;
}

void confine_path(const struct confine *confine, uint32_t file, char path[CONFINE_PATH])
{
	(void)confine;
	snprintf(path, CONFINE_PATH, "/image%u", file);
}

pid_t confine_spawn(const struct confine *confine, const char *const argv[], struct error *err)
{
	(void)argv;
	(void)err;
	write_text(confine->output_fd);
	write_text(confine->messages_fd);
	return CHILD;
}

static int open_null(void)
{

	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

int disk_find(const struct disk_config *disk, struct error *err)
{
	(void)err;
	/* Of an image that another one names, the path must be absolute and whole. */
	if (disk->target[0] != '/' || strlen(disk->target) >= sizeof(disk->target))
		abort();
	return open_null();
}

int backing_find(struct disk_config *disk, const char *image, struct error *err)
{
	if (image[0] != '/')
		abort();
	return disk_find(disk, err);
}

int disk_open_found(const struct disk_config *disk, int found, bool *direct, struct error *err)
{
	(void)disk;
	(void)err;
	*direct = true;
	return fcntl(found, F_DUPFD_CLOEXEC, 0);
}

int disk_lock(const struct disk_config *disk, int fd, struct error *err)
{
	(void)disk;
	(void)fd;
	(void)err;
	return 0;
}

int disk_fail(const struct disk_config *disk, enum error_code code, const char *why, struct error *err)
{
	return error_key(err, code, "disk", "disk %s: %.400s %s", disk->vdev, disk->target, why);
}

int resolver_open(struct resolver *resolver)
{
	(void)resolver;
	return -1;
}

void resolver_refresh(struct resolver *resolver)
{
	(void)resolver;
}

struct watch *watch_fd(uv_loop_t *loop, int fd, int events, watch_fn fn, void *arg)
{
	(void)loop;
	(void)fd;
	(void)events;
	(void)fn;
	(void)arg;
	return NULL;
}

struct watch *watch_timer(uv_loop_t *loop, uint64_t ms, watch_fn fn, void *arg)
{
	(void)loop;
	(void)ms;
	(void)fn;
	(void)arg;
	return NULL;
}

void watch_end(struct watch **watch)
{
	*watch = NULL;
}

/* vimo-dm's socket. */
int unix_socket_connect(const char *path, int type, unsigned int timeout_s)
{
	(void)path;
	(void)type;
	(void)timeout_s;
	return open_null();
}

int unix_socket_bind(const char *path, int type)
{
	(void)path;
	(void)type;
	return -1;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	(void)fd;
	(void)flags;
	return (ssize_t)message->msg_iov[0].iov_len;
}

ssize_t recv(int fd, void *to, size_t bytes, int flags)
{
	(void)fd;
	(void)flags;
	bytes = bytes < input->left ? bytes : input->left;
	memcpy(to, input->at, bytes);
	input_take(input, bytes);
	return (ssize_t)bytes;
}

/* An error is one line without control characters, whatever words it has. */
static void check_error(const struct error *err)
{
	if (!err->code || !err->text[0])
		abort();
	for (const char *c = err->text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			abort();
}

static void take_layers(void)
{
	struct disk_config disk = { .target = "/srv/images/a.qcow2", .vdev = "vda", .format = FORMAT_QCOW2 };
	struct layers *layers;
	struct error err = { 0 };

	layers = layers_open(&disk, USER_CHECK, &err);
	if (!layers) {
		check_error(&err);
		return;
	}
	if (!layers->count || layers->count > CONFINE_FILES)
		abort();
	for (uint32_t n = 0; n < layers->count; n++)
		if (layers->layer[n].path[0] != '/')
			abort();
	layers_close(layers);
}

/* In pieces: before the process serves, and after. */
static void take_messages(struct helper *helper)
{
	struct error err = { 0 };
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		abort();
	helper->messages_fd = ends[0];
	while (input->left) {
		size_t bytes = 1 + input_take(input, 1) * 4;

		bytes = bytes < input->left ? bytes : input->left;
		if (bytes && write(ends[1], input->at, bytes) != (ssize_t)bytes)
			abort();
		helper->serves = bytes % 3 == 0;
		input_take(input, bytes);
		if (!helper_read_messages(helper))
			abort();
		if (strlen(helper->words) >= sizeof(helper->words))
			abort();
	}
	close(ends[1]);
	helper->serves = false;
	helper_error(helper, &err);
	check_error(&err);
	close(ends[0]);
	helper->messages_fd = -1;
	helper_free(helper);
}

static void take_answer(void)
{
	struct error err = { 0 };

	if (dm_resize("g", 80, 25, &err))
		check_error(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const struct disk_config disk = { .target = "/srv/a.qcow2", .vdev = "vda", .format = FORMAT_QCOW2 };
	static const struct vif_config vif = { .backend = VIF_USER, .mac = "52:54:00:12:34:56" };
	static const struct fs_config folder = { .tag = "src", .path = "/srv/src" };
	struct fuzz_input whole = { data, bytes };

	input = &whole;
	setenv("VIMO_QEMU_IMG", "/bin/true", 1);
	switch (input_take(&whole, 1) % 5) {
	case 0: take_layers(); break;
	case 1: take_messages(storage_new("g", USER_CHECK, &disk)); break;
	case 2: take_messages(slirp_new("g", USER_CHECK, &vif)); break;
	case 3: take_messages(folder_new("g", USER_CHECK, &folder)); break;
	case 4: take_answer(); break;
	}
	return 0;
}
