// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_config.c - guest.cfg, right and wrong: each message names line, key and remedy.
 */
#include "config/file.h"
#include "config/config.h"
#include "forward.h"
#include "json.h"
#include "config/rate.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GOOD "name = \"g1\"\nkernel = \"/boot/Image\"\n"
#define UUID "uuid = \"00112233-4455-6677-8899-aabbccddeeff\"\n"
#define DISKS(spec) "disk = [ \"" spec "\" ]\n"
#define CHANNELS(spec) "channel = [ \"" spec "\" ]\n"
#define VIFS(spec) "vif = [ \"" spec "\" ]\n"

static struct guest_config config;

/* With the first error. */
static json_object *parse(const char *text, const char *file, const char *cwd, struct error *err)
{
	const struct config_source source = { .text = text, .file = file, .cwd = cwd };
	struct findings findings;
	json_object *json = config_parse(&source, &findings, NULL);

	*err = findings.first;
	findings_end(&findings);
	return json;
}

static void take(const char *text)
{
	struct error err;
	json_object *json = parse(text, "g1.cfg", "/home/u", &err);

	if (!json)
		fail_msg("%s", err.text);
	assert_int_equal(config_check(json, &config, &err), 0);
	json_object_put(json);
}

static void a_short_file_gets_defaults(void **state)
{
	struct error err;
	json_object *json = parse(GOOD, "g1.cfg", "/", &err);

	(void)state;
	assert_non_null(json);
	assert_int_equal(config_check(json, &config, &err), 0);
	assert_string_equal(config.name, "g1");
	assert_string_equal(config.kernel, "/boot/Image");
	assert_string_equal(config.ramdisk, "");
	assert_int_equal(config.memory_bytes, 128 << 20);
	assert_int_equal(config.vcpus, 1);
	assert_int_equal(config.weight, 256);
	assert_int_equal(config.on_poweroff, ACTION_DESTROY);
	assert_int_equal(config.on_reboot, ACTION_RESTART);
	assert_int_equal(config.on_crash, ACTION_DESTROY);
	assert_int_equal(strlen(config.uuid), 36);
	json_object_put(json);
}

static void every_key_goes_round(void **state)
{
	static const char text[] =
		"name = \"a-b_c.9\"; uuid = \"00112233-4455-6677-8899-aabbccddeeff\";\n"
		"kernel = \"Image\"\nramdisk = \"/r\"\nextra = \"console=hvc0\"\nmemory = 4096\n"
		"vcpus = 8\ncpu_weight = 1\non_poweroff = \"preserve\"\non_reboot = \"destroy\"\n"
		"on_crash = \"restart\"\nhotplug = 3\n" DISKS("/a")
			VIFS("bridge=br0") "fs = [ \"tag=src,path=s,access=ro\" ]\n" CHANNELS("name=a,path=b");
	static struct guest_config again;
	struct error err;
	json_object *json = parse(text, "g1.cfg", "/home/u", &err), *copy;

	(void)state;
	assert_non_null(json);
	assert_int_equal(config_check(json, &config, &err), 0);
	assert_string_equal(config.kernel, "/home/u/Image");
	assert_int_equal(config.memory_bytes, 4096ull << 20);
	assert_int_equal(config.on_crash, ACTION_RESTART);
	assert_string_equal(config.fs[0].tag, "src");
	assert_string_equal(config.fs[0].path, "/home/u/s");
	assert_int_equal(config.fs[0].access, ACCESS_RO);
	copy = config_to_json(&config);
	assert_int_equal(config_check(copy, &again, &err), 0);
	assert_string_equal(json_object_to_json_string(json), json_object_to_json_string(copy));
	assert_memory_equal(config.uuid, again.uuid, sizeof(config.uuid));
	json_object_put(copy);
	json_object_put(json);
}

