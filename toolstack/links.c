// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * links.c - taps that somebody deletes. The kernel tells nobody who moves packets: neither vhost-net nor a
 * poll ends. It tells of its interfaces, so they are looked at then.
 */
#include "links.h"
#include "log.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOOK_MS 1000 /* after the first of many news */

/* Another in its place, or at the next news: its bridge may have gone, too. vimo-dm gets it by being replaced. */
static void mend(struct guest *guest, struct vif_config *vif, const char *name)
{
	struct vif_taps *taps = &guest->taps[vif->slot], made;
	struct error err;

	if (vif_open(vif, name, &made, &err)) {
		if (!taps->lost)
			log_error("%s: interface %s was deleted, and there is no other: %s", guest->config.name, name,
				  err.text);
		taps->lost = true;
		return;
	}
	log_warning("%s: interface %s was deleted: made again", guest->config.name, name);
	vif_close(taps);
	*taps = made;
	backend_kill(&guest->backend);
}

void links_look(struct guest *guest)
{
	for (uint32_t n = 0; n < guest->config.vif_count && guest_is_up(guest); n++) {
		struct vif_config *vif = &guest->config.vif[n];
		char name[IFNAMSIZ];

		vif_name(vif, guest->domain, name);
		if (vif->backend == VIF_BRIDGE && vif_is_lost(&guest->taps[vif->slot], name))
			mend(guest, vif, name);
	}
}

static void look_at_all(void *arg)
{
	struct daemon *daemon = arg;

	watch_end(&daemon->links_timer);
	for (struct guest *guest = daemon->guests; guest; guest = guest->next)
		links_look(guest);
}

/* What it says is of no matter: more may have happened than there was room to tell. Our own tries are news, too. */
static void on_news(void *arg)
{
	struct daemon *daemon = arg;
	char news[4096];

	while (recv(daemon->links_fd, news, sizeof(news), MSG_DONTWAIT) > 0 || errno == ENOBUFS || errno == EINTR)
		;
	if (!daemon->links_timer)
		daemon->links_timer = watch_timer(daemon->loop, LOOK_MS, look_at_all, daemon);
}

void links_watch(struct daemon *daemon)
{
	const struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };

	daemon->links_fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (daemon->links_fd >= 0 && !bind(daemon->links_fd, (const struct sockaddr *)&address, sizeof(address)))
		daemon->links = watch_fd(daemon->loop, daemon->links_fd, UV_READABLE, on_news, daemon);
	if (!daemon->links)
		log_warning("cannot see when interfaces are deleted: %s", strerror(errno));
}
