// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_storage.c - qemu-storage-daemon is started, confined, adopted, started again and ended. With QEMU's
 * real programs; skipped where they are not, or where namespaces cannot be made.
 */
#include "dm/request.h"
#include "host/change.h"
#include "host/disk.h"
#include "helper/folder.h"
#include "helper/slirp.h"
#include "helper/storage.h"
#include "helper/supervisor.h"
#include "base/store.h"
#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "programs.h"

static char directory[] = "/tmp/test_storage.XXXXXX";
static struct disk_config disk;
static struct error err;
static bool usable;

#define USER 98310

/* A vimo-dm that is given new connections, or is not there yet. */
static struct {
	uv_loop_t *loop;
	int refusals, asked, fd;
} model;

struct dm_request {
	struct watch *timer;
	dm_request_fn done;
	void *arg;
};

void dm_request_cancel(struct dm_request **request)
{
	if (*request)
		watch_end(&(*request)->timer);
	free(*request);
	*request = NULL;
}

static void answer(void *arg)
{
	struct dm_request *request = arg;
	const struct dm_request asked = *request;
	int result = 0;
	struct error why;

	dm_request_cancel(&request);
	if (model.refusals && model.refusals--)
		result = error_set(&why, ERROR_FAILED, "it is starting");
	else
		uv_stop(model.loop);
	asked.done(asked.arg, result, &why);
}

struct dm_request *dm_reconnect(uv_loop_t *loop, const char *name, uint32_t slot, const struct fd_list *fds,
				dm_request_fn done, void *arg, struct error *error)
{
	struct dm_request *request = calloc(1, sizeof(*request));

	(void)error;
	assert_string_equal(name, "g");
	assert_int_equal(slot, 4);
	assert_int_equal(fds->count, 1);
	model.asked++;
	if (!model.refusals)
		model.fd = dup(fds->fd[0]);
	request->done = done;
	request->arg = arg;
	request->timer = watch_timer(loop, 0, answer, request);
	return request;
}

static int enter(void **state)
{
	(void)state;
	if (!scratch_make(directory, "VIMO_RUN_DIR") || mkdir("records", 0700) || mkdir("records/g", 0700) ||
	    mkdir("guests", 0700))
		return -1;
	usable = !access("/usr/bin/qemu-storage-daemon", X_OK) && !access("/usr/bin/qemu-img", X_OK) && can_confine();
	if (usable && system("qemu-img create -q -f raw base.raw 1M && chmod 600 base.raw &&"
			     "qemu-img create -q -f qcow2 -b base.raw -F raw middle.qcow2 &&"
			     "qemu-img create -q -f qcow2 -b middle.qcow2 -F qcow2 top.qcow2"))
		return -1;
	return 0;
}

static struct helper *disk_of(const char *file, enum disk_format format)
{
	disk = (struct disk_config){ .vdev = "vda", .format = format, .slot = 4, .queues = 1 };
	snprintf(disk.target, sizeof(disk.target), "%s/%s", directory, file);
	snprintf(disk.backing, sizeof(disk.backing), "%s/middle.qcow2\n%s/base.raw\n%s/x\n", directory, directory,
		 directory);
	return storage_new("g", USER, &disk);
}