static const struct {
	const char *text, *key, *message;
} wrong[] = {
	{ "kernel = \"/k\"\n", "name", "\"name\" is missing" },
	{ "name = \"g\"\n", "kernel", "\"kernel\" is missing" },
	{ GOOD "memmory = 1\n", "memmory", "w.cfg:3: unknown key \"memmory\": did you mean \"memory\"" },
	{ GOOD "initrd = \"/i\"\n", "initrd", "write \"ramdisk\"" },
	{ GOOD "p9 = \"/d\"\n", "p9", "write \"fs\"" },
	{ GOOD "pci = [ '01:00.0' ]\n", "pci", "devices of the host are not given to guests: remove it" },
	{ GOOD "fs = [ \"path=/d\" ]\n", "fs", "fs 1: key \"tag\" is missing" },
	{ GOOD "fs = [ \"tag=t\" ]\n", "fs", "fs 1: key \"path\" is missing" },
	{ GOOD "fs = [ \"tag=a b,path=/d\" ]\n", "fs", "fs 1: tag \"a b\" is not usable: write 1 to 36" },
	{ GOOD "fs = [ \"tag=t,path=/d,xattr=1\" ]\n", "fs", "extended attributes are not shared" },
	{ GOOD "fs = [ \"tag=t,path=/d\", \"tag=t,path=/e\" ]\n", "fs", "fs 2: tag = t is another folder's" },
	{ GOOD "fs = ( { tag = \"t\"; path = \"/d\"; slot = 4; } )\nvif = ( { bridge = \"b\"; slot = 4; } )\n", "fs",
	  "slot = 4 is given to two" },
	{ GOOD "fs = [ \"tag=a,path=/\", \"tag=b,path=/\", \"tag=c,path=/\", \"tag=d,path=/\", \"tag=e,path=/\" ]\n",
	  "fs", "5 entries: write 4 at most" },
	{ GOOD "hotplug = 31\n", "hotplug", "out of range" },
	{ GOOD "disk = \"/d\"\n", "disk", "is not a list: write disk = [" },
	{ GOOD "disk = { target = \"/d\"; }\n", "disk", "is not a list" },
	{ GOOD "disk = [ 1 ]\n", "disk", "w.cfg:3: disk 1: it is neither text nor a group" },
	{ GOOD DISKS("vdev=vda"), "disk", "disk 1: key \"target\" is missing: add target=" },
	{ GOOD DISKS("target="), "disk", "key \"target\" is missing" },
	{ GOOD "disk = [ \"/a,,vda\",\n \"/b,,vda\" ]\n", "disk", "disk 2: vdev = vda is another disk's" },
	{ GOOD DISKS("/a,,vda\", \"/b,,xvda"), "disk", "disk 2: vdev = vda is another disk's" },
	{ GOOD DISKS("/a,,hda"), "disk", "vdev = \"hda\" is not a disk name: write vda to vdp" },
	{ GOOD DISKS("/a,,vdq"), "disk", "vda to vdp" },
	{ GOOD DISKS("/a,qed,vda"), "disk", "raw, qcow2, vmdk, vdi, vhdx or vpc" },
	{ GOOD DISKS("/a,raw,vda,x"), "disk", "rw or ro" },
	{ GOOD DISKS("/a,raw,vda,rw,more"), "disk", "is a fifth value without a key" },
	{ GOOD DISKS("/a,target=/b"), "disk", "target is given twice" },
	{ GOOD DISKS("/a,vdv=vda"), "disk", "unknown key \"vdv\": did you mean \"vdev\"" },
	{ GOOD DISKS("/a,,hdc,cdrom"), "disk", "access=ro" },
	{ GOOD DISKS("qcow:/a,vda,w"), "disk", "format = \"qcow\" is not possible" },
	{ GOOD DISKS("phy:/a,raw"), "disk", "vdev = \"raw\" is not a disk name" },
	{ GOOD DISKS("phy:,vda,w"), "disk", "key \"target\" is missing" },
	{ GOOD DISKS("/a,queues=9"), "disk", "queues = 9 is out of range" },
	{ GOOD DISKS("/a,queues=2x"), "disk", "queues=2x is not possible" },
	{ GOOD DISKS("/a,iops=99999999999999999999"), "disk", "out of range: write 0 to 4294967295" },
	{ GOOD DISKS("/a,serial=123456789012345678901"), "disk", "longer than 20" },
	{ GOOD DISKS("/a,slot=4\", \"/b,slot=4"), "disk", "slot = 4 is given to two" },
	{ GOOD DISKS("/a,backing=/b"), "disk", "disk 1: backing is not possible with format = raw" },
	{ GOOD DISKS("nbd://10.0.0.1/,backing=/b"), "disk", "disk 1: backing is not possible with format = nbd" },
	{ GOOD DISKS("/a,qcow2,backing=nbd://10.0.0.1/"), "disk",
	  "backing = \"nbd://10.0.0.1/\" is not an absolute path" },
	{ GOOD "disk = ( { target = \"/a\"; format = \"qcow2\"; backing = \"/b\"; } )", "disk",
	  "backing is not a list: write backing = [" },
	{ GOOD "disk = ( { target = \"/a\"; format = \"qcow2\"; backing = [ 1 ]; } )", "disk",
	  "backing is not text in quotes" },
	{ GOOD "disk = ( { target = \"/a\"; format = \"qcow2\"; backing = [ \"/a\\nb\" ]; } )", "disk",
	  "backing contains a control character" },
	{ GOOD "disk = ( { target = \"/a\";\n vdev = \"vda\";\n quues = 2; } )\n", "disk",
	  "w.cfg:5: disk 1: unknown key \"quues\"" },
	{ GOOD "disk = ( { target = \"/a\";\n iops = \"many\"; } )\n", "disk", "w.cfg:4: disk 1: iops is not a whole" },
	{ GOOD VIFS(""), "vif", "vif 1: key \"bridge\" is missing: add bridge=br0" },
	{ GOOD VIFS("br0"), "vif", "not of the form key=value" },
	{ GOOD VIFS("bridge=../../x"), "vif", "is not a name of a network interface" },
	{ GOOD VIFS("bridge=sixteen-letters-"), "vif", "is not a name of a network interface" },
	{ GOOD VIFS("bridge=br0,mac=52:54:00:12:34"), "vif", "not of the form 52:54:00:12:34:56" },
	{ GOOD VIFS("bridge=br0,mac=53:54:00:12:34:56"), "vif", "is a multicast or zero address" },
	{ GOOD VIFS("bridge=br0,mac=00:00:00:00:00:00"), "vif", "is a multicast or zero address" },
	{ GOOD VIFS("bridge=br0,mac=52:54:00:12:34:ab\", \"bridge=br0,mac=52:54:00:12:34:AB"), "vif",
	  "mac = 52:54:00:12:34:ab is another network's" },
	{ GOOD VIFS("bridge=br0,rate=10"), "vif", "is not a rate: write 10Mb/s" },
	{ GOOD VIFS("backend=domU"), "vif", "backend = \"domU\" is not possible: write bridge, user" },
	{ GOOD VIFS("backend=user,bridge=br0"), "vif", "vif 1: bridge is not possible with backend=user" },
	{ GOOD VIFS("backend=user,queues=2"), "vif", "queues is not possible with backend=user" },
	{ GOOD VIFS("backend=user,rate=1MB/s"), "vif", "rate is not possible with backend=user" },
	{ GOOD VIFS("backend=user,mtu=65522"), "vif", "mtu above 65521 is not possible with backend=user" },
	{ GOOD VIFS("bridge=br0,hostfwd=tcp::8080-:80"), "vif", "hostfwd is not possible with backend=bridge" },
	{ GOOD VIFS("backend=vhost-user"), "vif", "key \"socket\" is missing: add socket=PATH" },
	{ GOOD VIFS("backend=vhost-user,socket=/s,rate=1MB/s"), "vif", "rate is not possible with backend=vhost-user" },
	{ GOOD VIFS("backend=vhost-user,socket=/s,packed=1"), "vif", "packed is not possible with backend=vhost-user" },
	{ GOOD VIFS("bridge=br0,packed=1"), "vif",
	  "vif 1: packed is not possible while dom0's kernel moves the packets" },
	{ GOOD "disk = ( { target = \"/a\"; packed = 2; } )\n", "disk", "packed is not true or false" },
	{ GOOD VIFS("bridge=br0,socket=/s"), "vif", "socket is not possible with backend=bridge" },
	{ GOOD VIFS("bridge=br0,host_loopback=1"), "vif", "host_loopback is not possible with backend=bridge" },
	{ GOOD VIFS("backend=user,hostfwd=tcp::80-:80"), "vif",
	  "hostfwd \"tcp::80-:80\" is not valid: write tcp or udp" },
	{ GOOD VIFS("bridge=br0,rate=10Mb/s@20ns"), "vif", "is not a rate: write 10Mb/s" },
	{ GOOD VIFS("bridge=br0,receive_rate=7Kb/s"), "vif", "out of range: write 1KB/s to" },
	{ GOOD VIFS("bridge=br0,mtu=67"), "vif", "mtu = 67 is out of range: write 68 to 65535" },
	{ GOOD "vif = ( { bridge = \"br0\"; vhost = -1; } )\n", "vif", "vhost is not true or false" },
	{ GOOD CHANNELS("connection=socket"), "channel", "key \"name\" is missing: add name=org.qemu" },
	{ GOOD CHANNELS("name=a/b"), "channel", "channel name \"a/b\" is not usable" },
	{ GOOD CHANNELS("name=.."), "channel", "is not usable" },
	{ GOOD CHANNELS("name=a,connection=pty"), "channel",
	  "connection = \"pty\" is not possible: write socket; socat PTY" },
	{ GOOD CHANNELS("name=a,backend=1"), "channel", "channels are dom0's" },
	{ GOOD CHANNELS("name=a\", \"name=a"), "channel", "channel 2: name = a is another channel's" },
	{ GOOD CHANNELS("name=a,path=/x\", \"name=b,path=/x"), "channel", "channel 2: path = /x is another channel's" },
	{ GOOD DISKS("/a,slot=4") CHANNELS("name=a") "channel_slot = 4\n", "channel_slot", "slot = 4 is given to two" },
	{ GOOD "\nmemory = \"1M\"\n", "memory", "w.cfg:4: memory is not a whole number" },
	{ GOOD "memory = 1.5\n", "memory", "whole number" },
	{ GOOD "memory = 0\n", "memory", "out of range" },
	{ GOOD "memory = -1\n", "memory", "out of range" },
	{ GOOD "memory = 262145\n", "memory", "out of range" },
	{ GOOD "memory = 9223372036854775807L\n", "memory", "out of range" },
	{ GOOD "vcpus = 65\n", "vcpus", "out of range" },
	{ GOOD "cpu_weight = 65536\n", "cpu_weight", "out of range" },
	{ GOOD "on_crash = \"explode\"\n", "on_crash", "destroy, restart or preserve" },
	{ GOOD "on_crash = true\n", "on_crash", "text in quotes" },
	{ GOOD "uuid = \"1234\"\n", "uuid", "not of the form" },
	{ GOOD "extra = \"a\\nb\"\n", "extra", "control character" },
	{ "name = \"../g\"\nkernel = \"/k\"\n", "name", "not usable" },
	{ "name = \"\"\nkernel = \"/k\"\n", "name", "" },
	{ "name = \".g\"\nkernel = \"/k\"\n", "name", "not usable" },
	{ "name = g\nkernel = \"/k\"\n", "", "w.cfg:1: g is not in quotes: write \"g\"" },
	{ GOOD "memory = \n", "", "w.cfg:" },
	{ "@include \"/etc/shadow\"\n", "", "@include is not supported" },
	{ GOOD " \t@include \"/etc/shadow\"\n", "", "@include is not supported" },
};

