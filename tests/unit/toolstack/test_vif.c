// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_vif.c - taps in a bridge of a network of our own; skipped where we may not have one.
 */
#include "host/vif.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static int control;
static bool possible;
static struct vif_config vif;
static struct vif_taps taps;
static struct error err;

static int enter_network(void **state)
{
	int tun = open("/dev/net/tun", O_RDWR);

	(void)state;
	/* Root of a user namespace where we are not root: enough for a network of one's own. */
	if (tun >= 0 && unshare(CLONE_NEWNET))
		unshare(CLONE_NEWUSER | CLONE_NEWNET);
	control = socket(AF_UNIX, SOCK_STREAM, 0);
	possible = tun >= 0 && !ioctl(control, SIOCBRADDBR, "br0");
	if (tun >= 0)
		close(tun);
	return 0;
}

static void start(void)
{
	if (!possible)
		skip();
	vif = (struct vif_config){ .bridge = "br0", .mac = "52:54:00:12:34:56", .queues = 1, .slot = 3 };
}

static struct ifreq ask(const char *name, unsigned long what)
{
	struct ifreq interface = { 0 };

	strcpy(interface.ifr_name, name);
	if (ioctl(control, what, &interface))
		fail_msg("%s: %s", name, strerror(errno));
	return interface;
}

static bool there(const char *name)
{
	struct ifreq interface = { 0 };

	strcpy(interface.ifr_name, name);
	return !ioctl(control, SIOCGIFINDEX, &interface);
}

static void open_it(const char *name)
{
	if (vif_open(&vif, name, &taps, &err))
		fail_msg("%s", err.text);
}

static void assert_refused(int result, enum error_code code, const char *why)
{
	if (!result || err.code != code || !strstr(err.text, why))
		fail_msg("%d %d %s, not %s", result, err.code, err.text, why);
	assert_string_equal(err.key, "vif");
	assert_int_equal(taps.count, 0);
}

static void a_tap_lives_in_its_bridge_as_long_as_it_is_open(void **state)
{
	char name[IFNAMSIZ];
	int header = 0;

	(void)state;
	start();
	vif_name(&vif, 7, name);
	assert_string_equal(name, "vif7.3");
	assert_int_equal(vif_check(&vif, &err), 0);
	open_it(name);
	assert_int_equal(taps.count, 1);
	assert_true(ask(name, SIOCGIFFLAGS).ifr_flags & IFF_UP);
	assert_memory_equal(ask(name, SIOCGIFHWADDR).ifr_hwaddr.sa_data, "\xfe\x54\x00\x12\x34\x56", 6);
	assert_int_equal(vif.mtu, 1500);
	assert_int_equal(ioctl(taps.fd[0], TUNGETVNETHDRSZ, &header), 0);
	assert_int_equal(header, 12);
	/* A port of a bridge is in no other. */
	struct ifreq port = ask(name, SIOCGIFINDEX);

	strcpy(port.ifr_name, "br0");
	assert_int_equal(ioctl(control, SIOCBRADDIF, &port), -1);
	assert_int_equal(errno, EBUSY);
	vif_close(&taps);
	assert_false(there(name));
}

static void mtu_and_several_queues(void **state)
{
	(void)state;
	start();
	vif.mtu = 9000;
	vif.queues = CONFIG_QUEUES;
	strcpy(vif.vifname, "web");
	open_it("web");
	assert_int_equal(taps.count, CONFIG_QUEUES);
	assert_int_equal(ask("web", SIOCGIFMTU).ifr_mtu, 9000);
	vif_close(&taps);
	assert_false(there("web"));
}

/* As ip link delete does it. */
static void delete_it(const char *name)
{
	struct {
		struct nlmsghdr head;
		struct ifinfomsg interface;
	} request = { .head = { .nlmsg_len = sizeof(request),
				.nlmsg_type = RTM_DELLINK,
				.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		      .interface = { .ifi_index = (int)if_nametoindex(name) } };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	char answer[256];

	assert_int_equal(send(fd, &request, sizeof(request), 0), sizeof(request));
	assert_true(recv(fd, answer, sizeof(answer), 0) > 0);
	close(fd);
	assert_false(there(name));
}

static void a_deleted_one_is_seen_and_made_again(void **state)
{
	struct vif_taps none = { 0 };

	(void)state;
	start();
	assert_false(vif_is_lost(&none, "web"));
	for (vif.queues = 1; vif.queues <= 2; vif.queues++) {
		struct ifreq unused = { .ifr_flags = IFF_DETACH_QUEUE };

		open_it("web");
		assert_false(vif_is_lost(&taps, "web"));
		ioctl(taps.fd[0], TUNSETQUEUE, &unused); /* as a driver that ends does it */
		assert_false(vif_is_lost(&taps, "web"));
		delete_it("web");
		assert_true(vif_is_lost(&taps, "web"));
		vif_close(&taps);
		open_it("web");
		assert_false(vif_is_lost(&taps, "web"));
		vif_close(&taps);
	}
}

static void the_bridge_must_be_one(void **state)
{
	(void)state;
	start();
	strcpy(vif.bridge, "br9");
	assert_refused(vif_check(&vif, &err), ERROR_FAILED, "bridge br9: it does not exist");
	assert_refused(vif_open(&vif, "t", &taps, &err), ERROR_FAILED, "bridge br9: it does not exist");
	strcpy(vif.bridge, "lo");
	assert_refused(vif_check(&vif, &err), ERROR_FAILED, "but not a bridge");
	assert_refused(vif_open(&vif, "t", &taps, &err), ERROR_FAILED, "but not a bridge");
	assert_false(there("t"));
}

static void a_name_in_use_is_refused(void **state)
{
	struct vif_taps first;

	(void)state;
	start();
	for (vif.queues = 1; vif.queues <= 2; vif.queues++) {
		strcpy(vif.vifname, "web");
		open_it("web");
		first = taps;
		assert_refused(vif_open(&vif, "web", &taps, &err), ERROR_STATE, "choose another vifname");
		assert_refused(vif_check(&vif, &err), ERROR_STATE, "choose another vifname");
		vif_close(&first);
	}
	strcpy(vif.vifname, "br0");
	assert_refused(vif_open(&vif, "br0", &taps, &err), ERROR_STATE, "choose another vifname");
}

/* A kernel without these parts is named in the error. tests/system checks the limits. */
static void limits_are_the_interfaces(void **state)
{
	static const char *const rates[][3] = { { "10Mb/s", "", "sch_ingress" }, { "", "1000GB/s@1s", "sch_tbf" } };

	(void)state;
	start();
	for (size_t n = 0; n < 2; n++) {
		strcpy(vif.rate, rates[n][0]);
		strcpy(vif.receive_rate, rates[n][1]);
		if (vif_open(&vif, "web", &taps, &err))
			assert_refused(-1, ERROR_FAILED, rates[n][2]);
		vif_close(&taps);
		assert_false(there("web"));
	}
	/* Nothing of them stays. */
	vif.rate[0] = vif.receive_rate[0] = '\0';
	open_it("web");
	vif_close(&taps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tap_lives_in_its_bridge_as_long_as_it_is_open),
		cmocka_unit_test(mtu_and_several_queues),
		cmocka_unit_test(a_deleted_one_is_seen_and_made_again),
		cmocka_unit_test(the_bridge_must_be_one),
		cmocka_unit_test(a_name_in_use_is_refused),
		cmocka_unit_test(limits_are_the_interfaces),
	};

	return cmocka_run_group_tests_name("vif", tests, enter_network, NULL);
}
