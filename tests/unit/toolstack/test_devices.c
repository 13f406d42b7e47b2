// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_devices.c - what vimo-dm is told of disks and networks, and the descriptors that belong to it.
 */
#include "base/store.h"
#include "config/file.h"
#include "dm_files.h"
#include "guest/check.h"
#include "guest/resources.h"
#include "host/channel.h"
#include "json.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/test_devices.XXXXXX";
static bool has_network;
#define ALWAYS 9u /* descriptors of each guest: six files, and three of the console */
static struct guest guest = { .domain = 7, .fd = -1 };
static struct guest_config *const config = &guest.config;
static struct fd_list fds;
static struct error err;

static int enter(void **state)
{
	int control = socket(AF_UNIX, SOCK_STREAM, 0), tun = open("/dev/net/tun", O_RDWR);

	(void)state;
	if (!mkdtemp(directory) || chdir(directory) || setenv("VIMO_RUN_DIR", directory, 1) ||
	    setenv("VIMO_LOG_DIR", directory, 1) || store_make("g", &err))
		return -1;
	close(open("a", O_RDWR | O_CREAT, 0600));
	close(open("b", O_RDWR | O_CREAT, 0600));
	if (tun >= 0 && unshare(CLONE_NEWNET))
		unshare(CLONE_NEWUSER | CLONE_NEWNET);
	close(control);
	control = socket(AF_UNIX, SOCK_STREAM, 0);
	has_network = tun >= 0 && !ioctl(control, SIOCBRADDBR, "br0");
	close(control);
	if (tun >= 0)
		close(tun);
	return truncate("a", 4096) || truncate("b", 8192);
}

static int leave(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", directory);
	return system(command);
}

static void take(const char *devices)
{
	char text[512];
	const struct config_source source = { .text = text, .file = "g.cfg", .cwd = directory };
	struct findings findings;
	json_object *json;

	snprintf(text, sizeof(text), "name = \"g\"\nkernel = \"/k\"\n%s", devices);
	json = config_parse(&source, &findings, NULL);
	if (!json)
		fail_msg("%s", findings.first.text);
	findings_end(&findings);
	assert_int_equal(config_check(json, config, &err), 0);
	json_object_put(json);
}

static json_object *device(json_object *json, size_t index)
{
	json_object *devices;

	assert_true(json_object_object_get_ex(json, "devices", &devices));
	return json_object_array_get_idx(devices, index);
}

static json_object *open_all(void)
{
	struct disk_files files;
	json_object *json;

	guest.slots = config_slots(config);
	json = disk_files_open(&files, config, &err) ? NULL : resources_open(&guest, &files, &fds, &err);
	if (!json)
		fail_msg("%s", err.text);
	for (uint32_t slot = 0; slot < CONFIG_SLOTS; slot++)
		assert_int_equal(files.fd[slot], -1); /* all are the device model's */
	return json;
}

static void disks_have_one_descriptor_each(void **state)
{
	struct stat image;
	json_object *json;

	(void)state;
	take("disk = [ \"b,,vdb\", \"a,,vda,ro,packed=1\" ]\nhotplug = 4\n");
	assert_int_equal(check_files(config, &err), 0);
	json = open_all();
	assert_int_equal(json_number(json, "version", 0), DM_DESCRIPTION_VERSION);
	assert_int_equal(json_number(json, "slots", 0), 10);
	assert_string_equal(json_string(device(json, 0), "type"), "console");
	assert_string_equal(json_string(device(json, 1), "type"), "input");
	assert_string_equal(json_string(device(json, 2), "type"), "rng");
	assert_int_equal(json_number(device(json, 2), "slot", 0), 2);
	assert_int_equal(json_number(device(json, 2), "bytes_per_second", 0), 1 << 20);
	assert_string_equal(json_string(device(json, 3), "type"), "block");
	assert_int_equal(json_number(device(json, 3), "slot", 0), 5);
	assert_false(json_flag(device(json, 3), "readonly"));
	assert_false(json_flag(device(json, 3), "packed"));
	assert_int_equal(json_number(device(json, 4), "slot", 0), 4);
	assert_true(json_flag(device(json, 4), "readonly"));
	assert_true(json_flag(device(json, 4), "packed"));
	assert_null(device(json, 5));
	assert_int_equal(fds.count, ALWAYS + 2);
	assert_int_equal(fstat(fds.fd[ALWAYS], &image), 0);
	assert_int_equal(image.st_size, 8192);
	assert_int_equal(fstat(fds.fd[ALWAYS + 1], &image), 0);
	assert_int_equal(image.st_size, 4096);
	fd_list_close(&fds);
	json_object_put(json);
}

static void files_opened_before_a_failure_are_closed(void **state)
{
	struct disk_files files;
	int lowest = dup(0);

	(void)state;
	close(lowest);
	take("disk = [ \"a\", \"b\", \"a\" ]\n");
	assert_int_equal(check_files(config, &err), -1);
	assert_non_null(strstr(err.text, "disk vdc: "));
	memset(&err, 0, sizeof(err));
	assert_int_equal(disk_files_open(&files, config, &err), -1);
	assert_non_null(strstr(err.text, "disk vdc: "));
	assert_int_equal(dup(0), lowest);
	close(lowest);
}