static int files(void)
{
	DIR *dir = opendir("records/g");
	int count = -2; /* . and .. */

	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static struct helper *started(const char *file, enum disk_format format)
{
	struct helper *helper;

	if (!usable)
		skip();
	helper = disk_of(file, format);
	if (helper_start(helper, &err))
		fail_msg("%s", err.text);
	return helper;
}

static void stop(struct helper *helper)
{
	pid_t pid = helper->process.pid;

	helper_stop(helper);
	helper_free(helper);
	assert_true(!pid || kill(pid, 0));
	assert_int_equal(files(), 0);
}

/* vhost-user's GET_FEATURES, its answer with VIRTIO_F_VERSION_1. */
static void ask(int fd)
{
	const uint32_t request[] = { 1, 1, 0 };

	assert_int_equal(send(fd, request, sizeof(request), 0), sizeof(request));
}

static void assert_answered(int fd)
{
	uint32_t answer[5];

	assert_int_equal(recv(fd, answer, sizeof(answer), MSG_WAITALL), sizeof(answer));
	assert_int_equal(answer[0], 1);
	assert_true(answer[4] & 1);
}

static int connected(struct helper *helper)
{
	int fd = supervisor_connect(helper, &err);

	if (fd < 0)
		fail_msg("%s", err.text);
	return fd;
}

static void one_client_at_a_time(void **state)
{
	struct helper *helper = started("top.qcow2", FORMAT_QCOW2);
	int first = connected(helper), second = connected(helper);
	char byte;

	(void)state;
	ask(first);
	assert_answered(first);
	ask(second);
	assert_int_equal(recv(second, &byte, 1, MSG_DONTWAIT), -1);
	close(first);
	assert_answered(second);
	close(second);
	stop(helper);
}

static char *status_line(pid_t pid, const char *key)
{
	static char line[128];
	char path[32];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "r");
	while (fgets(line, sizeof(line), file) && strncmp(line, key, strlen(key)))
		;
	fclose(file);
	return line + strlen(key);
}

static bool is_there(pid_t pid, const char *path)
{
	char whole[64];

	snprintf(whole, sizeof(whole), "/proc/%d/root%s", pid, path);
	return !access(whole, F_OK);
}

/* Not one more than these of dom0's files, and no directory: a way out of the root. */
static void assert_open_files(pid_t pid, int expected)
{
	char path[64];
	int files_open = 0;

	for (int fd = 0; fd < 1024; fd++) {
		struct stat status;

		snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
		if (stat(path, &status))
			continue;
		assert_false(S_ISDIR(status.st_mode));
		files_open += S_ISREG(status.st_mode);
	}
	assert_int_equal(files_open, expected);
}

/* Each thread has a filter, also if it started before the program's own filter. */
static void assert_filtered(pid_t pid)
{
	char path[64];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			assert_int_equal(strtol(status_line(atoi(entry->d_name), "Seccomp:"), NULL, 10), 2);
	closedir(dir);
}

static void assert_own_namespaces(pid_t pid)
{
	static const char *const kinds[] = { "mnt", "pid", "ipc", "uts", "net" };
	char path[64], own[64], dom0[64];

	for (size_t n = 0; n < sizeof(kinds) / sizeof(kinds[0]); n++) {
		memset(own, 0, sizeof(own));
		memset(dom0, 0, sizeof(dom0));
		snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, kinds[n]);
		assert_true(readlink(path, own, sizeof(own) - 1) > 0);
		snprintf(path, sizeof(path), "/proc/self/ns/%s", kinds[n]);
		assert_true(readlink(path, dom0, sizeof(dom0) - 1) > 0);
		assert_string_not_equal(own, dom0);
	}
}

static void it_sees_its_images_and_has_one_right(void **state)
{
	struct helper *helper = started("top.qcow2", FORMAT_QCOW2);
	pid_t pid = helper->process.pid;

	(void)state;
	if (!geteuid()) {
		assert_int_equal(strtol(status_line(pid, "Uid:"), NULL, 10), USER);
		assert_int_equal(strtol(status_line(pid, "Gid:"), NULL, 10), USER);
		assert_int_equal(strtol(status_line(pid, "Groups:"), NULL, 10), 0);
		assert_int_equal(strtol(status_line(pid, "CapEff:"), NULL, 16), 1 << 1); /* DAC_OVERRIDE */
		assert_int_equal(strtol(status_line(pid, "CapBnd:"), NULL, 16), 1 << 1);
		assert_true(is_there(pid, "/image/2"));
		assert_false(is_there(pid, "/image/3"));
		assert_false(is_there(pid, "/proc/self"));
		assert_false(is_there(pid, "/etc/passwd"));
		assert_false(is_there(pid, directory));
		/* QEMU's three, and the locks of those that are only read. */
		assert_open_files(pid, 3 + 2);
		assert_own_namespaces(pid);
		assert_filtered(pid);
	}
	assert_int_equal(strtol(status_line(pid, "NoNewPrivs:"), NULL, 10), 1);
	stop(helper);
}