static void a_wrong_file_is_refused_by_line_and_key(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(wrong) / sizeof(wrong[0]); n++) {
		struct error err = { 0 };

		if (parse(wrong[n].text, "w.cfg", "/", &err))
			fail_msg("accepted: %s", wrong[n].text);
		if (strcmp(err.key, wrong[n].key) || !strstr(err.text, wrong[n].message) || strchr(err.text, '\n'))
			fail_msg("%s: key \"%s\", %s", wrong[n].text, err.key, err.text);
	}
}

/* Files as users of xl and of other systems have them; each is GOOD with memory = 512 and two disks. */
static void files_of_xl_users_are_taken(void **state)
{
	static const char *const texts[] = {
		/* xl's own style. */
		"name = 'g1'\nkernel = '/boot/Image'\nmemory = 512\ndisk = [ '/a,raw,xvda,w',\n         '/b,raw,xvdb,r', ]\n",
		/* Quoted numbers, a comment at the end without newline. */
		"name = \"g1\"\nkernel = \"/boot/Image\"\nmemory = \"512\"\ndisk = ['/a', \"/b\"]\n# the end",
		"name='g1' # a comment\nkernel='/boot/Image'\nmemory='512'\ndisk=['/a','/b']# here, too",
		/* CRLF, a byte order mark. */
		"\xef\xbb\xbfname = \"g1\"\r\nkernel = \"/boot/Image\"\r\nmemory = 512\r\ndisk = [\r\n\t\"/a\",\r\n\t\"/b\",\r\n]\r\n",
		/* libconfig's. */
		"name : \"g1\"; kernel : \"/boot/\" \"Image\"; memory : 0x200L; disk = ( \"/a\", { target = \"/b\" }, );",
		"name = \"g1\", kernel = \"/boot/Image\" memory = +512 // this\ndisk = (\"/a\", { target: \"/b\", }) /* and\nthis */",
		/* Keys without effect. */
		"type = \"pvh\"\nbuilder = 'generic'\nvnc=1\nvfb = [ 'type=vnc,vncunused=1' ]\n" GOOD
		"memory = 512\ndisk = [ '/a','/b' ]\n",
	};

	(void)state;
	for (size_t n = 0; n < sizeof(texts) / sizeof(texts[0]); n++) {
		take(texts[n]);
		assert_string_equal(config.name, "g1");
		assert_string_equal(config.kernel, "/boot/Image");
		assert_int_equal(config.memory_bytes, 512ull << 20);
		assert_int_equal(config.disk_count, 2);
		assert_string_equal(config.disk[0].target, "/a");
		assert_string_equal(config.disk[1].target, "/b");
	}
}

