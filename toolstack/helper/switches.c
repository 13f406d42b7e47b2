// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * switches.c - connect, and connect again.
 */
#include "helper/switches.h"
#include "dm/request.h"
#include "helper/process.h"
#include "log.h"
#include "base/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_MS 5000
#define LIVED_MS 10000 /* a connection of that age was a sound one */
#define FLAPS_LOGGED 3u
#define GET_FEATURES 1u /* vhost-user's first request, which changes nothing */

int switch_connect(const struct vif_config *vif, struct error *err)
{
	int fd = helper_connect(vif->socket);

	if (fd >= 0)
		return fd;
	error_set(err, ERROR_FAILED, "socket %s: %s: start the switch that listens there first", vif->socket,
		  strerror(errno));
	return error_about(err, "vif");
}

static bool is_wanted(const char *guest, uint32_t slot)
{
	char file[32];

	snprintf(file, sizeof(file), "link-%u.down", slot);
	return !access(store_path(guest, file), F_OK);
}

static void reconnect(void *arg);

static void drop(struct switch_link *link)
{
	watch_end(&link->answer);
	watch_end(&link->timer);
	dm_request_cancel(&link->asked);
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
}

static void try_again(struct switch_link *link, const char *why)
{
	drop(link);
	if (!link->failures && link->flaps < FLAPS_LOGGED)
		log_warning("%s: network %s: %s", link->guest, link->vif.mac, why);
	link->timer = watch_retry(link->loop, link->flaps + link->failures++, reconnect, link);
}

static void on_reconnected(void *arg, int result, const struct error *err)
{
	struct switch_link *link = arg;

	link->asked = NULL;
	if (result) {
		try_again(link, err->text);
		return;
	}
	link->connected_ms = uv_now(link->loop);
	if (link->flaps < FLAPS_LOGGED)
		log_info("%s: network %s: its switch is there again", link->guest, link->vif.mac);
	else if (link->flaps == FLAPS_LOGGED)
		log_warning("%s: network %s: its switch closes each connection: it is asked less often from now on",
			    link->guest, link->vif.mac);
}

/* vimo-dm may die meanwhile: the next one is started with a connection, or wants one again. */
static void hand_over(struct switch_link *link)
{
	struct fd_list fds = { .count = 1, .fd = { link->fd } };
	struct error err;

	link->fd = -1;
	drop(link);
	fcntl(fds.fd[0], F_SETFL, 0); /* libuv made it non-blocking */
	link->asked = dm_reconnect(link->loop, link->guest, link->vif.slot, &fds, on_reconnected, link, &err);
	fd_list_close(&fds);
	if (!link->asked)
		try_again(link, err.text);
}

static void on_answer(void *arg)
{
	struct switch_link *link = arg;
	ssize_t got = recv(link->fd, link->said + link->got, sizeof(link->said) - link->got, MSG_DONTWAIT);
	uint32_t head[3];

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		try_again(link, got ? strerror(errno) : "its switch closes the connection at once");
		return;
	}
	link->got += (size_t)got;
	if (link->got < sizeof(link->said))
		return;
	memcpy(head, link->said, sizeof(head));
	if (head[0] == GET_FEATURES && head[2] == sizeof(link->said) - sizeof(head))
		hand_over(link);
	else
		try_again(link, "who listens at its socket is no vhost-user switch");
}

static void on_silence(void *arg)
{
	try_again(arg, "its switch does not answer");
}

/* vimo-dm asks it again. */
static void reconnect(void *arg)
{
	const uint32_t request[] = { GET_FEATURES, 1, 0 }; /* and the protocol's version; no more follows */
	struct switch_link *link = arg;
	struct error err;

	watch_end(&link->timer);
	if (!is_wanted(link->guest, link->vif.slot))
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
	link->answer = watch_fd(link->loop, link->fd, UV_READABLE, on_answer, link);
	link->timer = watch_timer(link->loop, ANSWER_MS, on_silence, link);
}

static struct switch_link *link_new(const char *guest, const struct vif_config *vif, uv_loop_t *loop)
{
	struct switch_link *link = calloc(1, sizeof(*link));

	if (!link)
		abort();
	snprintf(link->guest, sizeof(link->guest), "%s", guest);
	link->vif = *vif;
	link->loop = loop;
	link->fd = -1;
	return link;
}

/* Its connection has ended. */
static void begin(struct switch_link *link, const struct vif_config *vif)
{
	bool flap = link->connected_ms && uv_now(link->loop) - link->connected_ms < LIVED_MS;

	link->vif = *vif; /* a slot may have had another network */
	link->flaps = flap ? link->flaps + 1 : 0;
	link->failures = 0;
	link->connected_ms = 0;
	link->timer = watch_retry(link->loop, link->flaps, reconnect, link);
}

void switches_look(struct switch_link **links, const struct guest_config *config, uv_loop_t *loop)
{
	for (uint32_t n = 0; n < config->vif_count; n++) {
		const struct vif_config *vif = &config->vif[n];
		struct switch_link **link = &links[vif->slot];

		if (vif->backend != VIF_VHOST_USER || !is_wanted(config->name, vif->slot))
			continue;
		if (!*link)
			*link = link_new(config->name, vif, loop);
		if (!(*link)->timer && !(*link)->asked)
			begin(*link, vif);
	}
}

void switches_forget(struct switch_link **links)
{
	for (uint32_t slot = 0; slot < CONFIG_SLOTS; slot++) {
		if (!links[slot])
			continue;
		drop(links[slot]);
		free(links[slot]);
		links[slot] = NULL;
	}
}
