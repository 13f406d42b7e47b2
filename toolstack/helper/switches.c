// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * switches.c - connect, ask the switch for its features, hand the connection over.
 */
#include "helper/switches.h"
#include "alloc.h"
#include "dm_files.h"
#include "log.h"
#include "unix_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_MS 5000
#define LIVED_MS 10000 /* a connection that lasted as long was sound */
#define FLAPS_LOGGED 3u
#define GET_FEATURES 1u /* vhost-user's first request, which changes nothing */

int switch_connect(const struct vif_config *vif, struct error *err)
{
	int fd = unix_socket_connect(vif->socket, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (fd >= 0) {
		fcntl(fd, F_SETFL, 0);
		return fd;
	}
	return error_key(err, ERROR_FAILED, "vif", "socket %s: %s: start the switch that listens there first",
			 vif->socket, strerror(errno));
}

static bool is_wanted(int status_fd, uint32_t slot)
{
	struct dm_status status;

	return dm_status_read(status_fd, &status) && status.links_down >> slot & 1;
}

static void drop(struct switch_link *link)
{
	watch_end(&link->answer);
	watch_end(&link->timer);
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
}

static void try_again(struct switch_link *link, const char *why)
{
	drop(link);
	reconnect_failed(&link->reconnect, why);
}

static void on_connected(void *arg)
{
	struct switch_link *link = arg;

	link->connected_ms = uv_now(link->reconnect.loop);
	if (link->flaps < FLAPS_LOGGED)
		log_info("%s: network %s: its switch serves again", link->guest, link->vif.mac);
	else if (link->flaps == FLAPS_LOGGED)
		log_warning("%s: network %s: its switch closes each connection: vimod connects less often from now on",
			    link->guest, link->vif.mac);
}

/* If vimo-dm is killed meanwhile, the next vimo-dm is started with a connection, or asks for one again. */
static void hand_over(struct switch_link *link)
{
	int fd = link->fd;

	link->fd = -1;
	drop(link);
	fcntl(fd, F_SETFL, 0); /* libuv made it non-blocking */
	reconnect_offer(&link->reconnect, fd);
}

static void on_answer(void *arg)
{
	struct switch_link *link = arg;
	ssize_t got = recv(link->fd, link->features + link->got, sizeof(link->features) - link->got, MSG_DONTWAIT);
	uint32_t head[3];

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		try_again(link, got ? strerror(errno) : "its switch closes the connection at once");
		return;
	}
	link->got += (size_t)got;
	if (link->got < sizeof(link->features))
		return;
	memcpy(head, link->features, sizeof(head));
	if (head[0] == GET_FEATURES && head[2] == sizeof(link->features) - sizeof(head))
		hand_over(link);
	else
		try_again(link, "the program at its socket is not a vhost-user switch: correct socket");
}

static void on_silence(void *arg)
{
	try_again(arg, "its switch does not answer");
}

/* vimo-dm sends the request again. */
static void connect_switch(void *arg)
{
	const uint32_t request[] = { GET_FEATURES, 1, 0 }; /* request, version of the protocol, payload's bytes */
	struct switch_link *link = arg;
	uv_loop_t *loop = link->reconnect.loop;
	struct error err;

	if (!is_wanted(link->status_fd, link->vif.slot))
		return;
	link->got = 0;
	link->fd = switch_connect(&link->vif, &err);
	if (link->fd < 0) {
		try_again(link, err.text);
		return;
	}
	if (send(link->fd, request, sizeof(request), MSG_DONTWAIT | MSG_NOSIGNAL) != sizeof(request)) {
		try_again(link, strerror(errno));
		return;
	}
	link->answer = watch_fd(loop, link->fd, UV_READABLE, on_answer, link);
	link->timer = watch_timer(loop, ANSWER_MS, on_silence, link);
}

static struct switch_link *link_new(const char *guest, const struct vif_config *vif, uv_loop_t *loop)
{
	struct switch_link *link = alloc_zeroed(sizeof(*link));

	snprintf(link->guest, sizeof(link->guest), "%s", guest);
	snprintf(link->name, sizeof(link->name), "network %s", vif->mac);
	link->fd = -1;
	link->reconnect = (struct reconnect){ .loop = loop,
					      .guest = link->guest,
					      .name = link->name,
					      .slot = vif->slot,
					      .limit = UINT_MAX,
					      .connect = connect_switch,
					      .connected = on_connected,
					      .arg = link };
	return link;
}

/* The link's connection has ended. */
static void begin(struct switch_link *link, const struct vif_config *vif)
{
	bool flap = link->connected_ms && uv_now(link->reconnect.loop) - link->connected_ms < LIVED_MS;

	link->vif = *vif; /* the slot may have had another network */
	snprintf(link->name, sizeof(link->name), "network %s", vif->mac);
	link->flaps = flap ? link->flaps + 1 : 0;
	link->connected_ms = 0;
	link->reconnect.base = link->flaps;
	link->reconnect.quiet = link->flaps >= FLAPS_LOGGED;
	link->reconnect.failures = 0;
	reconnect_later(&link->reconnect);
}

void switches_look(struct switch_link **links, const struct guest_config *config, int status_fd, uv_loop_t *loop)
{
	for (uint32_t n = 0; n < config->vif_count; n++) {
		const struct vif_config *vif = &config->vif[n];
		struct switch_link **link = &links[vif->slot];

		if (vif->backend != VIF_VHOST_USER || !is_wanted(status_fd, vif->slot))
			continue;
		if (!*link)
			*link = link_new(config->name, vif, loop);
		(*link)->status_fd = status_fd;
		if (!(*link)->answer && !reconnect_is_active(&(*link)->reconnect))
			begin(*link, vif);
	}
}

void switches_forget(struct switch_link **links)
{
	for (uint32_t slot = 0; slot < CONFIG_SLOTS; slot++) {
		if (!links[slot])
			continue;
		drop(links[slot]);
		reconnect_end(&links[slot]->reconnect);
		free(links[slot]);
		links[slot] = NULL;
	}
}
