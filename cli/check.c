// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * check.c - look before doing: whether the host can run guests, and whether a guest.cfg can become a guest.
 */
#include "cleanup.h"
#include "json.h"
#include "text.h"
#include "vimoctl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

#define STORAGE "/var/lib/vimo"
#define PAGES_PER_MIB 256
#define MEMORY_LOW_MIB 64
#define STORAGE_LOW_MIB 1024

enum verdict { PASS, WARN, FAIL };

struct result {
	enum verdict verdict;
	char detail[256];
	const char *remedy; /* unless PASS */
};

/* What the checks look at. */
struct host {
	json_object *version; /* vimod's answer; NULL: it does not answer */
	struct error err;     /* why */
};

static void set(struct result *result, enum verdict verdict, const char *remedy, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void set(struct result *result, enum verdict verdict, const char *remedy, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(result->detail, sizeof(result->detail), format, args);
	va_end(args);
	text_clean(result->detail);
	result->verdict = verdict;
	result->remedy = remedy;
}

static void check_vimod(const struct host *host, struct result *result)
{
	const char *vimod = json_string(host->version, "vimod");

	if (!vimod)
		set(result, FAIL, "run 'systemctl status vimod'", "%s", host->err.text);
	else if (strcmp(vimod, PACKAGE_VERSION))
		set(result, FAIL, "install vimod and vimoctl of one release, and run 'systemctl restart vimod'",
		    "vimod is %s, vimoctl is " PACKAGE_VERSION, vimod);
	else
		set(result, PASS, NULL, "%s", vimod);
}

/* A member of vimod's answer. */
static void check_member(const struct host *host, const char *name, const char *remedy, struct result *result)
{
	const char *value = json_string(host->version, name), *problem = json_string(host->version, "problem");

	if (value)
		set(result, PASS, NULL, "%s", value);
	else
		set(result, FAIL, remedy, "%s", problem ? problem : "vimod does not know it");
}

static void check_hypervisor(const struct host *host, struct result *result)
{
	check_member(host, "hypervisor", "boot dom0 under ViMo-S at EL2 (README.md), and load the module vimo", result);
}

static void check_module(const struct host *host, struct result *result)
{
	check_member(host, "module", "run 'modprobe vimo'", result);
}

static void check_abi(const struct host *host, struct result *result)
{
	const char *abi = json_string(host->version, "abi"), *problem = json_string(host->version, "problem");

	if (abi && !problem)
		set(result, PASS, NULL, "%s", abi);
	else
		set(result, FAIL, "install hypervisor, module and tools of one release", "%s",
		    problem ? problem : "vimod does not know it");
}

static void check_memory(const struct host *host, struct result *result)
{
	int64_t free_mib = json_number(host->version, "free_pages", -1) / PAGES_PER_MIB;
	int64_t pool_mib = json_number(host->version, "pool_pages", 0) / PAGES_PER_MIB;

	if (!host->version || json_number(host->version, "free_pages", -1) < 0)
		set(result, FAIL, "mend the hypervisor first", "the pool for guests is not known");
	else
		set(result, free_mib < MEMORY_LOW_MIB ? WARN : PASS, "destroy a guest, or boot with a smaller dom0_mem",
		    "%lld of %lld MiB free for guests", (long long)free_mib, (long long)pool_mib);
}

static void check_device(const char *path, enum verdict without, const char *remedy, struct result *result)
{
	struct stat status;

	if (stat(path, &status))
		set(result, without, remedy, "%s: %s", path, strerror(errno));
	else if (!S_ISCHR(status.st_mode))
		set(result, without, remedy, "%s is not a device", path);
	else
		set(result, PASS, NULL, "%s", path);
}

static void check_dev_vimo(const struct host *host, struct result *result)
{
	(void)host;
	check_device("/dev/vimo", FAIL, "run 'modprobe vimo'", result);
}

static void check_vhost_net(const struct host *host, struct result *result)
{
	(void)host;
	check_device("/dev/vhost-net", WARN, "run 'modprobe vhost_net', or networks are slower", result);
}

static void check_vhost_vsock(const struct host *host, struct result *result)
{
	(void)host;
	check_device("/dev/vhost-vsock", WARN, "run 'modprobe vhost_vsock' for guests with vsock_cid", result);
}

static void check_bridge(const struct host *host, struct result *result)
{
	DIR *interfaces = opendir("/sys/class/net");
	struct dirent *entry;
	char found[64] = "";

	(void)host;
	while (interfaces && !*found && (entry = readdir(interfaces))) {
		char path[320];

		snprintf(path, sizeof(path), "/sys/class/net/%s/bridge", entry->d_name);
		if (!access(path, F_OK))
			snprintf(found, sizeof(found), "%.60s", entry->d_name);
	}
	if (interfaces)
		closedir(interfaces);
	if (*found)
		set(result, PASS, NULL, "%s", found);
	else
		set(result, WARN, "run 'ip link add br0 type bridge', or write backend=user into each vif",
		    "dom0 has no bridge");
}

static void check_cgroup(const struct host *host, struct result *result)
{
	static const char *const wanted[] = { "cpu", "io", "memory", "pids" };
	FILE *file = fopen("/sys/fs/cgroup/cgroup.controllers", "re");
	char line[256] = " ", *end = line + 1;
	const char *missing = NULL;

	(void)host;
	if (file && fgets(end, (int)sizeof(line) - 2, file))
		strcpy(line + strcspn(line, "\n"), " ");
	if (file)
		fclose(file);
	for (size_t n = 0; n < sizeof(wanted) / sizeof(wanted[0]); n++) {
		char word[16];

		snprintf(word, sizeof(word), " %s ", wanted[n]);
		if (!strstr(line, word) && !missing)
			missing = wanted[n];
	}
	if (!file)
		set(result, WARN, "boot with systemd.unified_cgroup_hierarchy=1", "dom0 has no cgroup2");
	else if (missing)
		set(result, WARN, "boot a kernel that has it, with cgroup_enable=memory if need be",
		    "cgroup2 lacks the controller %s: guests' processes are not limited by it", missing);
	else if (access("/sys/fs/cgroup/system.slice/vimo-guests.service", F_OK))
		set(result, WARN, "run 'systemctl start vimo-guests'", "vimo-guests.service does not run");
	else
		set(result, PASS, NULL, "cpu, io, memory and pids; vimo-guests.service");
}

static void check_storage(const struct host *host, struct result *result)
{
	struct statvfs status;
	long long free_mib;

	(void)host;
	if (statvfs(STORAGE, &status)) {
		set(result, WARN, "run 'systemd-tmpfiles --create'", STORAGE ": %s", strerror(errno));
		return;
	}
	free_mib = (long long)(status.f_bavail * (status.f_frsize / 1024) / 1024);
	set(result, free_mib < STORAGE_LOW_MIB ? WARN : PASS, "remove files there, or mount a larger file system",
	    STORAGE ": %lld MiB free", free_mib);
}

static void check_direct(const struct host *host, struct result *result)
{
	int fd = open(STORAGE, O_TMPFILE | O_RDWR | O_DIRECT | O_CLOEXEC, 0600);

	(void)host;
	if (fd < 0)
		set(result, WARN, "keep images on ext4, XFS or volumes: others go through dom0's page cache",
		    STORAGE ": O_DIRECT: %s", strerror(errno));
	else
		set(result, PASS, NULL, STORAGE ": possible");
	if (fd >= 0)
		close(fd);
}

/* The first line that "PATH --version" prints, into @line; empty: it failed. */
static void read_version(const char *path, char *line, size_t size)
{
	int pipes[2];
	ssize_t got = -1;
	pid_t child;

	*line = '\0';
	if (pipe2(pipes, O_CLOEXEC))
		return;
	child = fork();
	if (!child) {
		if (dup2(pipes[1], 1) == 1)
			execl(path, path, "--version", (char *)NULL);
		_exit(127);
	}
	close(pipes[1]);
	if (child > 0) {
		got = read(pipes[0], line, size - 1);
		waitpid(child, NULL, 0);
	}
	close(pipes[0]);
	line[got > 0 ? got : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
}

static void check_program(const char *const *paths, const char *remedy, struct result *result)
{
	char line[128];

	for (; *paths && access(*paths, X_OK); paths++)
		;
	if (!*paths) {
		set(result, WARN, remedy, "not installed");
		return;
	}
	read_version(*paths, line, sizeof(line));
	if (*line)
		set(result, PASS, NULL, "%s", line);
	else
		set(result, WARN, remedy, "%s does not tell its version", *paths);
}

static void check_storage_daemon(const struct host *host, struct result *result)
{
	static const char *const paths[] = { "/usr/bin/qemu-storage-daemon", NULL };

	(void)host;
	check_program(paths, "install qemu-system-common, or use raw images only", result);
}

static void check_qemu_img(const struct host *host, struct result *result)
{
	static const char *const paths[] = { "/usr/bin/qemu-img", NULL };

	(void)host;
	check_program(paths, "install qemu-utils, or use raw images only", result);
}

static void check_virtiofsd(const struct host *host, struct result *result)
{
	static const char *const paths[] = { "/usr/libexec/virtiofsd", "/usr/lib/qemu/virtiofsd", NULL };

	(void)host;
	check_program(paths, "install virtiofsd, or qemu-system-common of Debian 12, for guests with fs", result);
}

static const struct {
	const char *name;
	void (*run)(const struct host *host, struct result *result);
} checks[] = {
	{ "vimod", check_vimod },
	{ "hypervisor", check_hypervisor },
	{ "module", check_module },
	{ "abi", check_abi },
	{ "memory", check_memory },
	{ "dev-vimo", check_dev_vimo },
	{ "vhost-net", check_vhost_net },
	{ "vhost-vsock", check_vhost_vsock },
	{ "bridge", check_bridge },
	{ "cgroup", check_cgroup },
	{ "storage", check_storage },
	{ "o-direct", check_direct },
	{ "qemu-storage-daemon", check_storage_daemon },
	{ "qemu-img", check_qemu_img },
	{ "virtiofsd", check_virtiofsd },
};

static const char *const verdicts[] = { "PASS", "WARN", "FAIL" };

static void add_result(json_object *list, const char *name, const struct result *result)
{
	json_object *json = json_object_new_object();

	json_put_string(json, "check", name);
	json_put_string(json, "result", verdicts[result->verdict]);
	json_put_string(json, "detail", result->detail);
	if (result->verdict != PASS)
		json_put_string(json, "remedy", result->remedy);
	json_object_array_add(list, json);
}

static int check_host(struct client *client, const struct options *options, struct error *err)
{
	CLEANUP_JSON json_object *list = json_object_new_array(), *version = NULL;
	struct host host = { 0 };
	unsigned int failed = 0;

	if (!client_connect(client, &host.err))
		version = call_vimod(client, "io.vimo.Host.Version", NULL, &host.err);
	host.version = version;
	for (size_t n = 0; n < sizeof(checks) / sizeof(checks[0]); n++) {
		struct result result;

		checks[n].run(&host, &result);
		failed += result.verdict == FAIL;
		add_result(list, checks[n].name, &result);
		if (options->json)
			continue;
		printf("%s  %-20s %s\n", verdicts[result.verdict], checks[n].name, result.detail);
		if (result.verdict != PASS)
			printf("      %-20s %s\n", "", result.remedy);
	}
	if (options->json)
		print_json(list);
	fflush(stdout);
	return failed ? error_set(err, ERROR_FAILED, "%u checks of the host failed: do what the list tells", failed) :
			0;
}

static int check_cfg(struct client *client, const struct options *options, struct error *err)
{
	/* CONFIG stands first in place of "cfg". */
	struct options create = *options;

	if (!options->settings || !*options->settings)
		return error_set(err, ERROR_USAGE, "check cfg needs a file: run 'vimoctl check cfg FILE'");
	create.operand = options->settings[0];
	create.settings = options->settings + 1;
	create.dry_run = create.quiet = true;
	if (client_connect(client, err) || cmd_create(client, &create, err))
		return -1;
	if (!options->json)
		printf("%s: a guest can be created from it\n", config_file_name(create.operand));
	return 0;
}

int cmd_check(struct client *client, const struct options *options, struct error *err)
{
	if (!strcmp(options->operand, "cfg"))
		return check_cfg(client, options, err);
	if (strcmp(options->operand, "host") || (options->settings && *options->settings))
		return error_set(err, ERROR_USAGE,
				 "check takes host or cfg FILE: run 'vimoctl check host' or 'vimoctl check cfg FILE'");
	return check_host(client, options, err);
}
