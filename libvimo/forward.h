/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * forward.h - a port of dom0 that leads to one of a guest in a user-mode network, as QEMU writes it:
 * tcp:127.0.0.1:8080-10.0.2.15:80. Addresses of IPv6 stand in brackets.
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
 * forward_next() - take the first of several, which spaces part.
 * @text: is moved behind it
 *
 * Return: 1, 0 when there is none left, or -1.
 */
int forward_next(const char **text, struct forward *forward, struct error *err);
/** forward_bytes() - of an address. */
socklen_t forward_bytes(const union forward_address *address);

#endif