static int access_of(struct fs_config *folder)
{
	snprintf(folder->path, sizeof(folder->path), "%s/guests", directory);
	return access("/usr/lib/qemu/virtiofsd", X_OK) && access("/usr/libexec/virtiofsd", X_OK);
}

static struct helper *folder_started(enum disk_access access)
{
	struct fs_config folder = { .tag = "src", .slot = 4, .access = access };
	struct helper *helper;

	if (!usable || geteuid() || access_of(&folder))
		skip();
	helper = folder_new("g", USER, &folder);
	if (helper_start(helper, &err))
		fail_msg("%s", err.text);
	return helper;
}

/* It begins with its first client. */
static void a_folder_has_one_client(void **state)
{
	struct helper *helper = folder_started(ACCESS_RW);
	pid_t pid = helper->process.pid;
	int fd = connected(helper), other;
	char *words;

	(void)state;
	ask(fd);
	if (recv(fd, &other, 1, MSG_PEEK) != 1 && helper_read_messages(helper))
		fail_msg("%s", helper->words);
	assert_answered(fd);
	words = status_line(pid, "NSpid:");
	assert_int_equal(strtol(strchr(words + 1, '\t'), NULL, 10), 1); /* it sees no other process */
	assert_int_equal(strtol(status_line(pid, "Uid:"), NULL, 10), 0);
	assert_int_equal(strtol(status_line(pid, "NoNewPrivs:"), NULL, 10), 1);
	assert_false(is_there(pid, "/etc"));
	assert_own_namespaces(pid);
	assert_filtered(pid);
	helper_connected(helper);
	/* Another vimo-dm gets another process. */
	other = connected(helper);
	assert_int_not_equal(helper->process.pid, pid);
	ask(other);
	assert_answered(other);
	close(fd);
	close(other);
	stop(helper);
}

/* Its vimod ended before vimo-dm had the connection: the next one starts another, and has one timer for it. */
static void a_folder_is_adopted_without_its_client(void **state)
{
	struct helper *helper = folder_started(ACCESS_RW), *next = folder_new("g", USER, &helper->config.folder);
	pid_t pid = helper->process.pid;
	int first = connected(helper); /* it does not end by itself */
	uv_loop_t loop;

	(void)state;
	assert_true(helper_adopt(next));
	helper_forget(helper);
	helper_free(helper);
	uv_loop_init(&loop);
	model.loop = &loop;
	model.asked = 0;
	model.refusals = 2;
	supervisor_watch(next, &loop);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(model.asked, 3);
	assert_int_not_equal(next->process.pid, pid);
	close(first);
	ask(model.fd);
	assert_answered(model.fd);
	close(model.fd);
	supervisor_unwatch(next);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	stop(next);
}

static void files_that_a_guest_leaves_are_removed(void **state)
{
	struct fs_config folder = { .tag = "src", .slot = 4, .access = ACCESS_RW };
	struct helper *helper;

	(void)state;
	snprintf(folder.path, sizeof(folder.path), "%s/shared", directory);
	helper = folder_new("g", USER, &folder);
	shell("mkdir -p shared/.vimo-g-4 shared/.vimo-g-5 kept && touch shared/.vimo-g-4/a shared/.vimo-g-5/a kept/a &&"
	      "ln -s ../../kept/a shared/.vimo-g-4/b");
	helper->kind->clean(helper);
	shell("! [ -e shared/.vimo-g-4 ] && [ -e shared/.vimo-g-5/a ] && [ -e kept/a ]");
	/* A guest's links do not lead to dom0's files. */
	shell("ln -s ../kept shared/.vimo-g-4");
	helper->kind->clean(helper);
	shell("[ -e kept/a ] && rm -r shared kept");
	helper->kind->clean(helper);
	helper_free(helper);
}

