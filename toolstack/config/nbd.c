// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nbd.c - take an NBD URI apart.
 */
#include "config/nbd.h"

#include <ctype.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TCP "nbd://"
#define UNIX "nbd+unix:///"
#define SOCKET "?socket="
#define FORMS "nbd://ADDRESS[:PORT]/[EXPORT] or nbd+unix:///[EXPORT]?socket=/PATH"

bool nbd_is_uri(const char *text)
{
	return !strncmp(text, TCP, strlen(TCP)) || !strncmp(text, "nbd+unix:", 9);
}

/* Decode %XX in @length bytes of @from. Return: whether @to has room and all is well formed. */
static bool decode(const char *from, size_t length, char *to, size_t size)
{
	const char *end = from + length, *limit = to + size - 1;

	for (; from < end; to++) {
		char digits[3] = "";

		if (to == limit)
			return false;
		if (*from != '%') {
			*to = *from++;
			continue;
		}
		if (end - from < 3 || !isxdigit((unsigned char)from[1]) || !isxdigit((unsigned char)from[2]))
			return false;
		memcpy(digits, from + 1, 2);
		*to = (char)strtol(digits, NULL, 16);
		if (!isprint((unsigned char)*to))
			return false;
		from += 3;
	}
	*to = '\0';
	return true;
}

/* "ADDRESS:PORT", "[ADDRESS]:PORT"; in confine's root QEMU cannot resolve host names. */
static bool take_address(const char *text, size_t length, struct nbd_uri *uri)
{
	const struct addrinfo numeric = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };
	char copy[sizeof(uri->address) + sizeof(uri->port)], *address = copy, *port, *end;
	struct addrinfo *found;

	if (length >= sizeof(copy))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	end = *copy == '[' ? strchr(copy, ']') : NULL;
	if (*copy == '[' && !end)
		return false;
	if (end) {
		address++;
		*end++ = '\0';
	} else {
		end = copy + strcspn(copy, ":");
	}
	if (*end && *end != ':')
		return false;
	port = *end ? end + 1 : "10809";
	*end = '\0';
	if (strlen(address) >= sizeof(uri->address) || !*port || strlen(port) >= sizeof(uri->port) ||
	    getaddrinfo(address, port, &numeric, &found))
		return false;
	freeaddrinfo(found);
	strcpy(uri->address, address);
	strcpy(uri->port, port);
	return true;
}

static bool take(const char *text, struct nbd_uri *uri)
{
	const char *rest;

	if (!strncmp(text, UNIX, strlen(UNIX))) {
		text += strlen(UNIX);
		rest = strstr(text, SOCKET);
		return rest && decode(text, (size_t)(rest - text), uri->export, sizeof(uri->export)) &&
		       decode(rest + strlen(SOCKET), strlen(rest + strlen(SOCKET)), uri->path, sizeof(uri->path)) &&
		       *uri->path == '/' && uri->path[strlen(uri->path) - 1] != '/';
	}
	if (strncmp(text, TCP, strlen(TCP)))
		return false;
	text += strlen(TCP);
	rest = text + strcspn(text, "/");
	if (!take_address(text, (size_t)(rest - text), uri) || strchr(rest, '?'))
		return false;
	rest += *rest == '/';
	return decode(rest, strlen(rest), uri->export, sizeof(uri->export));
}

int nbd_parse(const char *text, struct nbd_uri *uri, struct error *err)
{
	struct nbd_uri found = { 0 };
	bool good = take(text, &found);

	if (uri)
		*uri = found;
	if (good)
		return 0;
	return error_key(err, ERROR_FAILED, "target",
			 "target = \"%.200s\" is not an NBD server: write " FORMS ", with an IP address", text);
}