static void text_may_hold_quotes_comments_and_escapes(void **state)
{
	static const struct {
		const char *text, *extra;
	} texts[] = {
		{ "\"a 'b' # c // d /* e */\"", "a 'b' # c // d /* e */" },
		{ "'a \"b\" # c ] } ) ; = ,'", "a \"b\" # c ] } ) ; = ," },
		{ "'it\\'s \\\\ \\x41\\101'", "it's \\ AA" },
		{ "\"\\\"\"", "\"" },
		{ "\"a\"\n # between\n 'b'", "ab" },
		{ "\"\xc3\xa4\xe2\x82\xac\"", "\xc3\xa4\xe2\x82\xac" },
		{ "\"\\xc3\\xa4\"", "\xc3\xa4" },
		{ "\"\"", "" },
	};

	(void)state;
	for (size_t n = 0; n < sizeof(texts) / sizeof(texts[0]); n++) {
		char text[256];

		snprintf(text, sizeof(text), GOOD "extra = %s\nvcpus = 3\n", texts[n].text);
		take(text);
		assert_string_equal(config.extra, texts[n].extra);
		assert_int_equal(config.vcpus, 3);
	}
}

/* All of a file's errors and warnings in one run, each with its line. */
static const struct {
	const char *text;
	const char *errors[8], *warnings[4];
} many[] = {
	{ "name = \"g\"\nmemory = 0\nvcpus = 65\ntype = \"pvh\"\ncpus = \"1-2\"\nvnc = 1\n",
	  .errors = { "m.cfg:2: memory = 0 is out of range", "m.cfg:3: vcpus = 65", "m.cfg:5: unknown key \"cpus\"",
		      "m.cfg:1: key \"kernel\" is missing" },
	  .warnings = { "m.cfg:4: key \"type\" has no effect", "m.cfg:6: key \"vnc\" has no effect" } },
	/* Syntax costs its own setting. */
	{ "name = g\nkernel = \"/k\nmemory = \nvcpus = 2x\ndisk = [ \"/a\"\nvif = [ \"bridge=br0\" ]\nhotplug = 99\n",
	  .errors = { "m.cfg:1: g is not in quotes: write \"g\"", "m.cfg:2: the text that begins with \" does not end",
		      "m.cfg:3: a value is missing", "m.cfg:4: 2x is neither a whole number nor text",
		      "m.cfg:6: the list of line 5 does not end here: write a comma, or ]", "m.cfg:7: hotplug = 99" } },
	{ GOOD "disk = ( { target = @ ; vdev = \"hda\"; },\n { target = \"/b\";\n queues = 9 } )\nvcpus = 0\n",
	  .errors = { "m.cfg:3: @ is not in quotes", "m.cfg:3: disk 1: vdev = \"hda\"", "m.cfg:5: disk 2: queues = 9",
		      "m.cfg:6: vcpus" } },
	/* Of one device, and across devices. */
	{ GOOD "disk = [ \"/a,qed,hda,x\",\n \"/b,,vdb\",\n \"/c,,vdb\" ]\nvif = [ \"mtu=1\", '' ]\n",
	  .errors = { "m.cfg:3: disk 1: format = \"qed\"", "m.cfg:3: disk 1: vdev = \"hda\"",
		      "m.cfg:3: disk 1: access = \"x\"", "m.cfg:6: vif 1: mtu = 1 is out of range",
		      "m.cfg:5: disk 3: vdev = vdb is another disk's", "m.cfg:6: vif 2: key \"bridge\" is missing" } },
	{ GOOD "disk = [ 'phy:/dev/vg/a,xvda1,w', 'script=block-x,vdev=vdb,target=/b' ]\npci = [ '01:00.0' ]\n"
	       "bootloader = 'pygrub'\nmaxmem = 4294967424\nroot = '/dev/xvda1'\n",
	  .errors = { "m.cfg:3: disk 1: vdev = \"xvda1\" is not a disk name", "m.cfg:3: disk 2: unknown key \"script\"",
		      "m.cfg:4: unknown key \"pci\"", "m.cfg:5: unknown key \"bootloader\"",
		      "m.cfg:6: unknown key \"maxmem\": write \"memory\"", "m.cfg:7: unknown key \"root\"" } },
	{ GOOD "memory = 4294967424\nvcpus = '4294967297'\ncpu_weight = -4294967040\n"
	       "vif = [ 'bridge=b,queues=4294967297' ]\nhotplug = 18446744073709551617\n",
	  .errors = { "m.cfg:3: memory = 4294967424 is out of range", "m.cfg:4: vcpus = 4294967297 is out",
		      "m.cfg:5: cpu_weight", "m.cfg:6: vif 1: queues = 4294967297", "m.cfg:7: hotplug" } },
	{ GOOD "memory = 1\n\nmemory = 2\n}\nextra = 'a\\q'\n",
	  .errors = { "m.cfg:6: } is not a setting", "m.cfg:7: \"\\q\" is not an escape",
		      "m.cfg:5: memory is given in line 3, too" } },
	{ "\x7f"
	  "ELF\x02\n",
	  .errors = { "m.cfg:1: not UTF-8" } },
	{ GOOD "# caf\xe9\n", .errors = { "m.cfg:3: not UTF-8" } },
	{ "\xff\xfen", .errors = { "m.cfg:1: not UTF-8" } },
};