static void assert_refused(const char *file, enum disk_format format, enum error_code code, const char *why)
{
	struct helper *helper = disk_of(file, format);

	if (!helper_start(helper, &err) || err.code != code || !strstr(err.text, why) ||
	    strncmp(err.text, "disk vda: ", 10) || strchr(err.text, '\n'))
		fail_msg("%d: %s, not %s", err.code, err.text, why);
	assert_string_equal(err.key, "disk");
	stop(helper);
}

/* A guest writes its image's header, and thus the names in it. */
static void only_allowed_files_are_opened(void **state)
{
	struct helper *helper;

	(void)state;
	if (!usable)
		skip();
	helper = disk_of("top.qcow2", FORMAT_QCOW2);
	*strchr(helper->config.disk.backing, '\n') = '\0'; /* middle.qcow2 is allowed, base.raw is not */
	strcat(helper->config.disk.backing, "\n");
	assert_int_equal(helper_start(helper, &err), -1);
	assert_non_null(strstr(err.text, "/middle.qcow2 is based on "));
	assert_non_null(strstr(err.text, "/base.raw, which is not allowed: write backing = [ "));
	stop(helper);
	helper = disk_of("top.qcow2", FORMAT_QCOW2);
	helper->config.disk.backing[0] = '\0';
	assert_int_equal(helper_start(helper, &err), -1);
	assert_non_null(strstr(err.text, "/top.qcow2 is based on "));
	stop(helper);
}

static void images_that_cannot_be_served_are_refused(void **state)
{
	(void)state;
	if (!usable)
		skip();
	assert_refused("none.qcow2", FORMAT_QCOW2, ERROR_FAILED, "none.qcow2 does not exist");
	assert_refused("base.raw", FORMAT_QCOW2, ERROR_FAILED, "as qcow2: Image is not in qcow2 format");
	shell("qemu-img create -q -f qcow2 -b top.qcow2 -F qcow2 x && qemu-img rebase -u -b gone -F qcow2 x");
	assert_refused("x", FORMAT_QCOW2, ERROR_FAILED, "/gone does not exist");
	shell("qemu-img rebase -u -b json:{} -F raw x");
	assert_refused("x", FORMAT_QCOW2, ERROR_FAILED, "based on an image that is not a file");
	shell("qemu-img rebase -u -b nbd://127.0.0.1/x -F raw x");
	assert_refused("x", FORMAT_QCOW2, ERROR_FAILED, "based on an image that is not a file");
	shell("qemu-img rebase -u -b x -F qcow2 x");
	assert_refused("x", FORMAT_QCOW2, ERROR_FAILED, "too many images");
	shell("rm x; qemu-img create -q -f qcow2 -o data_file=y x 1M");
	assert_refused("x", FORMAT_QCOW2, ERROR_FAILED, "its data in another file");
	shell("rm x; qemu-img create -q -f qcow2 --object secret,id=s,data=a -o encrypt.format=aes,encrypt.key-secret=s x 1M");
	assert_refused("x", FORMAT_QCOW2, ERROR_FAILED, "is encrypted");
	shell("rm x; dd if=/dev/urandom of=x bs=64k count=1 status=none; printf 'QFI\\373' | dd of=x conv=notrunc status=none");
	assert_refused("x", FORMAT_QCOW2, ERROR_FAILED, "cannot be read as qcow2");
	setenv("VIMO_STORAGE_DAEMON", "/none", 1);
	assert_refused("top.qcow2", FORMAT_QCOW2, ERROR_FAILED, "install qemu-system-common");
	unsetenv("VIMO_STORAGE_DAEMON");
	/* A daemon that exits at once, without a message. */
	setenv("VIMO_STORAGE_DAEMON", "/usr/bin/true", 1);
	assert_refused("top.qcow2", FORMAT_QCOW2, ERROR_FAILED, "exited without a message");
	unsetenv("VIMO_STORAGE_DAEMON");
}

