// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * switches.c - connect, and connect again.
 */
#include "switches.h"
#include "backend.h"
#include "helper.h"
#include "log.h"
#include "store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* vimo-dm may die meanwhile: the next one is started with a connection, or wants one again. */
static void reconnect(void *arg)
{
	struct switch_link *link = arg;
	struct fd_list fds = { 0 };
	struct error err;
	int result = -1;

	watch_end(&link->timer);
	if (!is_wanted(link->guest, link->vif.slot))
		return;
	fds.fd[0] = switch_connect(&link->vif, &err);
	if (fds.fd[0] >= 0) {
		fds.count = 1;
		result = backend_reconnect(link->guest, link->vif.slot, &fds, &err);
		fd_list_close(&fds);
	}
	if (!result) {
		log_info("%s: network %s: its switch is there again", link->guest, link->vif.mac);
		return;
	}
	if (!link->failures)
		log_warning("%s: network %s: %s", link->guest, link->vif.mac, err.text);
	link->timer = watch_retry(link->loop, link->failures++, reconnect, link);
}

static struct switch_link *link_new(const char *guest, const struct vif_config *vif, uv_loop_t *loop)
{
	struct switch_link *link = calloc(1, sizeof(*link));

	if (!link)
		abort();
	snprintf(link->guest, sizeof(link->guest), "%s", guest);
	link->vif = *vif;
	link->loop = loop;
	return link;
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
		if ((*link)->timer)
			continue;
		(*link)->vif = *vif; /* a slot may have had another network */
		(*link)->failures = 0;
		(*link)->timer = watch_retry(loop, 0, reconnect, *link);
	}
}

void switches_forget(struct switch_link **links)
{
	for (uint32_t slot = 0; slot < CONFIG_SLOTS; slot++) {
		if (!links[slot])
			continue;
		watch_end(&links[slot]->timer);
		free(links[slot]);
		links[slot] = NULL;
	}
}