/* Each of @wanted begins one of @list. */
static void assert_findings(json_object *list, const char *const *wanted, size_t count, const char *text)
{
	size_t n = 0;

	for (; n < count && wanted[n]; n++) {
		bool found = false;

		for (size_t k = 0; k < json_object_array_length(list); k++) {
			const char *message = json_string(json_object_array_get_idx(list, k), "message");

			found = found || !strncmp(message, wanted[n], strlen(wanted[n]));
		}
		if (!found)
			fail_msg("%s: \"%s\" is missing in %s", text, wanted[n], json_object_to_json_string(list));
	}
	if (json_object_array_length(list) != n)
		fail_msg("%s: %zu, not %zu: %s", text, json_object_array_length(list), n,
			 json_object_to_json_string(list));
}

static void all_errors_are_found_in_one_run(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(many) / sizeof(many[0]); n++) {
		const struct config_source source = { .text = many[n].text, .file = "m.cfg", .cwd = "/" };
		struct findings findings;

		assert_null(config_parse(&source, &findings, NULL));
		assert_findings(findings.errors, many[n].errors, 8, many[n].text);
		assert_findings(findings.warnings, many[n].warnings, 4, many[n].text);
		findings_end(&findings);
	}
}

static void findings_have_a_limit(void **state)
{
	static char text[60000];
	const struct config_source source = { .text = text, .file = "m.cfg", .cwd = "/" };
	struct findings findings;

	(void)state;
	while (strlen(text) < sizeof(text) - 64)
		strcat(text, "vnc = 1 nokey = 2\n");
	assert_null(config_parse(&source, &findings, NULL));
	assert_int_equal(json_object_array_length(findings.errors), FINDINGS_MAX);
	assert_int_equal(json_object_array_length(findings.warnings), FINDINGS_MAX);
	findings_end(&findings);
}

static void arguments_take_the_place_of_keys(void **state)
{
	json_object *settings =
		json_tokener_parse("[ \"memory=64\", \"name=web2\", \"extra=console=hvc0 root=/dev/vda\","
				   "\"memory=1024\", \"disk=/c\", \"vif=['bridge=br0','bridge=br1',]\" ]");
	const struct config_source source = {
		.text = GOOD "memory = 1.5 disk = [ '/a', '/b' ]\n", .file = "m.cfg", .cwd = "/", .settings = settings
	};
	json_object *wrong_ones = json_tokener_parse("[ \"memory=x\", \"disk=/a,,hda\", \"nokey=1\", \"word\" ]");
	const struct config_source refused = { .text = GOOD, .file = "m.cfg", .cwd = "/", .settings = wrong_ones };
	static const char *const messages[] = { "memory=x: memory is not a whole number", "disk=/a,,hda: disk 1: vdev",
						"nokey=1: unknown key \"nokey\"", "word: not of the form KEY=VALUE" };
	struct findings findings;
	json_object *lines, *json = config_parse(&source, &findings, &lines);
	struct error err;

	(void)state;
	if (!json)
		fail_msg("%s", findings.first.text);
	assert_int_equal(config_check(json, &config, &err), 0);
	assert_string_equal(config.name, "web2");
	assert_string_equal(config.extra, "console=hvc0 root=/dev/vda");
	assert_int_equal(config.memory_bytes, 1024ull << 20);
	assert_int_equal(config.disk_count, 1);
	assert_string_equal(config.disk[0].target, "/c");
	assert_int_equal(config.vif_count, 2);
	assert_int_equal(json_object_object_length(lines), 1); /* kernel's */
	findings_end(&findings);
	json_object_put(lines);
	json_object_put(json);
	assert_null(config_parse(&refused, &findings, NULL));
	assert_findings(findings.errors, messages, 4, "arguments");
	findings_end(&findings);
	json_object_put(wrong_ones);
	json_object_put(settings);
}

static void a_name_has_63_characters_at_most(void **state)
{
	char text[200], name[80];
	struct error err;
	json_object *json;

	(void)state;
	memset(name, 'n', sizeof(name));
	name[63] = '\0';
	snprintf(text, sizeof(text), "name = \"%s\"\nkernel = \"/k\"\n", name);
	json = parse(text, "n.cfg", "/", &err);
	assert_non_null(json);
	json_object_put(json);
	name[63] = 'n';
	name[64] = '\0';
	snprintf(text, sizeof(text), "name = \"%s\"\nkernel = \"/k\"\n", name);
	assert_null(parse(text, "n.cfg", "/", &err));
}

static void backing_files_go_round(void **state)
{
	static const char *const forms[] = {
		DISKS("/a,qcow2,backing=b,backing=/c"),
		"disk = ( { target = \"/a\"; format = \"qcow2\"; backing = [ \"b\", \"/c\" ]; } )",
	};
	static struct guest_config again;
	struct error err;

	(void)state;
	for (size_t n = 0; n < sizeof(forms) / sizeof(forms[0]); n++) {
		char text[256];
		json_object *json;

		snprintf(text, sizeof(text), "%s%s", GOOD, forms[n]);
		take(text);
		assert_string_equal(config.disk[0].backing, "/home/u/b\n/c\n");
		json = config_to_json(&config);
		assert_non_null(strstr(
			json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
			"\"backing\":[\"/home/u/b\",\"/c\"]"));
		assert_int_equal(config_check(json, &again, &err), 0);
		assert_string_equal(again.disk[0].backing, config.disk[0].backing);
		json_object_put(json);
	}
}