/* vimo-slirp's own words, or the dynamic linker's, are in the error. */
static void a_program_that_does_not_start_says_why(void **state)
{
	static const struct {
		const char *program, *why;
	} cases[] = {
		{ "/usr/bin/true", "network 52:54:00:12:34:56: vimo-slirp was not ready in time, or exited without" },
		{ "/usr/bin/ls", "network 52:54:00:12:34:56: /usr/bin/ls: unrecognized option '--fd'" },
		{ "/usr/bin/none", "network 52:54:00:12:34:56: cannot run the program: /usr/bin/none: No such file" },
	};
	const struct vif_config vif = { .backend = VIF_USER, .mac = "52:54:00:12:34:56", .mtu = 1500, .slot = 4 };

	(void)state;
	if (!usable)
		skip();
	for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		struct helper *helper = slirp_new("g", USER, &vif);

		setenv("VIMO_SLIRP", cases[n].program, 1);
		if (!helper_start(helper, &err) || strncmp(err.text, cases[n].why, strlen(cases[n].why)))
			fail_msg("%s, not %s", err.text, cases[n].why);
		assert_string_equal(err.key, "vif");
		helper->kind->clean(helper);
		stop(helper);
	}
	unsetenv("VIMO_SLIRP");
}

static void images_in_use_are_refused(void **state)
{
	struct helper *helper = started("top.qcow2", FORMAT_QCOW2), *other;
	bool direct;

	(void)state;
	/* Any number of guests read an image that others are based on; no guest writes it meanwhile. */
	setenv("VIMO_RUN_DIR", "/nowhere", 1);
	other = disk_of("middle.qcow2", FORMAT_QCOW2);
	assert_int_equal(helper_start(other, &err), -1); /* no directory */
	helper_free(other);
	setenv("VIMO_RUN_DIR", directory, 1);
	assert_int_equal(mkdir("records/h", 0700), 0);
	for (int n = 0; n < 2; n++) {
		other = disk_of(n ? "middle.qcow2" : "top.qcow2", FORMAT_QCOW2);
		strcpy(other->guest, "h");
		assert_int_equal(helper_start(other, &err), -1);
		assert_int_equal(err.code, ERROR_STATE);
		assert_non_null(strstr(err.text, "locked by another guest or program"));
		helper_stop(other);
		helper_free(other);
	}
	other = disk_of("base.raw", FORMAT_RAW);
	assert_int_equal(disk_open(&other->config.disk, &direct, &err), -1);
	assert_int_equal(err.code, ERROR_STATE);
	helper_free(other);
	other = disk_of("middle.qcow2", FORMAT_QCOW2);
	other->config.disk.access = ACCESS_RO;
	strcpy(other->guest, "h");
	if (helper_start(other, &err))
		fail_msg("%s", err.text);
	helper_stop(other);
	helper_free(other);
	assert_int_equal(rmdir("records/h"), 0);
	stop(helper);
}

static void the_next_vimod_finds_it(void **state)
{
	struct helper *helper = started("top.qcow2", FORMAT_QCOW2), *next = disk_of("top.qcow2", FORMAT_QCOW2);
	int fd;

	(void)state;
	assert_true(helper_adopt(next));
	assert_int_equal(next->process.pid, helper->process.pid);
	assert_false(next->connected);
	helper_connected(helper);
	close(next->process.pidfd);
	next->process.pidfd = -1;
	assert_true(helper_adopt(next));
	assert_true(next->connected);
	helper_forget(helper); /* as if vimod had ended */
	fd = connected(next);
	ask(fd);
	assert_answered(fd);
	close(fd);
	kill(next->process.pid, SIGKILL);
	waitpid(next->process.pid, NULL, 0);
	close(next->process.pidfd);
	next->process.pidfd = -1;
	assert_false(helper_adopt(next));
	stop(next);
	helper_free(helper);
}

static void a_killed_daemon_is_started_again(void **state)
{
	struct helper *helper = started("top.qcow2", FORMAT_QCOW2);
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	model.loop = &loop;
	helper_connected(helper);
	supervisor_watch(helper, &loop);
	model.asked = 0;
	for (int round = 0; round < 3; round++) {
		pid_t pid = helper->process.pid;

		model.refusals = round;
		kill(pid, SIGKILL);
		uv_run(&loop, UV_RUN_DEFAULT);
		assert_int_not_equal(helper->process.pid, pid);
		ask(model.fd);
		assert_answered(model.fd);
		close(model.fd);
	}
	assert_int_equal(model.asked, 3 + 1 + 2);
	supervisor_unwatch(helper);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	stop(helper);
}

