// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * forward.c - PROTOCOL:[ADDRESS]:PORT-[ADDRESS]:PORT.
 */
#include "forward.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define WORD_BYTES 128u
#define PORT_MIN 1024ul /* lower ones need privileges */

static bool take_port(const char *text, unsigned long minimum, in_port_t *port)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	*port = htons((in_port_t)number);
	return *text >= '0' && *text <= '9' && !*end && number >= minimum && number <= UINT16_MAX;
}

/* "ADDRESS:PORT", or ":PORT" with the address @usual. */
static bool take_address(char *text, const char *usual, unsigned long port_min, union forward_address *address)
{
	char *colon = strrchr(text, ':'), *last;

	memset(address, 0, sizeof(*address));
	if (!colon)
		return false;
	*colon = '\0';
	last = colon > text ? colon - 1 : text;
	if (*text == '[' && *last == ']') {
		*last = '\0';
		address->in6.sin6_family = AF_INET6;
		return inet_pton(AF_INET6, text + 1, &address->in6.sin6_addr) == 1 &&
		       take_port(colon + 1, port_min, &address->in6.sin6_port);
	}
	address->in.sin_family = AF_INET;
	return inet_pton(AF_INET, *text ? text : usual, &address->in.sin_addr) == 1 &&
	       take_port(colon + 1, port_min, &address->in.sin_port);
}

static bool take(char *word, struct forward *forward)
{
	char *guest = strchr(word, '-');

	forward->udp = !strncmp(word, "udp:", 4);
	if (!guest || (!forward->udp && strncmp(word, "tcp:", 4)))
		return false;
	*guest++ = '\0';
	return take_address(word + 4, "0.0.0.0", PORT_MIN, &forward->host) &&
	       take_address(guest, FORWARD_GUEST, 1, &forward->guest) &&
	       forward->host.any.sa_family == forward->guest.any.sa_family;
}

int forward_next(const char **text, struct forward *forward, struct error *err)
{
	const char *from = *text + strspn(*text, " ");
	size_t bytes = strcspn(from, " ");
	char word[WORD_BYTES];

	if (!bytes)
		return 0;
	*text = from + bytes;
	if (bytes < sizeof(word)) {
		memcpy(word, from, bytes);
		word[bytes] = '\0';
		if (take(word, forward))
			return 1;
	}
	return error_set(
		err, ERROR_FAILED,
		"hostfwd \"%.*s\" is not valid: write tcp or udp:[ADDRESS]:PORT-[GUESTADDRESS]:PORT with dom0's port 1024 "
		"or above, and both addresses IPv4 or both IPv6 in [], such as tcp:127.0.0.1:8080-:80",
		(int)(bytes < 80 ? bytes : 80), from);
}

socklen_t forward_bytes(const union forward_address *address)
{
	return address->any.sa_family == AF_INET6 ? sizeof(address->in6) : sizeof(address->in);
}