static void too_long_text_is_refused(void **state)
{
	static char text[8192];
	struct error err;

	(void)state;
	snprintf(text, sizeof(text), GOOD "extra = \"%04000d\"\n", 0);
	assert_null(parse(text, "n.cfg", "/", &err));
	assert_string_equal(err.key, "extra");
	snprintf(text, sizeof(text), "name = \"g\"\nkernel = \"/%05000d\"\n", 0);
	assert_null(parse(text, "n.cfg", "/", &err));
	assert_string_equal(err.key, "kernel");
}

/* Values that a client other than vimoctl could send. */
static void hostile_json_is_refused(void **state)
{
	static const char *const texts[] = {
		"[]",
		"null",
		"7",
		"{\"name\":\"g\",\"kernel\":\"relative\"}",
		"{\"name\":\"g\",\"kernel\":7}",
		"{\"name\":\"g\\u0000x\",\"kernel\":\"/k\"}",
		"{\"name\":\"g\",\"kernel\":\"/k\",\"memory\":null}",
		"{\"name\":\"g\",\"kernel\":\"/k\",\"vcpus\":1e300}",
		"{\"name\":{},\"kernel\":\"/k\"}",
		"{\"name\":\"g\",\"kernel\":\"/k\",\"\":1}",
		"{\"name\":\"g\",\"kernel\":\"/k\",\"disk\":{}}",
		"{\"name\":\"g\",\"kernel\":\"/k\",\"disk\":[null]}",
		"{\"name\":\"g\",\"kernel\":\"/k\",\"disk\":[\"/a\"]}",
		"{\"name\":\"g\",\"kernel\":\"/k\",\"disk\":[{\"target\":\"a\"}]}",
		"{\"name\":\"g\",\"kernel\":\"/k\",\"disk\":[{\"target\":\"/a\",\"slot\":1}]}",
		"{\"name\":\"g\",\"kernel\":\"/k\",\"disk\":[{\"target\":\"/a\",\"slot\":32}]}",
		"{\"name\":\"g\",\"kernel\":\"/k\",\"disk\":[{\"target\":\"/a\",\"slot\":5}],\"vif\":[{\"bridge\":\"b\",\"slot\":5}]}",
		"{\"name\":\"g\",\"kernel\":\"/k\",\"vif\":[{\"bridge\":\"b\\u0000r\"}]}",
	};

	(void)state;
	for (size_t n = 0; n < sizeof(texts) / sizeof(texts[0]); n++) {
		json_object *json = json_tokener_parse(texts[n]);
		struct error err;

		if (!config_check(json, &config, &err))
			fail_msg("accepted: %s", texts[n]);
		json_object_put(json);
	}
}

static void xl_forms_of_one_disk_are_equal(void **state)
{
	static const char *const forms[] = { DISKS("/dev/vg/v,,vdb"),
					     DISKS("/dev/vg/v,raw,xvdb,w"),
					     DISKS("format=raw, vdev=vdb, access=rw, target=/dev/vg/v"),
					     DISKS("vdev=vdb,/dev/vg/v"),
					     DISKS("phy:/dev/vg/v,xvdb,w"),
					     DISKS("tap:aio:/dev/vg/v,xvdb"),
					     DISKS("tap2:/dev/vg/v,xvdb,w"),
					     DISKS("/dev/vg/v,vdev=vdb,backendtype=phy,discard"),
					     "disk = ( { target = \"/dev/vg/v\"; vdev = \"vdb\"; } )\n",
					     "disk = ( \"/dev/vg/v,,vdb\" )\n" };

	(void)state;
	for (size_t n = 0; n < sizeof(forms) / sizeof(forms[0]); n++) {
		char text[256];

		snprintf(text, sizeof(text), GOOD UUID "%s", forms[n]);
		take(text);
		assert_int_equal(config.disk_count, 1);
		assert_string_equal(config.disk[0].target, "/dev/vg/v");
		assert_string_equal(config.disk[0].vdev, "vdb");
		assert_int_equal(config.disk[0].access, ACCESS_RW);
		assert_string_equal(config.disk[0].serial, "0011223344556677-vdb");
		assert_int_equal(config.disk[0].slot, CONFIG_SLOT_FIRST);
	}
	take(GOOD DISKS("vdev=vda,access=r,target=a,b=c ") "memory = 1\n");
	assert_string_equal(config.disk[0].target, "/home/u/a,b=c ");
	assert_int_equal(config.disk[0].access, ACCESS_RO);
}

static void groups_have_what_xl_lacks(void **state)
{
	(void)state;
	take(GOOD
	     "disk = ( { target = \"d.img\"; serial = \"S 1\"; queues = 2; iops = 500; bytes_per_second = 10485760;\n"
	     "slot = 9; packed = true; } )\nvif = ( { bridge = \"br0\"; mac = \"52:54:00:AB:CD:EF\"; mtu = 9000; queues = 2;\n"
	     "vhost = false; packed = true; vifname = \"web\"; } )\n");
	assert_string_equal(config.disk[0].target, "/home/u/d.img");
	assert_string_equal(config.disk[0].serial, "S 1");
	assert_int_equal(config.disk[0].queues, 2);
	assert_int_equal(config.disk[0].iops, 500);
	assert_int_equal(config.disk[0].bytes_per_second, 10485760);
	assert_int_equal(config.disk[0].slot, 9);
	assert_string_equal(config.vif[0].mac, "52:54:00:ab:cd:ef");
	assert_string_equal(config.vif[0].vifname, "web");
	assert_int_equal(config.vif[0].mtu, 9000);
	assert_false(config.vif[0].vhost);
	assert_true(config.disk[0].packed && config.vif[0].packed);
	assert_int_equal(config.vif[0].slot, CONFIG_SLOT_FIRST);
	assert_int_equal(config_slots(&config), 9 + 1 + 8);
}