/* A thread opens its images; the guest can end meanwhile. */
static void an_unwatched_daemon_is_not_started(void **state)
{
	struct helper *helper = started("top.qcow2", FORMAT_QCOW2);
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	helper_connected(helper);
	supervisor_watch(helper, &loop);
	kill(helper->process.pid, SIGKILL);
	while (!helper->preparation)
		uv_run(&loop, UV_RUN_ONCE);
	assert_int_equal(helper->process.pid, 0);
	supervisor_unwatch(helper);
	stop(helper);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	assert_int_equal(files(), 0);
}

static void other_formats(void **state)
{
	static const struct {
		enum disk_format format;
		const char *create;
	} cases[] = {
		{ FORMAT_VMDK, "qemu-img create -q -f vmdk z 1M" },
		{ FORMAT_VDI, "qemu-img create -q -f vdi z 1M" },
		{ FORMAT_VHDX, "qemu-img create -q -f vhdx z 8M" },
		{ FORMAT_VPC, "qemu-img create -q -f vpc z 1M" },
	};

	(void)state;
	for (size_t n = 0; usable && n < sizeof(cases) / sizeof(cases[0]); n++) {
		struct helper *helper;
		int fd;

		shell(cases[n].create);
		helper = started("z", cases[n].format);
		fd = connected(helper);
		ask(fd);
		assert_answered(fd);
		close(fd);
		stop(helper);
		unlink("z");
	}
}

static void an_image_grows_between_two_daemons(void **state)
{
	(void)state;
	if (!usable)
		skip();
	shell("cp middle.qcow2 grown.qcow2");
	helper_free(disk_of("grown.qcow2", FORMAT_QCOW2));
	assert_int_equal(change_grow(&disk, USER, 0, &err), 1 << 20);
	assert_int_equal(change_grow(&disk, USER, 4096, &err), -1);
	assert_int_equal(err.code, ERROR_USAGE);
	if (change_grow(&disk, USER, (3 << 20) - 1, &err) != 3 << 20)
		fail_msg("%s", err.text);
	shell("qemu-img info grown.qcow2 | grep -q '^virtual size: 3 MiB' && qemu-img check -q grown.qcow2");
	shell("qemu-img info grown.qcow2 | grep -q '^backing file: base.raw'");
	/* What the guest would see of an image below it was never its own. */
	shell("truncate -s 8M base.raw");
	assert_int_equal(change_grow(&disk, USER, 5 << 20, &err), -1);
	assert_non_null(strstr(err.text, "smaller than the image that it is based on"));
	shell("truncate -s 1M base.raw && truncate -s 0 grown.qcow2 && echo QFI >grown.qcow2");
	assert_int_equal(change_grow(&disk, USER, 5 << 20, &err), -1);
	unlink("grown.qcow2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_client_at_a_time),
		cmocka_unit_test(it_sees_its_images_and_has_one_right),
		cmocka_unit_test(a_folder_has_one_client),
		cmocka_unit_test(a_folder_is_adopted_without_its_client),
		cmocka_unit_test(files_that_a_guest_leaves_are_removed),
		cmocka_unit_test(only_allowed_files_are_opened),
		cmocka_unit_test(images_that_cannot_be_served_are_refused),
		cmocka_unit_test(a_program_that_does_not_start_says_why),
		cmocka_unit_test(images_in_use_are_refused),
		cmocka_unit_test(the_next_vimod_finds_it),
		cmocka_unit_test(a_killed_daemon_is_started_again),
		cmocka_unit_test(an_unwatched_daemon_is_not_started),
		cmocka_unit_test(other_formats),
		cmocka_unit_test(an_image_grows_between_two_daemons),
	};

	return cmocka_run_group_tests_name("storage", tests, enter, scratch_remove);
}
