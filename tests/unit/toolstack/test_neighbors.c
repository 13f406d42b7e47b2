// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_neighbors.c - addresses of a guest in answers of the kernel, as rtnetlink(7) has them.
 */
#include "host/neighbors.h"

#include <arpa/inet.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MAC "\x52\x54\x00\x12\x34\x56"

static _Alignas(struct nlmsghdr) char part[8192];
static size_t used;
static char found[1024];

static void put(const void *bytes, size_t count)
{
	memcpy(part + used, bytes, count);
	used += NLMSG_ALIGN(count);
}

static void put_attribute(uint16_t type, const void *value, size_t bytes)
{
	struct rtattr attribute = { .rta_type = type, .rta_len = (uint16_t)RTA_LENGTH(bytes) };

	put(&attribute, sizeof(attribute));
	put(value, bytes);
}

static void put_neighbor(int index, uint16_t state, const char *mac, int family, const char *address)
{
	struct ndmsg neighbor = { .ndm_family = (uint8_t)family, .ndm_ifindex = index, .ndm_state = state };
	struct nlmsghdr header = { .nlmsg_type = RTM_NEWNEIGH };
	unsigned char binary[16];
	size_t begin = used;

	assert_int_equal(inet_pton(family, address, binary), 1);
	put(&header, sizeof(header));
	put(&neighbor, sizeof(neighbor));
	put_attribute(NDA_DST, binary, family == AF_INET ? 4 : 16);
	put_attribute(NDA_LLADDR, mac, 6);
	header.nlmsg_len = (uint32_t)(used - begin);
	memcpy(part + begin, &header, sizeof(header));
}

static void note(void *arg, const char *address)
{
	size_t length = strlen(found);

	assert_ptr_equal(arg, &used);
	snprintf(found + length, sizeof(found) - length, "%s ", address);
}

static struct neighbor_search search;

static int fresh(void **state)
{
	(void)state;
	used = 0;
	found[0] = '\0';
	memset(part, 0, sizeof(part));
	search = (struct neighbor_search){ .index = 3, .mac = MAC, .left = 3, .fn = note, .arg = &used };
	return 0;
}

static void addresses_of_its_mac_behind_the_bridge(void **state)
{
	struct nlmsghdr done = { .nlmsg_type = NLMSG_DONE, .nlmsg_len = sizeof(done) };

	(void)state;
	put_neighbor(3, NUD_REACHABLE, MAC, AF_INET, "10.0.0.2");
	put_neighbor(3, NUD_STALE, MAC, AF_INET6, "fe80::2");
	put_neighbor(4, NUD_REACHABLE, MAC, AF_INET, "10.0.0.3");
	put_neighbor(3, NUD_FAILED, MAC, AF_INET, "10.0.0.4");
	put_neighbor(3, NUD_REACHABLE, "\x52\x54\x00\x12\x34\x57", AF_INET, "10.0.0.5");
	assert_true(neighbors_take(&search, part, used));
	assert_string_equal(found, "10.0.0.2 fe80::2 ");
	put(&done, sizeof(done));
	assert_false(neighbors_take(&search, part, used));
}

static void a_guest_that_claims_many_is_cut(void **state)
{
	(void)state;
	for (int n = 0; n < 9; n++)
		put_neighbor(3, NUD_STALE, MAC, AF_INET, "10.0.0.2");
	neighbors_take(&search, part, used);
	assert_string_equal(found, "10.0.0.2 10.0.0.2 10.0.0.2 ");
}

/* An answer that is cut anywhere, and one with another byte anywhere, is read within its bounds. */
static void an_answer_that_is_cut_is_left(void **state)
{
	size_t whole;

	(void)state;
	put_neighbor(3, NUD_STALE, MAC, AF_INET6, "fe80::2");
	whole = used;
	for (size_t bytes = 0; bytes < whole; bytes++) {
		neighbors_take(&search, part, bytes);
		assert_string_equal(found, "");
	}
	for (size_t at = 0; at < whole; at++)
		for (int value = 0; value < 256; value += 5) {
			char saved = part[at];

			part[at] = (char)value;
			search.left = 1;
			neighbors_take(&search, part, whole);
			part[at] = saved;
		}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, fresh)
	const struct CMUnitTest tests[] = {
		TEST(addresses_of_its_mac_behind_the_bridge),
		TEST(a_guest_that_claims_many_is_cut),
		TEST(an_answer_that_is_cut_is_left),
	};

	return cmocka_run_group_tests_name("neighbors", tests, NULL, NULL);
}