static void rates_are_as_xl_writes_them(void **state)
{
	static const struct {
		const char *text;
		struct rate rate;
	} rates[] = {
		{ "10Mb/s", { 1250000, 131072 } },
		{ "250KB/s", { 250000, 131072 } },
		{ "1GB/s@20ms", { 1000000000, 20000000 } },
		{ "40MB/s", { 40000000, 2000000 } },
		{ "40MB/s@1", { 40000000, 40000000 } },
		{ "40MB/s@1s", { 40000000, 40000000 } },
		{ "40MB/s@500us", { 40000000, 131072 } },
		{ "8000b/s", { 1000, 131072 } },
		{ "1000GB/s@10s", { 1000000000000, 1073741824 } },
	};
	static const char *const others[] = { "",
					      "10",
					      "10M",
					      "10Mb",
					      "10mb/s",
					      "-1Mb/s",
					      "+1Mb/s",
					      " 1Mb/s",
					      "Mb/s",
					      "1Mb/s ",
					      "1Mb/s@",
					      "1Mb/s@x",
					      "1Mb/s@1m",
					      "1Mb/s@-1s",
					      "1Mb/s@0",
					      "1Mb/s@1000s",
					      "999B/s",
					      "4294967295GB/s",
					      "99999999999999999999b/s",
					      "0x10Mb/s",
					      "1.5Mb/s" };
	struct rate rate;
	struct error err;

	(void)state;
	for (size_t n = 0; n < sizeof(rates) / sizeof(rates[0]); n++) {
		if (rate_parse(rates[n].text, &rate, &err))
			fail_msg("%s", err.text);
		assert_int_equal(rate.bytes_per_second, rates[n].rate.bytes_per_second);
		assert_int_equal(rate.burst, rates[n].rate.burst);
	}
	for (size_t n = 0; n < sizeof(others) / sizeof(others[0]); n++)
		if (!rate_parse(others[n], &rate, &err))
			fail_msg("accepted: %s", others[n]);
	take(GOOD VIFS("bridge=br0,rate=10Mb/s,receive_rate=1MB/s@20ms"));
	assert_string_equal(config.vif[0].rate, "10Mb/s");
	assert_string_equal(config.vif[0].receive_rate, "1MB/s@20ms");
}