static void a_missing_vhost_vsock_is_an_error(void **state)
{
	int lowest = dup(0);

	(void)state;
	close(lowest);
	take("vsock_cid = 3\ndisk = [ \"a\" ]\n");
	assert_int_equal(check_devices(config, &err), -1);
	assert_non_null(strstr(err.text, "modprobe vhost_vsock"));
	assert_string_equal(err.key, "vsock_cid");
	assert_null(resources_open(&guest, NULL, &fds, &err));
	assert_int_equal(fds.count, ALWAYS);
	fd_list_close(&fds);
	/* It is there, but something else. */
	assert_int_equal(symlink("b", "vsock"), 0);
	assert_int_equal(check_devices(config, &err), -1);
	assert_string_equal(err.text, "vsock_cid: vsock: Inappropriate ioctl for device");
	unlink("vsock");
	assert_int_equal(dup(0), lowest);
	close(lowest);
}

static bool link_is(const char *path, const char *target)
{
	char text[256] = "";

	return readlink(path, text, sizeof(text) - 1) > 0 && !strcmp(text, target);
}

static void channels_have_links(void **state)
{
	char target[64], elsewhere[64], old[64];
	json_object *json, *names;

	(void)state;
	snprintf(target, sizeof(target), "%s/guests/g/channel-2.sock", directory);
	snprintf(elsewhere, sizeof(elsewhere), "%s/causes/x", directory);
	snprintf(old, sizeof(old), "%s/guests/old/channel-1.sock", directory);
	take("channel = [ \"name=one\", \"name=two,path=two.sock\" ]\n");
	assert_int_equal(check_devices(config, &err), 0);
	assert_int_equal(access("two.sock", F_OK), -1);
	assert_false(link_is("two.sock", target));
	/* Each vimo-dm finds them as they are. */
	for (int round = 0; round < 2; round++) {
		json = open_all();
		assert_string_equal(json_string(device(json, 3), "type"), "channels");
		assert_int_equal(json_number(device(json, 3), "slot", 0), 4);
		assert_true(json_object_object_get_ex(device(json, 3), "names", &names));
		assert_string_equal(json_object_to_json_string_ext(names, JSON_C_TO_STRING_PLAIN), "[\"one\",\"two\"]");
		assert_int_equal(json_number(device(json, 3), "fds", 0), 2);
		assert_int_equal(fds.count, ALWAYS + 2);
		fd_list_close(&fds);
		json_object_put(json);
		assert_true(link_is("two.sock", target));
	}
	channels_unlink(config);
	assert_int_equal(readlink("two.sock", (char[1]){ 0 }, 1), -1);
	/* Files of other programs at the path stay. */
	for (int round = 0; round < 2; round++) {
		assert_int_equal(symlink(round ? elsewhere : "b", "two.sock"), 0);
		assert_int_equal(check_devices(config, &err), -1);
		assert_non_null(strstr(err.text, "two.sock: the path exists"));
		assert_string_equal(err.key, "channel");
		assert_int_equal(channels_link(config, &err), -1);
		channels_unlink(config);
		assert_int_equal(unlink("two.sock"), 0);
	}
	/* A link of a guest that ended without vimod is replaced. */
	assert_int_equal(symlink(old, "two.sock"), 0);
	assert_int_equal(check_devices(config, &err), 0);
	assert_int_equal(channels_link(config, &err), 0);
	assert_true(link_is("two.sock", target));
	channels_unlink(config);
	take("channel = [ \"name=one,path=none/x\" ]\n");
	assert_int_equal(check_devices(config, &err), -1);
	assert_non_null(strstr(err.text, "none/x: vimod cannot make a file there"));
}

static const char *interface_of(int fd)
{
	static struct ifreq interface;

	return ioctl(fd, TUNGETIFF, &interface) ? "" : interface.ifr_name;
}

static void a_network_has_a_tap_for_each_pair(void **state)
{
	json_object *json, *net;
	uint32_t step;

	(void)state;
	if (!has_network)
		skip();
	take("disk = [ \"a\" ]\nvif = ( { bridge = \"br0\"; queues = 2; mac = \"52:54:00:00:00:01\"; } )\n");
	/* The second time as for a vimo-dm that is started again. */
	for (int round = 0; round < 2; round++) {
		json = open_all();
		net = device(json, 4);
		assert_string_equal(json_string(net, "type"), "net");
		assert_string_equal(json_string(net, "mac"), "52:54:00:00:00:01");
		assert_int_equal(json_number(net, "pairs", 0), 2);
		assert_int_equal(json_number(net, "mtu", 0), 1500);
		step = strcmp(json_string(net, "backend"), "vhost") ? 1 : 2;
		assert_int_equal(json_number(net, "fds", 0), 2 * step);
		assert_int_equal(fds.count, ALWAYS + 1 + 2 * step);
		assert_string_equal(interface_of(fds.fd[ALWAYS + 1]), "vif7.5");
		assert_string_equal(interface_of(fds.fd[ALWAYS + 1 + step]), "vif7.5");
		fd_list_close(&fds);
		json_object_put(json);
	}
	assert_int_equal(config->vif[0].mtu, 1500);
	vif_close(&guest.taps[5]);
}

static void without_vhost_vimo_dm_moves_packets(void **state)
{
	json_object *json;

	(void)state;
	if (!has_network)
		skip();
	take("vif = ( { bridge = \"br0\"; vhost = false; } )\n");
	json = open_all();
	assert_string_equal(json_string(device(json, 3), "backend"), "tap");
	assert_int_equal(fds.count, ALWAYS + 1);
	fd_list_close(&fds);
	vif_close(&guest.taps[4]);
	json_object_put(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(disks_have_one_descriptor_each),
		cmocka_unit_test(files_opened_before_a_failure_are_closed),
		cmocka_unit_test(a_missing_vhost_vsock_is_an_error),
		cmocka_unit_test(channels_have_links),
		cmocka_unit_test(a_network_has_a_tap_for_each_pair),
		cmocka_unit_test(without_vhost_vimo_dm_moves_packets),
	};

	return cmocka_run_group_tests_name("devices", tests, enter, leave);
}
