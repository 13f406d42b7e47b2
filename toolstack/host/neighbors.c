// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * neighbors.c - the kernel's table of neighbors by rtnetlink.
 */
#include "host/neighbors.h"
#include "cleanup.h"

#include <arpa/inet.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#define MAC_BYTES 6
#define ADDRESSES_MAX 16 /* of one MAC: a guest may claim thousands */
#define PARTS_MAX 64     /* of the kernel's answer, each of up to 32 KiB */

static bool take_mac(const char *text, unsigned char mac[MAC_BYTES])
{
	char *end;

	for (unsigned int n = 0; n < MAC_BYTES; n++, text = end + 1) {
		mac[n] = (unsigned char)strtoul(text, &end, 16);
		if (end != text + 2 || *end != (n + 1 < MAC_BYTES ? ':' : '\0'))
			return false;
	}
	return true;
}

static void take_neighbor(struct neighbor_search *search, const struct nlmsghdr *header)
{
	const struct ndmsg *neighbor = NLMSG_DATA(header);
	const struct rtattr *attribute = (const struct rtattr *)(const void *)(neighbor + 1);
	int bytes = (int)NLMSG_PAYLOAD(header, sizeof(*neighbor)); /* signed: lengths are rounded up */
	const void *address = NULL;
	char text[INET6_ADDRSTRLEN];
	bool ours = false;

	if (header->nlmsg_len < NLMSG_LENGTH(sizeof(*neighbor)) || neighbor->ndm_ifindex != (int)search->index ||
	    neighbor->ndm_state & (NUD_FAILED | NUD_INCOMPLETE))
		return;
	for (; RTA_OK(attribute, bytes); attribute = RTA_NEXT(attribute, bytes)) {
		if (attribute->rta_type == NDA_LLADDR && RTA_PAYLOAD(attribute) == MAC_BYTES)
			ours = !memcmp(RTA_DATA(attribute), search->mac, MAC_BYTES);
		if (attribute->rta_type == NDA_DST &&
		    RTA_PAYLOAD(attribute) == (neighbor->ndm_family == AF_INET ? 4 : 16))
			address = RTA_DATA(attribute);
	}
	if (!ours || !address || !search->left || !inet_ntop(neighbor->ndm_family, address, text, sizeof(text)))
		return;
	search->left--;
	search->fn(search->arg, text);
}

/* Return: the length of the message with its padding, or 0 when no whole message is in @bytes. */
static size_t message_bytes(const char *at, size_t bytes)
{
	const struct nlmsghdr *header = (const void *)at;
	size_t padded;

	if (bytes < sizeof(*header) || header->nlmsg_len < sizeof(*header) || header->nlmsg_len > bytes)
		return 0;
	padded = NLMSG_ALIGN((size_t)header->nlmsg_len);
	return padded < bytes ? padded : bytes;
}

bool neighbors_take(struct neighbor_search *search, const void *part, size_t bytes)
{
	const char *at = part;

	for (size_t message; (message = message_bytes(at, bytes)); at += message, bytes -= message) {
		const struct nlmsghdr *header = (const void *)at;

		if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR)
			return false;
		if (header->nlmsg_type == RTM_NEWNEIGH)
			take_neighbor(search, header);
	}
	return true;
}

void neighbors_each(const char *interface, const char *mac, void (*fn)(void *arg, const char *address), void *arg)
{
	static _Alignas(struct nlmsghdr) char part[32768];
	const struct {
		struct nlmsghdr header;
		struct ndmsg neighbor;
	} request = { .header = { .nlmsg_len = sizeof(request),
				  .nlmsg_type = RTM_GETNEIGH,
				  .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP } };
	CLEANUP_FD int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	const struct timeval limit = { .tv_sec = 1 };
	struct neighbor_search search = {
		.index = if_nametoindex(interface), .left = ADDRESSES_MAX, .fn = fn, .arg = arg
	};
	ssize_t got = 1;

	if (fd < 0 || !search.index || !take_mac(mac, search.mac) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ||
	    send(fd, &request, sizeof(request), 0) != sizeof(request))
		return;
	for (int n = 0; n < PARTS_MAX && got > 0; n++) {
		got = recv(fd, part, sizeof(part), 0);
		if (got > 0 && !neighbors_take(&search, part, (size_t)got))
			break;
	}
}