static void forwards_are_as_qemu_writes_them(void **state)
{
	static const char *const others[] = { "x",
					      "tcp",
					      "tcp::8080",
					      "tcp::8080-",
					      "tcp::8080-:",
					      "tcp::8080-:0",
					      "tcp::1023-:80",
					      "tcp::65536-:80",
					      "tcp:8080-:80",
					      "sctp::8080-:80",
					      "tcp:host:8080-:80",
					      "tcp:[::1]:8080-:80",
					      "tcp::8080-[fec0::15]:80",
					      "tcp:[::1:8080-[fec0::15]:80",
					      "tcp::8080-10.0.2:80",
					      "tcp::+8080-:80",
					      "tcp::8080-:80x",
					      "TCP::8080-:80" };
	const char *text = " tcp::8080-:80  udp:127.0.0.1:5353-10.0.2.99:53 tcp:[::1]:2222-[fec0::15]:22 ";
	struct forward forward;
	char address[64];
	struct error err;

	(void)state;
	assert_int_equal(forward_next(&text, &forward, &err), 1);
	assert_false(forward.udp);
	assert_int_equal(forward.host.in.sin_addr.s_addr, 0);
	assert_int_equal(forward.host.in.sin_port, htons(8080));
	assert_string_equal(inet_ntop(AF_INET, &forward.guest.in.sin_addr, address, sizeof(address)), "10.0.2.15");
	assert_int_equal(forward.guest.in.sin_port, htons(80));
	assert_int_equal(forward_next(&text, &forward, &err), 1);
	assert_true(forward.udp);
	assert_int_equal(forward.host.in.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
	assert_string_equal(inet_ntop(AF_INET, &forward.guest.in.sin_addr, address, sizeof(address)), "10.0.2.99");
	assert_int_equal(forward_next(&text, &forward, &err), 1);
	assert_string_equal(inet_ntop(AF_INET6, &forward.guest.in6.sin6_addr, address, sizeof(address)), "fec0::15");
	assert_int_equal(forward.guest.in6.sin6_port, htons(22));
	assert_int_equal(forward_next(&text, &forward, &err), 0);
	for (size_t n = 0; n < sizeof(others) / sizeof(others[0]); n++) {
		text = others[n];
		if (forward_next(&text, &forward, &err) != -1)
			fail_msg("accepted: %s", others[n]);
	}
	take(GOOD VIFS("backend=user,hostfwd=tcp::8080-:80 udp::5353-:53,host_loopback=true"));
	assert_int_equal(config.vif[0].backend, VIF_USER);
	assert_int_equal(config.vif[0].mtu, 1500);
	assert_true(config.vif[0].host_loopback);
	assert_string_equal(config.vif[0].hostfwd, "tcp::8080-:80 udp::5353-:53");
}

static void slots_follow_vdev_then_networks(void **state)
{
	(void)state;
	take(GOOD "disk = [ \"/c,,vdc\", \"/b,,vdb\", \"/a,slot=5\" ]\n" VIFS("bridge=br0\", \"bridge=br1"));
	assert_string_equal(config.disk[2].vdev, "vda");
	assert_int_equal(config.disk[2].slot, 5);
	assert_int_equal(config.disk[1].slot, 4);
	assert_int_equal(config.disk[0].slot, 6);
	assert_int_equal(config.vif[0].slot, 7);
	assert_int_equal(config.vif[1].slot, 8);
	assert_int_equal(config_slots(&config), 17);
	take(GOOD DISKS("/a") CHANNELS("name=a\", \"name=b"));
	assert_int_equal(config.disk[0].slot, 4);
	assert_int_equal(config.channel_slot, 5);
	assert_int_equal(config_slots(&config), 14);
	config.vif_count = 1; /* one comes later */
	strcpy(config.vif[0].bridge, "br0");
	config.vif[0].slot = 0;
	assert_int_equal(config_complete(&config, &(struct error){ 0 }), 0);
	assert_int_equal(config.channel_slot, 5);
	assert_int_equal(config.vif[0].slot, 6);
	take(GOOD "hotplug = 28\n" DISKS("/a"));
	assert_int_equal(config_slots(&config), CONFIG_SLOTS);
	take(GOOD "hotplug = 0\n");
	assert_int_equal(config_slots(&config), CONFIG_SLOT_FIRST);
}

static void macs_come_from_the_uuid(void **state)
{
	char first[18];

	(void)state;
	take(GOOD UUID VIFS("bridge=br0\", \"bridge=br0"));
	assert_memory_equal(config.vif[0].mac, "52:54:00:", 9);
	assert_string_not_equal(config.vif[0].mac, config.vif[1].mac);
	strcpy(first, config.vif[0].mac);
	take(GOOD UUID VIFS("bridge=br9"));
	assert_string_equal(config.vif[0].mac, first);
	take(GOOD VIFS("bridge=br9"));
	assert_string_not_equal(config.vif[0].mac, first);
}

static void sixteen_disks_eight_networks_and_four_folders(void **state)
{
	char text[2048] = GOOD "disk = [ \"/0\"";
	struct error err;

	(void)state;
	for (int n = 1; n < 16; n++)
		sprintf(text + strlen(text), ", \"/%d\"", n);
	strcat(text, " ]\nvif = [ \"bridge=b\"");
	for (int n = 1; n < 8; n++)
		strcat(text, ", \"bridge=b\"");
	strcat(text, " ]\nfs = [ \"tag=a,path=/\", \"tag=b,path=/\", \"tag=c,path=/\", \"tag=d,path=/\" ]\n");
	take(text);
	assert_int_equal(config.disk_count, CONFIG_DISKS);
	assert_string_equal(config.disk[15].vdev, "vdp");
	assert_int_equal(config.vif_count, CONFIG_VIFS);
	assert_int_equal(config.fs_count, CONFIG_FS);
	assert_int_equal(config.fs[3].slot, CONFIG_SLOTS - 1);
	assert_int_equal(config_slots(&config), CONFIG_SLOTS);
	strcpy(text + strlen(text), CHANNELS("name=a"));
	assert_null(parse(text, "n.cfg", "/", &err));
	assert_non_null(strstr(err.text, "n.cfg:6: a guest has 28 slots for"));
	strcpy(strstr(text, " ]\nvif"), ", \"/16\" ]\n");
	assert_null(parse(text, "n.cfg", "/", &err));
	assert_non_null(strstr(err.text, "disk has 17 entries: write 16 at most"));
}

static void examples_are_right(void **state)
{
	static const char *const names[] = { "examples/guest.cfg", "examples/debian.cfg",
					     "tests/unit/cli/convert/xl.cfg.out",
					     "tests/unit/cli/convert/libvirt.xml.out" };
	const char *source = getenv("srcdir");

	(void)state;
	if (!source)
		skip(); /* not run by make */
	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		char path[PATH_MAX], text[8192];
		FILE *file;

		snprintf(path, sizeof(path), "%s/../../../%s", source, names[n]);
		file = fopen(path, "r");
		assert_non_null(file);
		text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
		fclose(file);
		take(text);
	}
}

static void any_text_ends_in_an_object_or_an_error(void **state)
{
	static const char pieces[][12] = {
		"name", "=",    "\"g\"", "kernel",       "\n",          "{",     "}", "(", ")",        "memory", "7",
		";",    "\"",   "/*",    "@include",     "0x",          "\\",    "[", "]", "on_crash", ":",      "#",
		",",    "disk", "vif",   "\"bridge=b\"", "\"/a,,vda\"", "target"
	};
	unsigned int seed = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char text[256] = "";
		struct error err = { 0 };
		json_object *json;

		for (int n = 0; n < 12; n++) {
			seed = seed * 1103515245u + 12345u;
			strcat(text, pieces[(seed >> 16) % (sizeof(pieces) / sizeof(pieces[0]))]);
		}
		json = parse(text, "f.cfg", "/", &err);
		assert_true(json || err.text[0]);
		json_object_put(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_short_file_gets_defaults),
		cmocka_unit_test(every_key_goes_round),
		cmocka_unit_test(a_wrong_file_is_refused_by_line_and_key),
		cmocka_unit_test(files_of_xl_users_are_taken),
		cmocka_unit_test(text_may_hold_quotes_comments_and_escapes),
		cmocka_unit_test(all_errors_are_found_in_one_run),
		cmocka_unit_test(findings_have_a_limit),
		cmocka_unit_test(arguments_take_the_place_of_keys),
		cmocka_unit_test(a_name_has_63_characters_at_most),
		cmocka_unit_test(backing_files_go_round),
		cmocka_unit_test(too_long_text_is_refused),
		cmocka_unit_test(hostile_json_is_refused),
		cmocka_unit_test(xl_forms_of_one_disk_are_equal),
		cmocka_unit_test(groups_have_what_xl_lacks),
		cmocka_unit_test(rates_are_as_xl_writes_them),
		cmocka_unit_test(forwards_are_as_qemu_writes_them),
		cmocka_unit_test(slots_follow_vdev_then_networks),
		cmocka_unit_test(macs_come_from_the_uuid),
		cmocka_unit_test(sixteen_disks_eight_networks_and_four_folders),
		cmocka_unit_test(examples_are_right),
		cmocka_unit_test(any_text_ends_in_an_object_or_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
