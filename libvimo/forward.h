/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * forward.h - a port of dom0 that is forwarded to a port of a guest in a user-mode network, written as by QEMU:
 * tcp:127.0.0.1:8080-10.0.2.15:80, with IPv6 addresses in brackets.
 */
#ifndef LIBVIMO_FORWARD_H
#define LIBVIMO_FORWARD_H

#include "error.h"

#include <netinet/in.h>
#include <stdbool.h>

#define FORWARD_GUEST "10.0.2.15" /* the address that the guest gets by DHCP */

union forward_address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

struct forward {
	bool udp;
	union forward_address host, guest; /* of one family */
};

/**
 * forward_next() - parse the first forward of a list with spaces between.
 * @text: the list; moved to the rest of it
 *
 * Return: 1; 0: the list is empty; -1: @err is set.
 */
int forward_next(const char **text, struct forward *forward, struct error *err);
/** forward_bytes() - size of an address, for bind() and connect(). */
socklen_t forward_bytes(const union forward_address *address);

#endif
